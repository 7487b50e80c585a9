"""A file on its way to the networks: read by one thread, searched for faces by another."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection
from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.handoff import BoundedChannel, Closed
from fer_desktop.sources.base import FrameSource, SeekableSource

log = get_logger("pipeline")

# Frames that wait between two threads.
_CAPACITY: Final = 2

Found = tuple[Frame, list[Detection]]


class FindFaces(Protocol):
    """Where the faces of a frame are; called on a thread of the reading."""

    def __call__(self, frame: Frame, *, still: bool) -> list[Detection]:
        """Return them; ``still`` says that the frame stands alone."""
        ...


class FileReading:
    """Every wanted frame of a file, in order, with the places of its faces.

    First comes what the source says of itself, then frame after frame; nothing is dropped: who is
    quicker waits.

    Attributes:
        found: where they come out.
    """

    def __init__(
        self,
        source: FrameSource,
        find: FindFaces,
        selection: FrameSelection = ALL_FRAMES,
        *,
        on_ready: Callable[[], object] = lambda: None,
    ) -> None:
        """Take what to read; no thread starts yet.

        Args:
            source: a video or image, not opened yet.
            find: finds the faces of a frame.
            selection: which frames are wanted.
            on_ready: called whenever ``found`` has something new to tell, on another thread.
        """
        self._source = source
        self._find = find
        self._selection = selection
        self._on_ready = on_ready
        self._frames: BoundedChannel[SourceInfo | Frame] = BoundedChannel(_CAPACITY)
        self.found: BoundedChannel[SourceInfo | Found] = BoundedChannel(_CAPACITY)
        self._threads = (
            threading.Thread(target=self._read, name="reader", daemon=True),
            threading.Thread(target=self._search, name="finder", daemon=True),
        )

    def start(self) -> None:
        """Begin to read."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let both threads end as soon as they can; any thread may ask for it."""
        self.found.close()
        self._frames.close()

    def join(self) -> None:
        """Wait until both have ended, and the source is closed."""
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        with _ending(self._frames):
            try:
                info = self._source.open()
                self._frames.put(info)
                self._read_frames(info)
            finally:
                self._source.close()

    def _read_frames(self, info: SourceInfo) -> None:
        wanted = self._selection
        if wanted.from_us and isinstance(self._source, SeekableSource):
            self._source.seek(self._source.index_at(wanted.from_us))
        is_empty = True
        while (frame := self._source.read()) is not None:
            if wanted.is_past(frame.timestamp_us):
                break
            if wanted.takes(frame.index, frame.timestamp_us):
                self._frames.put(frame)
                is_empty = False
        if is_empty and not wanted.is_all:
            length = f"; it is {info.duration_us / 1e6:g} s long" if info.duration_us else ""
            raise SourceError(
                f"{info.name} has no frame in the part that was chosen{length}.",
                hint="Choose another part of it.",
            )

    def _search(self) -> None:
        is_still = False
        try:
            with _ending(self.found):
                for item in self._frames:
                    if isinstance(item, SourceInfo):
                        is_still = item.kind == "image"
                        self.found.put(item)
                    else:
                        self.found.put((item, self._find(item, still=is_still)))
                    self._on_ready()
        finally:
            self._on_ready()


@contextmanager
def _ending(channel: BoundedChannel[Any]) -> Iterator[None]:
    """End a channel with the work of the thread that fills it: well, or with its error."""
    try:
        yield
        channel.finish()
    except Closed:
        log.debug("%s was not needed to the end", threading.current_thread().name)
    except Exception as error:  # noqa: BLE001 - thread boundary: raised again on the other side
        channel.finish(error)
