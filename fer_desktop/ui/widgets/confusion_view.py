"""Which expressions a model takes for which others."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from fer_desktop.domain.palette import text_color_on
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import label_text
from trainer.contract.text import counted

_LARGEST_CELL_PX: Final = 72
_GAP_PX: Final = 2
_PAD_PX: Final = 6
_LEAST_POINTS: Final = 6.0


class ConfusionView(QWidget):
    """A table of counts, darker where more of a row fell; right answers lie on the diagonal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels: tuple[str, ...] = ()
        self.counts: tuple[tuple[int, ...], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Confusion matrix"))

    def show_counts(self, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show counts; the truth in rows, answers in columns."""
        self.labels = tuple(labels)
        self.counts = tuple(map(tuple, counts))
        names = [label_text(label) for label in labels]
        self.setAccessibleDescription(
            "; ".join(
                f"{name}: " + ", ".join(f"{other} {n}" for other, n in zip(names, row, strict=True))
                for name, row in zip(names, counts, strict=True)
            )
        )
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 240)

    def sizeHint(self) -> QSize:
        return QSize(420, 360)

    def event(self, event: object) -> bool:
        """Tell a cell in words where the mouse rests."""
        if isinstance(event, QHelpEvent):
            text = self._cell_text(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = current_tokens()
        if not self.counts:
            painter.setPen(QColor(tokens.muted))
            painter.drawText(
                self.rect(),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self.tr("The confusion matrix appears after the next epoch."),
            )
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, cell = self._place()
        self._paint_names(painter, area, cell)
        self._fit_font(painter, cell.x() - 2 * _GAP_PX)
        surface = QColor(tokens.surface)
        for row, counts in enumerate(self.counts):
            total = max(1, sum(counts))
            for column, count in enumerate(counts):
                is_right = row == column
                strong = QColor(tokens.accent if is_right else tokens.warning)
                color = _mixed(surface, strong, count / total)
                rect = self._cell(area, cell, row, column)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color)
                painter.drawRoundedRect(rect, 3, 3)
                painter.setPen(QColor(text_color_on(color.name()) if count else tokens.muted))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, f"{count:,}")

    def _fit_font(self, painter: QPainter, width: float) -> None:
        """Let the largest number fit into a cell."""
        widest = max((f"{count:,}" for row in self.counts for count in row), key=len)
        needed = QFontMetricsF(self.font()).horizontalAdvance(widest)
        if needed > width:
            font = self.font()
            font.setPointSizeF(max(_LEAST_POINTS, font.pointSizeF() * width / needed))
            painter.setFont(font)

    def _place(self) -> tuple[QRectF, QPointF]:
        """Return the rectangle of the cells, and the size of one."""
        metrics = QFontMetricsF(self.font())
        widest = max(metrics.horizontalAdvance(label_text(label)) for label in self.labels)
        line = metrics.height()
        left = line + _PAD_PX + widest + _PAD_PX
        count = len(self.labels)
        width = min(_LARGEST_CELL_PX * 1.4, (self.width() - left) / count)
        top = line + _PAD_PX + (line if width >= widest + _GAP_PX else widest) + _PAD_PX
        height = min(_LARGEST_CELL_PX, (self.height() - top) / count)
        # In the middle where there is more room than the largest cells need.
        spare_x = max(0.0, self.width() - left - width * count)
        spare_y = max(0.0, self.height() - top - height * count)
        x, y = left + spare_x / 2, top + spare_y / 2
        return QRectF(x, y, width * count, height * count), QPointF(width, height)

    def _cell(self, area: QRectF, cell: QPointF, row: int, column: int) -> QRectF:
        x, y = area.left() + column * cell.x(), area.top() + row * cell.y()
        return QRectF(x, y, cell.x() - _GAP_PX, cell.y() - _GAP_PX)

    def _paint_names(self, painter: QPainter, area: QRectF, cell: QPointF) -> None:
        tokens, metrics = current_tokens(), QFontMetricsF(self.font())
        names = [label_text(label) for label in self.labels]
        widest = max(map(metrics.horizontalAdvance, names))
        line = metrics.height()
        painter.setPen(QColor(tokens.text))
        fits = cell.x() >= widest + _GAP_PX
        for at, name in enumerate(names):
            row = self._cell(area, cell, at, 0)
            left = QRectF(area.left() - widest - _PAD_PX, row.top(), widest, row.height())
            painter.drawText(
                left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name
            )
            column = self._cell(area, cell, 0, at)
            if fits:
                above = QRectF(column.left(), area.top() - line - _PAD_PX, column.width(), line)
                painter.drawText(above, Qt.AlignmentFlag.AlignCenter, name)
                continue
            painter.save()
            painter.translate(column.center().x(), area.top() - _PAD_PX)
            painter.rotate(-90)
            upright = QRectF(0, -line / 2, widest, line)
            painter.drawText(
                upright, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name
            )
            painter.restore()
        painter.setPen(QColor(tokens.muted))
        names_height = line if fits else widest
        painter.drawText(
            QRectF(area.left(), area.top() - names_height - 2 * _PAD_PX - line, area.width(), line),
            Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip,
            self.tr("predicted"),
        )
        painter.save()
        painter.translate(area.left() - widest - 2 * _PAD_PX - line / 2, area.center().y())
        painter.rotate(-90)
        painter.drawText(
            QRectF(-area.height() / 2, -line / 2, area.height(), line),
            Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip,
            self.tr("true"),
        )
        painter.restore()

    def _cell_text(self, point: QPointF) -> str:
        if not self.counts:
            return ""
        area, cell = self._place()
        for row, counts in enumerate(self.counts):
            for column, count in enumerate(counts):
                if self._cell(area, cell, row, column).contains(point):
                    return self.tr("{truth}, classified as {answer}: {count} of {total}").format(
                        count=f"{count:,}",
                        total=counted(sum(counts), "picture"),
                        truth=label_text(self.labels[row]),
                        answer=label_text(self.labels[column]),
                    )
        return ""


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Return a colour between two."""
    return QColor(
        *(
            round(a + (b - a) * share)
            for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
        )
    )
