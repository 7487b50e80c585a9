"""A cell of the summary: a share as a bar, a line over it for where it lies, and a number."""

from typing import Final

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from fer_desktop.domain.expression_summary import Estimate
from fer_desktop.recording.report.numbers import estimate_text, percent
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.tokens import current_tokens

# What an item of the table holds for a cell: an ``Estimate``, and the label that it is about.
ESTIMATE_ROLE: Final = Qt.ItemDataRole.UserRole
LABEL_ROLE: Final = Qt.ItemDataRole.UserRole + 1

_PADDING_PX: Final = 8
_BAR_PX: Final = 6
_LEAST_PX: Final = 74
_WIDEST: Final = estimate_text(Estimate(0.99, 0.99, 0.99))


class EstimateDelegate(QStyledItemDelegate):
    """Paints the cells that hold an estimate; the others look as ever."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the number above the bar."""
        super().paint(painter, option, index)
        estimate = index.data(ESTIMATE_ROLE)
        if not isinstance(estimate, Estimate):
            return
        tokens = current_tokens()
        area = QRectF(option.rect).adjusted(_PADDING_PX, 3, -_PADDING_PX, -4)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.text if estimate.value else tokens.muted))
        text = estimate_text(estimate)
        # All cells of a width have intervals, or none.
        if QFontMetricsF(painter.font()).horizontalAdvance(_WIDEST) > area.width():
            text = percent(estimate.value) or text
        words = area.adjusted(0, 0, 0, -_BAR_PX)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        bar = QRectF(area.left(), area.bottom() - _BAR_PX, area.width(), _BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(bar, 2, 2)
        if estimate.value:
            filled = QRectF(bar)
            filled.setWidth(bar.width() * min(estimate.value, 1.0))
            painter.setBrush(label_color(index.data(LABEL_ROLE)))
            painter.drawRoundedRect(filled, 2, 2)
        if estimate.low is not None and estimate.high is not None:
            middle = bar.center().y()
            ends = [bar.left() + bar.width() * end for end in (estimate.low, estimate.high)]
            painter.setPen(QPen(QColor(tokens.text), 1.4))
            painter.drawLine(QLineF(ends[0], middle, ends[1], middle))
            for end in ends:
                painter.drawLine(QLineF(end, bar.top(), end, bar.bottom()))
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Leave room for the number and the bar."""
        usual = super().sizeHint(option, index)
        if not isinstance(index.data(ESTIMATE_ROLE), Estimate):
            return usual
        height = option.fontMetrics.height() + _BAR_PX + 9
        return QSize(max(usual.width(), _LEAST_PX), height)
