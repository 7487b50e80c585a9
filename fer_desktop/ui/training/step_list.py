"""Where one is among the pages."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.ui.look.tokens import current_tokens

_ROW_PX: Final = 44
_CIRCLE_PX: Final = 26
_MARGIN_PX: Final = 16
_GAP_PX: Final = 10


class StepList(QWidget):
    """Numbered steps; the present one stands out, those done have a tick."""

    def __init__(self, steps: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = tuple(steps)
        self._current = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.show_step(0)

    def show_step(self, current: int) -> None:
        """Let another step stand out."""
        self._current = current
        self.setAccessibleName(
            self.tr("Step {number} of {count}: {name}").format(
                number=current + 1, count=len(self._steps), name=self._steps[current]
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._font(bold=True))
        widest = max(map(metrics.horizontalAdvance, self._steps))
        width = 2 * _MARGIN_PX + _CIRCLE_PX + _GAP_PX + round(widest)
        return QSize(width, 2 * _MARGIN_PX + _ROW_PX * len(self._steps))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = current_tokens()
        for at, name in enumerate(self._steps):
            top = _MARGIN_PX + at * _ROW_PX
            circle = QRectF(_MARGIN_PX, top + (_ROW_PX - _CIRCLE_PX) / 2, _CIRCLE_PX, _CIRCLE_PX)
            is_current = at == self._current
            painter.setFont(self._font(bold=is_current))
            painter.setPen(QColor(tokens.accent if at <= self._current else tokens.border))
            painter.setBrush(QColor(tokens.accent if is_current else tokens.surface))
            painter.drawEllipse(circle)
            painter.setPen(QColor(tokens.on_accent if is_current else tokens.text))
            sign = "✓" if at < self._current else str(at + 1)
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, sign)
            painter.setPen(QColor(tokens.text if at <= self._current else tokens.muted))
            text = QRectF(circle.right() + _GAP_PX, top, self.width(), _ROW_PX)
            painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def _font(self, *, bold: bool) -> QFont:
        font = self.font()
        font.setBold(bold)
        return font
