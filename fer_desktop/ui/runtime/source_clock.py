"""Where in the open source a moment is that other programs mean."""

from PySide6.QtCore import QObject

from fer_desktop.domain.frame import Frame
from fer_desktop.ui.runtime.bridge import Batch
from fer_desktop.ui.runtime.controller import Controller


class SourceClock(QObject):
    """Follows the newest frame, which has the time of its capture."""

    def __init__(self, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._newest: Frame | None = None
        controller.batch.connect(self._on_batch)
        controller.request_changed.connect(self._forget)

    def position_us(self, moment_ns: int) -> int:
        """Return where in the source a moment of ``time.monotonic_ns()`` is.

        Of a file it is what is on screen.
        """
        frame, info = self._newest, self._controller.info
        if frame is None or info is None or not info.is_live:
            return self._controller.playback.position_us
        return max(0, frame.timestamp_us + (moment_ns - frame.captured_ns) // 1000)

    def _on_batch(self, batch: Batch) -> None:
        if batch.newest is not None:
            self._newest = batch.newest.frame

    def _forget(self) -> None:
        self._newest = None
