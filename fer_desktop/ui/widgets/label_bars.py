"""How many pictures each label has, as bars; one of them can be chosen."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import label_text

_PADDING_PX: Final = 8
_NAME_MAX_PX: Final = 120


class LabelBar(QAbstractButton):
    """One label: its name, a bar and a number."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.number = ""
        self._share = 0.0
        self._name_width = 0.0
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_count(self, number: str, share: float, name_width: float) -> None:
        """Show a number, and a bar that fills so much of its room."""
        self.number, self._share, self._name_width = number, share, name_width
        self.setAccessibleName(f"{label_text(self.label)}: {number}")
        self.update()

    def sizeHint(self) -> QSize:
        """Leave room for a line of text."""
        return QSize(220, round(self.fontMetrics().height() * 1.7))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint name, bar and number; the chosen one has a ground of its own."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or (self.underMouse() and self.isCheckable()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(ground, 5, 5)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground, 5, 5)
        inside = ground.adjusted(_PADDING_PX, 0, -_PADDING_PX, 0)
        metrics = self.fontMetrics()
        number_width = max(
            metrics.horizontalAdvance("00,000"), metrics.horizontalAdvance(self.number)
        )
        middle = Qt.AlignmentFlag.AlignVCenter
        name = metrics.elidedText(
            label_text(self.label), Qt.TextElideMode.ElideRight, round(self._name_width)
        )
        painter.setPen(QColor(tokens.text))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, self.number)
        thickness = metrics.height() * 0.62
        track = QRectF(
            inside.left() + self._name_width + 10,
            inside.center().y() - thickness / 2,
            max(0.0, inside.width() - self._name_width - number_width - 20),
            thickness,
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(track, 4, 4)
        filled = QRectF(track)
        filled.setWidth(track.width() * min(1.0, self._share))
        if filled.width() >= 1:
            painter.setBrush(label_color(self.label))
            radius = min(4.0, filled.width() / 2)
            painter.drawRoundedRect(filled, radius, radius)


class LabelBars(QWidget):
    """A bar for each label, one below the other.

    Signals:
        chosen: a label.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, can_choose: bool = True) -> None:
        super().__init__(parent)
        self._can_choose = can_choose
        self._bars: dict[str, LabelBar] = {}
        self._group = QButtonGroup(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)
        self._layout.addStretch(1)

    @property
    def bars(self) -> tuple[LabelBar, ...]:
        """The bars, from the top."""
        return tuple(self._bars.values())

    def show_counts(self, counts: Mapping[str, int], wanted: int = 0) -> None:
        """Show how many there are.

        Args:
            counts: pictures of each label.
            wanted: how many each shall have; 0 measures them by the one that has most.
        """
        if list(counts) != list(self._bars):
            self._make_bars(counts)
        most = wanted or max(counts.values(), default=1) or 1
        metrics = self.fontMetrics()
        # Text of exactly its own width would be cut.
        name_width = 2 + max(
            (metrics.horizontalAdvance(label_text(name)) for name in counts), default=0
        )
        for name, count in counts.items():
            number = f"{count} / {wanted}" if wanted else f"{count:,}"
            self._bars[name].show_count(number, count / most, min(name_width, _NAME_MAX_PX))

    def choose(self, label: str) -> None:
        """Show a label as the chosen one."""
        for name, bar in self._bars.items():
            bar.setChecked(name == label)

    def _make_bars(self, counts: Mapping[str, int]) -> None:
        for bar in self._bars.values():
            self._group.removeButton(bar)
            self._layout.removeWidget(bar)
            bar.deleteLater()
        self._bars = {}
        for name in counts:
            bar = self._bars[name] = LabelBar(name, self)
            if self._can_choose:
                self._group.addButton(bar)
                bar.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            else:
                bar.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                self._group.setExclusive(False)
            self._layout.insertWidget(self._layout.count() - 1, bar)
