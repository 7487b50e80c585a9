"""What the user wants of a source that plays, and when its next frame is due."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fer_desktop.pipeline.clock import Clock
from fer_desktop.pipeline.handoff import Closed

SPEED_MIN: Final = 0.1
SPEED_MAX: Final = 16.0
_LATE_NS: Final = 250_000_000  # beyond it the missed time is forgotten instead of chased


@dataclass(frozen=True, slots=True)
class Move:
    """Where to go: a time, if there is one, and then some frames on or back."""

    seek_us: int | None
    steps: int


class Transport:
    """The controls of one source: written by any thread, obeyed by its capture thread.

    Only the newest wish counts: ten seeks while one frame is decoded cost one more frame.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._stopped = False
        self._paused = False
        self._at_end = False
        self._seek_us: int | None = None
        self._steps = 0
        self._speed = 1.0
        self._waits_for_nudge = False

    @property
    def is_paused(self) -> bool:
        """Whether the source rests on a frame."""
        with self._changed:
            return self._paused

    @property
    def is_stopped(self) -> bool:
        """Whether the source must be closed."""
        with self._changed:
            return self._stopped

    @property
    def speed(self) -> float:
        """Factor of the source's own speed."""
        with self._changed:
            return self._speed

    def play(self) -> None:
        """Go on; from the beginning if the end was reached."""
        with self._changed:
            if self._at_end:
                self._seek_us, self._steps, self._at_end = 0, 0, False
            self._paused = False
            self._changed.notify_all()

    def pause(self) -> None:
        """Rest on the frame that is shown."""
        with self._changed:
            self._paused = True
            self._changed.notify_all()

    def seek(self, timestamp_us: int) -> None:
        """Go to a time; whether it plays does not change."""
        with self._changed:
            self._seek_us, self._steps, self._at_end = max(0, timestamp_us), 0, False
            self._changed.notify_all()

    def step(self, frames: int) -> None:
        """Pause and go some frames on, or back if negative."""
        with self._changed:
            self._paused = True
            self._steps += frames
            self._at_end = False
            self._changed.notify_all()

    def set_speed(self, factor: float) -> None:
        """Play this many times as fast as recorded; clamped to 0.1 to 16."""
        with self._changed:
            self._speed = min(max(factor, SPEED_MIN), SPEED_MAX)
            self._changed.notify_all()

    def stop(self) -> None:
        """End the source; cannot be undone."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def reach_end(self) -> None:
        """Rest at the end, unless the user has just asked to go elsewhere."""
        with self._changed:
            if not self._wants_move():
                self._paused = self._at_end = True

    def take_move(self) -> Move | None:
        """Return the wish to go elsewhere, once.

        Raises:
            Closed: if the source must be closed.
        """
        self.raise_if_stopped()
        with self._changed:
            if not self._wants_move():
                return None
            move = Move(self._seek_us, self._steps)
            self._seek_us, self._steps = None, 0
            return move

    def raise_if_stopped(self) -> None:
        """Raise ``Closed`` if the source must be closed."""
        if self.is_stopped:
            raise Closed

    def wait_while_paused(self) -> None:
        """Wait until the user wants something."""
        with self._changed:
            while self._paused and not self._stopped and not self._wants_move():
                self._clock.wait(self._changed)

    def wait_until(self, due_ns: int, speed: float = 1.0) -> bool:
        """Wait for a moment of the clock; tell whether it came before the user wanted otherwise.

        Args:
            due_ns: the moment.
            speed: the speed for which it was worked out.
        """
        with self._changed:
            while True:
                if self._stopped or self._paused or self._speed != speed or self._wants_move():
                    return False
                left_ns = due_ns - self._clock.now_ns()
                if left_ns <= 0:
                    return True
                self._clock.wait(self._changed, left_ns / 1e9)

    def wait_for(self, is_so: Callable[[], bool], limit_s: float | None = None) -> bool | None:
        """Wait until something is so; whoever makes it so calls ``nudge``.

        Args:
            is_so: asked again and again.
            limit_s: how long to wait.

        Returns:
            Whether it was so before the user wanted otherwise; None if neither came in time.
        """
        began_ns = self._clock.now_ns()
        with self._changed:
            self._waits_for_nudge = True
            try:
                while True:
                    if self._stopped or self._paused or self._wants_move():
                        return False
                    if is_so():
                        return True
                    if limit_s is None:
                        self._clock.wait(self._changed)
                        continue
                    left_s = limit_s - (self._clock.now_ns() - began_ns) / 1e9
                    if left_s <= 0:
                        return None
                    self._clock.wait(self._changed, left_s)
            finally:
                self._waits_for_nudge = False

    def nudge(self) -> None:
        """Let ``wait_for`` look again whether it is so."""
        if self._waits_for_nudge:  # else this, which comes with every frame, would cost a switch
            with self._changed:
                self._changed.notify_all()

    def _wants_move(self) -> bool:
        return self._seek_us is not None or self._steps != 0


class Pacer:
    """Turns timestamps of a source into moments of the clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor: tuple[int, int] | None = None
        self._speed = 1.0
        self._shown_us: int | None = None

    def rest(self) -> None:
        """Stop counting; it begins anew from the frame on screen."""
        self._anchor = None

    def shown(self, timestamp_us: int) -> None:
        """Note that the frame of this time is on screen now."""
        self._shown_us = timestamp_us

    def due_ns(self, timestamp_us: int, speed: float) -> int:
        """Return when a frame is due; the first one at once, and a very late one, too."""
        now_ns = self._clock.now_ns()
        if self._anchor is None or speed != self._speed:
            shown_us = timestamp_us if self._shown_us is None else self._shown_us
            self._anchor, self._speed = (now_ns, shown_us), speed
        began_ns, began_us = self._anchor
        due_ns = began_ns + round((timestamp_us - began_us) * 1000 / speed)
        if now_ns - due_ns <= _LATE_NS:
            return due_ns
        self._anchor = (now_ns, timestamp_us)
        return now_ns
