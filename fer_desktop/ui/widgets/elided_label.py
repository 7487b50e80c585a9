"""A text that is cut where there is no room for it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget


class ElidedLabel(QLabel):
    """Shows as much as fits, and ends with dots; a text that is longer widens no window."""

    def __init__(self, least_signs: int, parent: QWidget) -> None:
        """Take for how many signs there is room in any case."""
        super().__init__(parent)
        self._least_signs = least_signs

    def minimumSizeHint(self) -> QSize:
        """Return the room that there is in any case."""
        least = self.fontMetrics().averageCharWidth() * self._least_signs
        whole = super().minimumSizeHint()
        return QSize(min(least, whole.width()), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what fits."""
        painter = QPainter(self)
        metrics, room = self.fontMetrics(), self.contentsRect()
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, self.alignment() | Qt.TextFlag.TextSingleLine, text)
