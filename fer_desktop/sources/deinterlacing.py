"""Pictures of one moment from pictures of two: fields of television, DV and old camcorders."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

# One picture for each that comes in; those that are not interlaced pass as they are.
_FILTER: Final = "mode=send_frame:parity=auto:deint=interlaced"


def deinterlaced(pictures: Iterable[Any]) -> Iterator[Any]:
    """Yield decoded pictures, those that are interlaced with their missing lines filled in.

    A picture's lines are filled in from itself, the one before and the one after, so that the same
    pictures in a row give the same answers, wherever reading began.
    """
    deinterlacer: _Deinterlacer | None = None
    former: Any = None
    for picture in pictures:
        if deinterlacer is not None and not deinterlacer.suits(picture):
            yield from deinterlacer.rest()
            deinterlacer = None
        if deinterlacer is None and picture.interlaced_frame:
            deinterlacer = _Deinterlacer(picture, former)
        if deinterlacer is None:
            yield picture
            former = picture
        else:
            yield from deinterlacer.add(picture)
            former = picture
    if deinterlacer is not None:
        yield from deinterlacer.rest()


class _Deinterlacer:
    """FFmpeg's filter for pictures of one size and format; it holds one picture back."""

    def __init__(self, picture: Any, former: Any) -> None:
        """Prepare for pictures like this one, of which the former may be the first."""
        from av.filter import Graph

        self._kind = _kind(picture)
        self._waiting: deque[Any] = deque()
        self._graph = Graph()
        source = self._graph.add_buffer(
            width=picture.width,
            height=picture.height,
            format=picture.format,
            time_base=picture.time_base,
        )
        bwdif, sink = self._graph.add("bwdif", _FILTER), self._graph.add("buffersink")
        source.link_to(bwdif)
        bwdif.link_to(sink)
        self._graph.configure(auto_buffer=False)
        self._is_known = former is not None and self.suits(former)
        if self._is_known:
            list(self.add(former))

    def suits(self, picture: Any) -> bool:
        """Tell whether a picture is like the one that this was made for."""
        return _kind(picture) == self._kind

    def add(self, picture: Any) -> Iterator[Any]:
        """Take a picture and yield those that are done."""
        self._waiting.append(picture)
        self._graph.vpush(picture)
        return self._done()

    def rest(self) -> Iterator[Any]:
        """Yield what was held back, at the end."""
        self._graph.vpush(None)
        return self._done()

    def _done(self) -> Iterator[Any]:
        from av.error import BlockingIOError, EOFError

        while True:
            try:
                done = self._graph.vpull()
            except (BlockingIOError, EOFError):
                return
            source = self._waiting.popleft()
            # The filter counts in halves of the stream's unit, and knows no missing times.
            done.pts, done.time_base = source.pts, source.time_base
            if self._is_known:  # the former picture was shown already, as it is
                self._is_known = False
                continue
            yield done


def _kind(picture: Any) -> tuple[int, int, str]:
    return picture.width, picture.height, picture.format.name
