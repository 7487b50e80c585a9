"""A file on its way through the networks: read by one thread, looked at by others side by side."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from fer_desktop.cores import worthwhile_threads
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection
from fer_desktop.errors import FerError, SourceError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.handoff import BoundedChannel, Closed
from fer_desktop.sources.base import FrameSource, SeekableSource
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.looking import Copies, Looker, Seen

log = get_logger("pipeline")

# Consecutive frames that a thread looks at together: as many as make every face of theirs one of
# four, which are read at once, and so few that they come out soon.
_MOST_TOGETHER: Final = 4
# With more faces than these among them it would take long, for who waits for them or for its end.
_MOST_FACES: Final = 16
# What large pictures that wait may take; a small number of frames, but at least one.
_WAITING_BYTES: Final = 16 << 20

Found = tuple[Frame, Seen]


class FileReading:
    """Every wanted frame of a file, in order, with what is seen in it.

    First comes what the source says of itself, then frame after frame; nothing is dropped: who is
    quicker waits. One thread goes through it, once, by iterating or by polling.
    """

    def __init__(
        self,
        source: FrameSource,
        analyzer: Analyzer,
        selection: FrameSelection = ALL_FRAMES,
        *,
        on_ready: Callable[[], object] = lambda: None,
    ) -> None:
        """Take what to read; no thread starts yet.

        Args:
            source: a video or image, not opened yet.
            analyzer: its networks look at the frames, or copies of them.
            selection: which frames are wanted.
            on_ready: called whenever ``poll`` may have something new to tell, on another thread.
        """
        self._source = source
        self._analyzer = analyzer
        self._selection = selection
        self._on_ready = on_ready
        self._frames: BoundedChannel[Frame] = BoundedChannel(_MOST_TOGETHER)
        self._most_lookers = worthwhile_threads()
        self._groups: BoundedChannel[SourceInfo | _Group] = BoundedChannel(self._most_lookers + 1)
        self._taking = threading.Lock()  # held from ``_frames`` to ``_groups``: order is kept
        self._group: _Group | None = None  # which is being given away
        self._is_still = False
        self._is_shared = False
        self._copies: Copies | None = None
        self._has_copy = threading.Event()
        self._threads = [self._thread("reader", self._read), self._thread("looker", self._find)]

    def start(self) -> None:
        """Begin to read."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let all threads end as soon as they can; any thread may ask for it."""
        self._groups.close()
        self._frames.close()

    def join(self) -> None:
        """Wait until all have ended, and the source is closed."""
        for thread in self._threads:
            thread.join()

    def poll(self) -> SourceInfo | Found | None:
        """Return what comes next, or None where it is not there yet.

        Raises:
            Closed: at the end.
            Exception: why it ends early, after the last good frame.
        """
        return self._next(self._groups.poll, threading.Event.is_set)

    def __iter__(self) -> Iterator[SourceInfo | Found]:
        """Yield everything, waiting for it.

        Raises:
            Exception: why it ends early, after the last good frame.
        """
        while True:
            try:
                item = self._next(self._groups.get, threading.Event.wait)
            except Closed:
                return
            if item is not None:
                yield item

    def _next(
        self,
        take: Callable[[], "SourceInfo | _Group | None"],
        is_so: Callable[[threading.Event], bool],
    ) -> SourceInfo | Found | None:
        while True:
            if self._group is None:
                taken = take()
                if not isinstance(taken, _Group):
                    return taken
                self._group = taken
            elif not self._is_shared:
                self._share()  # the first frame was given away, and more are wanted
            if not is_so(self._group.is_done):
                return None
            if (found := self._group.pop()) is not None:
                return found
            self._group = None

    def _share(self) -> None:
        """Let copies of the networks look at the frames too, as many as are of use."""
        self._is_shared = True
        if self._is_still or self._most_lookers == 1:
            return
        self._copies = self._analyzer.copies()
        if self._copies is not None:
            others = [self._thread("looker", self._look) for _ in range(1, self._most_lookers)]
            self._threads += others
            for thread in others:
                thread.start()

    def _thread(self, name: str, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except Closed:
                log.debug("a %s has nothing more to do", name)
            except FerError as error:  # no copy can be made: the first one looks at everything
                log.info("a file is looked at by one thread less: %s", error)
            except Exception:
                log.exception("a %s has failed", name)
            finally:
                self._on_ready()

        return threading.Thread(target=run, name=name, daemon=True)

    def _read(self) -> None:
        try:
            try:
                info = self._source.open()
                self._is_still = info.kind == "image"
                self._groups.put(info)
                self._on_ready()
                self._read_frames(info)
            finally:
                self._source.close()
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 - thread boundary: raised again on the other side
            self._frames.finish(error)
        else:
            self._frames.finish()

    def _read_frames(self, info: SourceInfo) -> None:
        wanted = self._selection
        if wanted.from_us and isinstance(self._source, SeekableSource):
            self._source.seek(self._source.index_at(wanted.from_us))
        is_empty = True
        while (frame := self._source.read()) is not None:
            if wanted.is_past(frame.timestamp_us):
                break
            if wanted.takes(frame.index, frame.timestamp_us):
                self._frames.put(frame, room=max(1, _WAITING_BYTES // frame.pixels.nbytes))
                is_empty = False
        if is_empty and not wanted.is_all:
            length = f"; it is {info.duration_us / 1e6:g} s long" if info.duration_us else ""
            raise SourceError(
                f"{info.name} has no frame in the part that was chosen{length}.",
                hint="Choose another part of it.",
            )

    def _find(self) -> None:
        """Look with the analyzer's own networks until there is a copy: first frames come at once.

        Whoever takes them reads the faces that are found in them.
        """
        finder = self._analyzer.finder()
        while not self._has_copy.is_set():
            self._take(1).look(finder, is_still=self._is_still)
            self._on_ready()
        self._look()

    def _look(self) -> None:
        assert self._copies is not None
        with self._copies.one() as looker:
            self._has_copy.set()
            most = _MOST_TOGETHER
            while True:
                group = self._take(most)
                group.look(looker)
                self._on_ready()
                most = group.room_for_next

    def _take(self, most: int) -> "_Group":
        """Return frames to be looked at, once there are any; they come out in this order.

        Raises:
            Closed: at the end, of which whoever goes through the reading is told.
        """
        with self._taking:
            try:
                group = _Group(self._frames.take(most))
            except Closed:
                self._groups.finish()
                raise
            except Exception as error:
                self._groups.finish(error)
                raise Closed from error
            self._groups.put(group)
        return group


class _Group:
    """Consecutive frames, which one thread looks at and another one waits for.

    Attributes:
        is_done: whether everything that can be seen in them has been seen.
        room_for_next: how many frames with as many faces may make up the next group.
    """

    def __init__(self, frames: list[Frame]) -> None:
        self.is_done = threading.Event()
        self.room_for_next = 1
        self._frames = frames
        self._found: deque[Found] = deque()
        self._error: Exception | None = None

    def look(self, looker: Looker, *, is_still: bool = False) -> None:
        """Look at the frames; where one of them cannot be looked at, those before it stand."""
        try:
            try:
                self._add(looker.look(self._frames, still=is_still))
            except Exception:
                for frame in self._frames[:-1]:  # one by one, which of them it is shows
                    self._add(looker.look([frame], still=is_still))
                raise
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 - thread boundary: raised again on the other side
            self._error = error
        self.is_done.set()

    def pop(self) -> Found | None:
        """Return the next frame, None after the last.

        Raises:
            Exception: why there are no more, where that is not the end.
        """
        if self._found:
            return self._found.popleft()
        if self._error is not None:
            raise self._error
        return None

    def _add(self, seen: list[Seen]) -> None:
        self._found.extend(zip(self._frames[len(self._found) :], seen, strict=False))
        faces = sum(len(each.detections) for each in seen)
        self.room_for_next = min(_MOST_TOGETHER, _MOST_FACES * len(seen) // max(1, faces)) or 1
