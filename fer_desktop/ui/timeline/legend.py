"""The labels of the timeline: each switches its curve on and off."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QLayout, QLayoutItem, QSizePolicy, QWidget

from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.tokens import Tokens, current_tokens
from fer_desktop.ui.look.wording import label_text

_SWATCH_PX: Final = 12
_GAP_PX: Final = 6
_PAD_PX: Final = 5


class LegendEntry(QCheckBox):
    """A check box whose indicator is a swatch: filled while its curve is shown."""

    def __init__(self, label: str, tokens: Tokens) -> None:
        super().__init__(label_text(label))
        self.label = label
        self.tokens = tokens
        self.setChecked(True)
        self.setToolTip(self.tr("Show or hide the curve of {label}").format(label=self.text()))
        self.setAccessibleName(self.tr("Curve of {label}").format(label=self.text()))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + _SWATCH_PX + _GAP_PX + 2 * _PAD_PX
        return QSize(width, max(metrics.height(), _SWATCH_PX) + 2 * _PAD_PX - 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.tokens.accent), 1))
            painter.drawRoundedRect(outline, 5, 5)
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.tokens.raised))
            painter.drawRoundedRect(outline, 5, 5)
        color = label_color(self.label)
        swatch = QRectF(_PAD_PX, (self.height() - _SWATCH_PX) / 2, _SWATCH_PX, _SWATCH_PX)
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(swatch.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        painter.setPen(QColor(self.tokens.text if self.isChecked() else self.tokens.muted))
        text = self.rect().adjusted(_PAD_PX + _SWATCH_PX + _GAP_PX, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class TimelineLegend(QWidget):
    """Every label with its colour, in as many lines as the width asks for.

    Signals:
        toggled: a label, and whether its curve is to be shown.
    """

    toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: dict[str, LegendEntry] = {}
        self._tokens = current_tokens()
        self._flow = _FlowLayout(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Show these labels; those that stay keep their state."""
        for label in [label for label in self._entries if label not in labels]:
            entry = self._entries.pop(label)
            self._flow.removeWidget(entry)
            entry.deleteLater()
        for label in labels:
            if label not in self._entries:
                self._add(label)

    @property
    def entries(self) -> list[LegendEntry]:
        """The check boxes, in the order they stand in."""
        return list(self._entries.values())

    def entry(self, label: str) -> LegendEntry:
        """Return the check box of a label."""
        return self._entries[label]

    def apply_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        for entry in self._entries.values():
            entry.tokens = tokens
            entry.update()

    def _add(self, label: str) -> None:
        entry = LegendEntry(label, self._tokens)
        entry.toggled.connect(lambda shown: self.toggled.emit(label, shown))
        self._entries[label] = entry
        self._flow.addWidget(entry)


class _FlowLayout(QLayout):
    """Places widgets beside each other and goes on in the next line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def sizeHint(self) -> QSize:
        sizes = [item.sizeHint() for item in self._items]
        height = max((size.height() for size in sizes), default=0)
        return QSize(sum(size.width() for size in sizes), height)

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.x() + rect.width():
                x, y, line = rect.x(), y + line, 0
            if not is_trial:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width()
            line = max(line, size.height())
        return y + line - rect.y()
