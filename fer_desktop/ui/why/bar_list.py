"""Rows of bars, as many as there are."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.ui.viewer.score_bars import Bar, paint_bar_rows

_LINE: Final = 1.2
_WIDTH_PX: Final = 270
_MOST_NAME: Final = 0.64


class BarList(QWidget):
    """Shows names, bars and numbers; takes no more room than they need."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Take what a screen reader calls the list."""
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show other rows."""
        self._bars = tuple(bars)
        self.setAccessibleDescription(", ".join(f"{bar.name} {bar.number}" for bar in bars))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Leave room for the rows."""
        return QSize(_WIDTH_PX, round(len(self._bars) * self.fontMetrics().height() * _LINE))

    def minimumSizeHint(self) -> QSize:
        """Never squeeze the rows."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows."""
        if self._bars:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_bar_rows(painter, self._bars, QRectF(self.rect()), _MOST_NAME)
