"""Imports the library that draws the timeline, which takes longer than a window may stall."""

import threading

from PySide6.QtCore import QObject, Signal

from fer_desktop.log import get_logger

log = get_logger("ui")


class TimelineLoader(QObject):
    """Imports on a thread of its own.

    The thread keeps this object alive, so that it may outlive the chart; the interpreter waits for
    it at exit. Importing pyqtgraph creates classes and numbers, no Qt objects bound to a thread.

    Signals:
        loaded: the plot can be imported without delay.
        failed: it cannot be imported; the log says why.
    """

    loaded = Signal()
    failed = Signal()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._load, name="timeline loader").start()

    def _load(self) -> None:
        try:
            import fer_desktop.ui.timeline_plot  # noqa: F401 - the import is the work
        except Exception:  # thread boundary
            log.exception("the timeline cannot be drawn")
            self.failed.emit()
        else:
            self.loaded.emit()
