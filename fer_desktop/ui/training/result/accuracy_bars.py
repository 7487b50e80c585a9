"""How accurate models are on the same pictures, to be compared at a glance."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.training.results import ModelFigures
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import accuracy_text

_ROW_PX: Final = 28
_BAR_PX: Final = 12
_GAP_PX: Final = 14
_WHISKER_PX: Final = 2


class AccuracyBars(QWidget):
    """A bar for each model, with the 95 % interval as a line upon it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ModelFigures, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_models(self, rows: Sequence[ModelFigures]) -> None:
        """Show models, the new one first, the one that it is compared with last."""
        self._rows = tuple(rows)
        self.setAccessibleName(
            "; ".join(f"{row.model}: {accuracy_text(row.accuracy, row.interval)}" for row in rows)
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(500, _ROW_PX * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(300, _ROW_PX * len(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, metrics = current_tokens(), QFontMetricsF(self.font())
        texts = [accuracy_text(row.accuracy, row.interval) for row in self._rows]
        widest_name = max(metrics.horizontalAdvance(row.model) for row in self._rows)
        name_width = min(widest_name, self.width() / 3)
        text_width = max(map(metrics.horizontalAdvance, texts))
        left = name_width + _GAP_PX
        width = max(40.0, self.width() - left - text_width - _GAP_PX)
        for at, (row, text) in enumerate(zip(self._rows, texts, strict=True)):
            line = QRectF(0, at * _ROW_PX, self.width(), _ROW_PX)
            name = metrics.elidedText(row.model, Qt.TextElideMode.ElideMiddle, name_width + 1)
            painter.setPen(QColor(tokens.text))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawText(
                line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text
            )
            track = QRectF(left, line.center().y() - _BAR_PX / 2, width, _BAR_PX)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.track))
            painter.drawRoundedRect(track, 3, 3)
            filled = QRectF(track)
            filled.setWidth(width * row.accuracy)
            painter.setBrush(
                QColor(tokens.muted if at and at == len(self._rows) - 1 else tokens.accent)
            )
            painter.drawRoundedRect(filled, 3, 3)
            low, high = (left + width * bound for bound in row.interval)
            painter.setPen(QPen(QColor(tokens.text), _WHISKER_PX))
            y = track.center().y()
            painter.drawLine(round(low), round(y), round(high), round(y))
            for end in (low, high):
                painter.drawLine(round(end), round(y - 4), round(end), round(y + 4))
