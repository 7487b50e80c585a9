"""The frame of a file that is on screen, with what is known of it by now."""

import threading
from collections.abc import Callable

from fer_desktop.domain.frame import Frame
from fer_desktop.domain.known_frames import KnownFrames
from fer_desktop.pipeline.events import Result


class ShownFrame:
    """Joins pictures, which come as the user plays and seeks, with numbers, which come in order.

    A frame that is shown before it was analysed is told again once it was. Used by any thread.
    """

    def __init__(
        self,
        session: int,
        reach: int,
        on_result: Callable[[Result], None],
        known: KnownFrames | None = None,
    ) -> None:
        """Take whose frames these are.

        Args:
            session: their number.
            reach: how many frames on what is known of a frame still holds.
            on_result: gets each frame with what is known of it.
            known: what is known from the start.
        """
        self._session = session
        self._reach = reach
        self._on_result = on_result
        self._lock = threading.Lock()
        self._known = KnownFrames() if known is None else known
        self._frame: Frame | None = None
        self._is_read = False

    @property
    def known(self) -> KnownFrames:
        """What is known by now."""
        with self._lock:
            return self._known

    def show(self, frame: Frame) -> None:
        """Take the frame that is on now."""
        with self._lock:
            self._frame = frame
            self._tell()

    def learn(self) -> None:
        """Tell the frame again if it has just become known."""
        with self._lock:
            frame = None if self._is_read else self._frame
            if frame is not None and self._known.at(frame.index, reach=self._reach) is not None:
                self._tell()

    def forget(self) -> KnownFrames:
        """Begin anew; what is on is told as if nothing were known of it."""
        with self._lock:
            self._known = KnownFrames()
            if self._frame is not None:
                self._tell()
            return self._known

    def _tell(self) -> None:
        if self._frame is not None:
            analysis = self._known.at(self._frame.index, reach=self._reach)
            self._is_read = analysis is not None
            self._on_result(Result(self._session, self._frame, analysis, is_new=False))
