"""A list to choose from whose current text ends in dots where it does not fit."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

_EDGE_PX: Final = 1  # that styles leave at both ends of a text
_GAP_PX: Final = 4  # and behind a drawing


class ElidedBox(QComboBox):
    """Cuts long texts visibly; with a style sheet Qt would cut them within a letter."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box as the style does, with as much of the text as fits."""
        if self.currentIndex() < 0:  # a placeholder, which fits
            super().paintEvent(event)
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def shown_text(self, option: QStyleOptionComboBox) -> str:
        """Return what is shown of the current text."""
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        has_drawing = not self.itemIcon(self.currentIndex()).isNull()
        drawn_px = self.iconSize().width() + _GAP_PX if has_drawing else 0
        room_px = field.width() - drawn_px - 2 * _EDGE_PX
        metrics = self.fontMetrics()
        return metrics.elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room_px)
