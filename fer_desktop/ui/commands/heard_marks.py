"""Markers of other programs, taken into the session as marks."""

from PySide6.QtCore import Signal

from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.recording.session_format import Mark
from fer_desktop.settings import Settings
from fer_desktop.streaming.lsl_markers import MarkerInlet
from fer_desktop.ui.look.wording import name_text
from fer_desktop.ui.messages.announcer import HEARD_MARKS
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.source_clock import SourceClock

log = get_logger("ui")

_NETWORK = "lsl:network"


class HeardMarks(Desk):
    """Listens to the Lab Streaming Layer if the settings say so."""

    _came = Signal(object, str)
    _failed = Signal(object, object)

    def __init__(self, parts: WindowParts) -> None:
        super().__init__(parts)
        self._clock = SourceClock(self._controller, self)
        self._wanted = ("", False)
        self._inlet: MarkerInlet | None = None
        self._came.connect(self._take)
        self._failed.connect(self._on_failed)
        self._controller.settings_changed.connect(self._choose)
        self._choose(self._controller.settings)

    def status(self) -> str:
        """Return whose markers are heard; empty if none are wanted."""
        if self._inlet is None:
            return ""
        names = ", ".join(map(name_text, self._inlet.heard)) or self.tr("none yet")
        return self.tr("Listening for LSL markers: {names}").format(names=names)

    def shutdown(self, limit_s: float) -> None:
        """Listen no more; waits for it, but no longer than so many seconds."""
        if self._inlet is not None:
            self._inlet.shutdown(limit_s)

    def _choose(self, settings: Settings) -> None:
        wanted = settings.marks_from, _NETWORK in settings.outputs
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._announcer.take_back(HEARD_MARKS)
        if self._inlet is not None:
            self._inlet.end()
            self._inlet = None
        if not settings.marks_from:
            return
        inlet = self._inlet = MarkerInlet(
            settings.marks_from.partition(":")[2],
            self._came.emit,
            lambda error: self._failed.emit(inlet, error),
            is_for_network=wanted[1],
        )
        inlet.start()

    def _take(self, moment_ns: int, text: str) -> None:
        text = text or self.tr("Mark")
        try:
            if not self._controller.marks.add(Mark(self._clock.position_us(moment_ns), text)):
                log.info("a marker came while nothing was recorded: %s", text)
        except FerError as error:
            self._announcer.say_error(HEARD_MARKS, error)

    def _on_failed(self, inlet: MarkerInlet, error: FerError) -> None:
        if inlet is self._inlet:
            self._inlet = None
            self._announcer.say_error(HEARD_MARKS, error, stands=True)
