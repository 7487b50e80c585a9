"""Where in the open source a moment is that other programs mean."""

from PySide6.QtCore import QObject

from fer_desktop.domain.frame import Frame
from fer_desktop.pipeline.events import EngineEvent, SourceOpened
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
        controller.happened.connect(self._on_event)

    def position_us(self, moment_ns: int) -> int:
        """Return where in the source a moment of ``time.monotonic_ns()`` is.

        Of a file it is what is on screen.
        """
        zero_ns = self._zero_ns()
        if zero_ns is None:
            return self._controller.playback.position_us
        return max(0, (moment_ns - zero_ns) // 1000)

    def live_us(self, moment_ns: int) -> int | None:
        """Return where in a live source a moment is; None before it began, and in a file."""
        zero_ns = self._zero_ns()
        return None if zero_ns is None or moment_ns < zero_ns else (moment_ns - zero_ns) // 1000

    def moment_ns(self, position_us: int) -> int | None:
        """Return when a position in a live source was; None in a file."""
        zero_ns = self._zero_ns()
        return None if zero_ns is None else zero_ns + position_us * 1000

    def _zero_ns(self) -> int | None:
        """Return when a live source's time was 0; its frames tell that within a microsecond."""
        frame, info = self._newest, self._controller.info
        if frame is None or info is None or not info.is_live:
            return None
        return frame.captured_ns - frame.timestamp_us * 1000

    def _on_batch(self, batch: Batch) -> None:
        if batch.newest is not None:
            self._newest = batch.newest.frame

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, SourceOpened):  # perhaps the same again, with a time of its own
            self._forget()

    def _forget(self) -> None:
        self._newest = None
