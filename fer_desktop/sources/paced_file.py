"""A video that comes like a camera's picture: each frame at its time."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import RefusedSourceError, SourceError
from fer_desktop.sources.base import FrameSource


class PacedFile:
    """Reads a file at the pace of its timestamps.

    At the end it waits until it is interrupted: whoever reads a live source takes an end for a
    fault and opens it again.

    Attributes:
        last_index: of the last frame so far; -1 before any.
    """

    def __init__(self, source: FrameSource, on_end: Callable[[SourceError | None], object]) -> None:
        """Take a file.

        Args:
            source: not opened yet.
            on_end: called when there are no more frames, with the reason if the file is damaged.
        """
        self._source = source
        self._on_end = on_end
        self._interrupted = threading.Event()
        self._began_ns: int | None = None
        self.last_index = -1

    def open(self) -> SourceInfo:
        """Open the file.

        Raises:
            RefusedSourceError: if that cannot be done; trying again would change nothing.
        """
        self._began_ns = None
        try:
            return self._source.open()
        except SourceError as error:
            raise RefusedSourceError(error.message, hint=error.hint) from error

    def read(self) -> Frame | None:
        """Wait until the next frame is due and return it as captured then; None at the end."""
        damage: SourceError | None = None
        try:
            frame = self._source.read()
        except SourceError as error:
            frame, damage = None, error
        if frame is None:
            self._on_end(damage)
            self._interrupted.wait()
            return None
        self.last_index = frame.index
        now_ns = time.monotonic_ns()
        if self._began_ns is None:
            self._began_ns = now_ns - frame.timestamp_us * 1000
        due_ns = self._began_ns + frame.timestamp_us * 1000
        if self._interrupted.wait(max(0, due_ns - now_ns) / 1e9):
            return None
        return replace(frame, captured_ns=time.monotonic_ns())

    def interrupt(self) -> None:
        """Let ``read`` return at once, now and ever after; from any thread."""
        self._interrupted.set()

    def close(self) -> None:
        """Close the file."""
        self._source.close()
