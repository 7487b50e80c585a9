"""The place of the curves: a calm surface until the library that draws them is there."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from fer_desktop.ui.timeline_content import TimelineContent
from fer_desktop.ui.timeline_loader import TimelineLoader

if TYPE_CHECKING:
    from fer_desktop.ui.timeline_plot import TimelinePlot

_SIZE: Final = QSize(900, 180)
_MIN_HEIGHT_PX: Final = 100


class TimelineCanvas(QWidget):
    """Shows content as a plot, which begins to load once this was painted.

    Attributes:
        content: what is shown.
        plot: what draws it; None until it is loaded.

    Signals:
        seek_requested: a time in microseconds, an object because ``int`` signals hold 32 bits.
        moved: the user chose another stretch.
        loaded: there is a plot now.
    """

    seek_requested = Signal(object)
    moved = Signal()
    loaded = Signal()

    def __init__(self, content: TimelineContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.plot: TimelinePlot | None = None
        self._loader: TimelineLoader | None = None
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
        if self._loader is None:
            self._loader = TimelineLoader()
            queued = Qt.ConnectionType.QueuedConnection
            self._loader.loaded.connect(self._on_loaded, queued)
            self._loader.failed.connect(self._on_failed, queued)
            self._loader.start()

    @Slot()
    def _on_loaded(self) -> None:
        from fer_desktop.ui.timeline_plot import TimelinePlot

        self.plot = TimelinePlot(self.content)
        self.plot.setAccessibleName(self.tr("Timeline"))
        self.plot.setAccessibleDescription(
            self.tr("Expressions of the selected face over time. Plus and minus zoom.")
        )
        self.plot.seek_requested.connect(self.seek_requested)
        self.plot.moved.connect(self.moved)
        self._layers.addWidget(self.plot, 0, 0)
        self._hint.raise_()
        self.refresh()
        self.loaded.emit()

    @Slot()
    def _on_failed(self) -> None:
        self._hint.setText(self.tr("The timeline cannot be drawn. The log file says why."))
