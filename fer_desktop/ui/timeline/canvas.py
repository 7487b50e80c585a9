"""The place of the curves: a calm surface until the library that draws them is there."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from fer_desktop.log import get_logger
from fer_desktop.ui.timeline.content import TimelineContent

if TYPE_CHECKING:
    from fer_desktop.ui.timeline.plot import TimelinePlot

log = get_logger("ui")

_SIZE: Final = QSize(900, 180)
_MIN_HEIGHT_PX: Final = 100


class _Scrolled(QScrollArea):
    """Leaves keys to the window: the arrows move through the film."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


class TimelineCanvas(QWidget):
    """Shows content as a plot, which begins to load once this was painted.

    Attributes:
        content: what is shown.
        plot: what draws it; None until it is loaded.

    Signals:
        seek_requested: a time in microseconds, an object because ``int`` signals hold 32 bits.
        moved: the user chose another stretch.
        loaded: there is a plot now.
        menu_requested: a time in microseconds, and where on the screen.
    """

    seek_requested = Signal(object)
    moved = Signal()
    loaded = Signal()
    menu_requested = Signal(object, QPoint)

    def __init__(self, content: TimelineContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.plot: TimelinePlot | None = None
        self._is_loading = False
        self._hint = QLabel(self.tr("The expressions of a face appear here over time."))
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._layers = QGridLayout(self)
        self._layers.setContentsMargins(0, 0, 0, 0)
        self._layers.addWidget(self._hint, 0, 0)
        self.setMinimumHeight(_MIN_HEIGHT_PX)
        self.setAutoFillBackground(True)
        self.apply_tokens()

    def refresh(self) -> None:
        """Show what changed: samples, stretch, face, labels or marks."""
        if self.plot is not None:
            self._hint.setVisible(self.content.series is None)
            self.plot.refresh()

    def apply_tokens(self) -> None:
        """Take the colours of the content."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(self.content.tokens.surface))
        palette.setColor(QPalette.ColorRole.WindowText, QColor(self.content.tokens.muted))
        self.setPalette(palette)
        self._hint.setPalette(palette)
        if self.plot is not None:
            self.plot.apply_look()

    def sizeHint(self) -> QSize:
        return _SIZE

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self.plot is not None:
            self.plot.apply_look()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_loading:
            self._is_loading = True
            QTimer.singleShot(0, self, self._load)

    def _load(self) -> None:
        if not self.isVisible():  # the window was closed meanwhile, which need not wait for this
            self._is_loading = False
            return
        # The import takes an eighth of a second, and still belongs here: it makes PySide set up
        # hundreds of classes, and the process dies when another thread does that while this one
        # paints.
        try:
            from fer_desktop.ui.timeline.plot import TimelinePlot
        except ImportError:
            log.exception("the timeline cannot be drawn")
            self._hint.setText(
                self.tr("The timeline cannot be drawn. See the log file for details.")
            )
            return
        self.plot = TimelinePlot(self.content)
        self.plot.setAccessibleName(self.tr("Timeline"))
        self.plot.setAccessibleDescription(
            self.tr("Expressions of the selected face over time. Plus and minus zoom.")
        )
        self.plot.seek_requested.connect(self.seek_requested)
        self.plot.moved.connect(self.moved)
        self.plot.menu_requested.connect(self.menu_requested)
        # Many measures are scrolled rather than squeezed.
        scrolled = _Scrolled(self)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scrolled.setWidgetResizable(True)
        scrolled.setWidget(self.plot)
        self._layers.addWidget(scrolled, 0, 0)
        self._hint.raise_()
        self.refresh()
        self.loaded.emit()
