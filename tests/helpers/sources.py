"""Sources that do what the script says."""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame, SourceInfo, SourceKind
from fer_desktop.errors import SourceError
from tests.helpers.clips import numbered

SIZE_PX = (192, 96)
_PATIENCE_S = 15.0


class ScriptedSource:
    """A video, or an image, of numbered pictures.

    Attributes:
        opened: how often it was opened.
        closed: whether it is closed.
        threads: names of the threads that used it.
        copies: others that were made to read the same.
    """

    def __init__(
        self,
        frames: int = 3,
        *,
        kind: SourceKind = "video",
        fps: float = 30.0,
        error: Exception | None = None,
        open_error: Exception | None = None,
        times_us: Sequence[int] | None = None,
        may_come: Callable[[int], bool] = lambda index: True,
    ) -> None:
        """Write the script.

        Args:
            frames: how many there are.
            kind: what it says it is.
            fps: frames a second.
            error: raised in place of the end.
            open_error: raised by ``open``.
            times_us: presentation times instead of ``fps``.
            may_come: told a frame's index, or their number at the end: whether it is time for it.
        """
        self._script = dict(
            kind=kind, fps=fps, error=error, open_error=open_error, may_come=may_come
        )
        self._may_come = may_come
        self._times_us = list(times_us or (round(i * 1e6 / fps) for i in range(frames)))
        self._kind = kind
        self._fps = fps
        self._error = error
        self._open_error = open_error
        self._next = 0
        self.opened = 0
        self.closed = True
        self.threads: set[str] = set()
        self.copies: list[ScriptedSource] = []

    def again(self) -> "ScriptedSource":
        copy = ScriptedSource(times_us=self._times_us, frames=len(self._times_us), **self._script)
        self.copies.append(copy)
        return copy

    def open(self) -> SourceInfo:
        self._note_thread()
        self.opened += 1
        self.closed = False
        if self._open_error is not None:
            raise self._open_error
        self._next = 0
        return SourceInfo(
            kind=self._kind,
            name="script",
            uri="/script",
            width_px=SIZE_PX[0],
            height_px=SIZE_PX[1],
            fps=self._fps if self._kind == "video" else None,
            frame_count=len(self._times_us),
            duration_us=self._times_us[-1] if self._times_us else 0,
        )

    def read(self) -> Frame | None:
        self._note_thread()
        deadline = time.monotonic() + _PATIENCE_S
        while not self._may_come(self._next):
            assert time.monotonic() < deadline, f"it is never time for frame {self._next}"
            time.sleep(0.001)
        if self._next >= len(self._times_us):
            if self._error is not None:
                raise self._error
            return None
        index = self._next
        self._next += 1
        return Frame(
            index,
            self._times_us[index],
            time.monotonic_ns(),
            numbered(index, SIZE_PX, is_pale=True),
        )

    def close(self) -> None:
        self._note_thread()
        self.closed = True

    def seek(self, frame_index: int) -> None:
        self._next = min(max(frame_index, 0), len(self._times_us) - 1)

    def index_at(self, timestamp_us: int) -> int:
        return max(0, sum(time_us <= timestamp_us for time_us in self._times_us) - 1)

    def _note_thread(self) -> None:
        self.threads.add(threading.current_thread().name)


class ScriptedCamera:
    """A camera that works and fails as told, one entry of the script for each opening.

    Attributes:
        opened: how often it was opened.
        closed: whether it is closed.
        may_deliver: cleared, it makes ``read`` hang, as a dead camera does.
    """

    def __init__(
        self,
        script: Sequence[int | Exception] = (),
        *,
        fps: float = 200.0,
        may_deliver: bool = True,
        picture: Callable[[int], NDArray[np.uint8]] = lambda index: numbered(
            index % 4096, SIZE_PX, is_pale=True
        ),
    ) -> None:
        """Write the script: how many frames until it is unplugged, or why it cannot be opened.

        After the script it works for good. ``picture`` makes a frame's pixels from its index.
        """
        self._picture = picture
        self._script = list(script)
        self._interval_s = 1.0 / fps
        self._left: int | None = None
        self._index = 0
        self._began_ns = 0
        self.opened = 0
        self.closed = True
        self.may_deliver = threading.Event()
        if may_deliver:
            self.may_deliver.set()

    def open(self) -> SourceInfo:
        self.opened += 1
        entry = self._script.pop(0) if self._script else None
        if isinstance(entry, Exception):
            raise entry
        self.closed = False
        self._left = entry
        self._index = 0
        self._began_ns = time.monotonic_ns()
        height, width = self._picture(0).shape[:2]
        return SourceInfo(
            kind="camera", name="Scripted camera", uri="0", width_px=width,
            height_px=height, fps=1 / self._interval_s,
        )  # fmt: skip

    def read(self) -> Frame | None:
        self.may_deliver.wait()
        if self._left == 0:
            raise SourceError("Scripted camera has stopped.")
        if self._left is not None:
            self._left -= 1
        time.sleep(self._interval_s)
        index = self._index
        self._index += 1
        now_ns = time.monotonic_ns()
        elapsed_us = (now_ns - self._began_ns) // 1000
        return Frame(index, elapsed_us, now_ns, self._picture(index), wall_ns=time.time_ns())

    def close(self) -> None:
        self.closed = True
