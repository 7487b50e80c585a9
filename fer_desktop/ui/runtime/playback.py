"""Where the shown source stands in its own time, and how it goes on."""

from typing import Final, Literal

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import State
from fer_desktop.ui.runtime.bridge import Batch
from fer_desktop.ui.runtime.stopwatch import Stopwatch

SEEK_STEP_US: Final = 5_000_000
_OPEN: Final = frozenset(
    {State.OPENING, State.RUNNING, State.WAITING, State.PAUSED, State.RECONNECTING}
)


class Playback(QObject):
    """Plays, pauses and seeks in what is open.

    Attributes:
        state: where the engine stands.
        info: the open source; None before it is known.
        position_us: the source's time on screen.

    Signals:
        speed_changed: another factor of the source's own speed.
    """

    speed_changed = Signal(float)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._watch = Stopwatch()
        self._awaits: Literal["", "model", "result"] = ""
        self.state = State.IDLE
        self.info: SourceInfo | None = None
        self.position_us = 0

    @property
    def is_open(self) -> bool:
        """Whether a source is open, or being opened."""
        return self.state in _OPEN

    @property
    def is_playing(self) -> bool:
        """Whether time goes on in the source, or will as soon as the analysis lets it."""
        return self.state in (State.RUNNING, State.WAITING)

    @property
    def is_waiting(self) -> bool:
        """Whether a video waits for the model."""
        return self._awaits != "" and self.state is State.PAUSED

    @property
    def is_seekable(self) -> bool:
        """Whether the open source has a transport bar."""
        return self.is_open and self.info is not None and self.info.is_seekable

    @property
    def elapsed_s(self) -> float | None:
        """How long the source has run, pauses left out; None where none is open."""
        return self._watch.elapsed_s if self.is_open and self.info is not None else None

    def begin(self) -> None:
        """Forget what is known of the former source."""
        self.info = None
        self.position_us = 0
        self._awaits = ""
        self._watch.reset()

    def wait_for_model(self) -> None:
        """Rest on the first frame until it can be read: no face of a video shall be missed."""
        self._awaits = "model"
        self._engine.pause()

    def take_state(self, state: State) -> None:
        """Take in where the engine stands."""
        self.state = state
        self._watch.run(state is State.RUNNING)

    def take_batch(self, batch: Batch) -> None:
        """Take in what is shown now."""
        if batch.newest is not None:
            self.position_us = batch.newest.frame.timestamp_us
        if self._awaits == "result" and batch.analyses:
            self.go_on()

    def take_model(self) -> None:
        """Take in that there is a model.

        A video that waits does not play at once: the first reading may compile the network for
        that many faces.
        """
        self._awaits = "result" if self._awaits else ""

    def go_on(self) -> None:
        """Play a video that waits for the model."""
        if self._awaits:
            self._awaits = ""
            self._engine.play()

    def toggle(self) -> None:
        """Play or pause."""
        self._awaits = ""
        if self.is_playing:
            self._engine.pause()
        else:
            self._engine.play()

    def step(self, frames: int) -> None:
        """Show the frame so many frames on, or back if negative."""
        if self.is_seekable:
            self._engine.step(frames)

    def seek(self, timestamp_us: int) -> None:
        """Show the frame of a time."""
        if self.is_seekable:
            self.position_us = max(0, timestamp_us)
            self._engine.seek(self.position_us)

    def seek_by(self, delta_us: int) -> None:
        """Go on, or back if negative."""
        end_us = (self.info.duration_us or 0) if self.info is not None else 0
        self.seek(min(max(0, self.position_us + delta_us), max(0, end_us)))

    def set_speed(self, factor: float) -> None:
        """Play so many times as fast as recorded."""
        self._engine.set_speed(factor)
        self.speed_changed.emit(factor)
