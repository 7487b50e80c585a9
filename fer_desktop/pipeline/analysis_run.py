"""Analysis of a whole file: every frame, in order, as fast as the computer can."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.log import get_logger
from fer_desktop.pipeline.handoff import BoundedChannel, Closed
from fer_desktop.sources.base import FrameSource
from fer_desktop.vision.analyzer import Analyzer

log = get_logger("pipeline")

# Frames that wait between two threads.
_CAPACITY: Final = 2

_Found = tuple[Frame, list[Detection]]


def analyze_file(
    source: FrameSource,
    analyzer: Analyzer,
    *,
    on_opened: Callable[[SourceInfo], None] | None = None,
) -> Generator[tuple[Frame, FrameAnalysis], None, None]:
    """Yield every frame of a file with what was found in it; the same each time.

    One thread reads ahead, one finds faces, and the caller's thread reads the expressions of the
    frame before. However the iteration ends, the source is closed and the threads are gone; a
    caller that stops early closes the generator.

    Args:
        source: a video or image, not opened yet.
        analyzer: begins anew.
        on_opened: gets what the source says of itself before the first frame comes.

    Raises:
        SourceError: if the source cannot be opened, or, after its last good frame, if it is
            damaged: what was yielded until then is valid.
    """
    frames: BoundedChannel[SourceInfo | Frame] = BoundedChannel(_CAPACITY)
    found: BoundedChannel[SourceInfo | _Found] = BoundedChannel(_CAPACITY)
    threads = (
        threading.Thread(target=_read, args=(source, frames), name="reader", daemon=True),
        threading.Thread(target=_find, args=(frames, analyzer, found), name="finder", daemon=True),
    )
    analyzer.reset()
    is_still = False
    for thread in threads:
        thread.start()
    try:
        for item in found:
            if isinstance(item, SourceInfo):
                is_still = item.kind == "image"
                if on_opened is not None:
                    on_opened(item)
            else:
                frame, detections = item
                yield frame, analyzer.recognize(frame, detections, still=is_still)
    finally:
        found.close()
        frames.close()
        for thread in threads:
            thread.join()


def _read(source: FrameSource, frames: BoundedChannel[SourceInfo | Frame]) -> None:
    with _ending(frames):
        try:
            frames.put(source.open())
            while (frame := source.read()) is not None:
                frames.put(frame)
        finally:
            source.close()


def _find(
    frames: BoundedChannel[SourceInfo | Frame],
    analyzer: Analyzer,
    found: BoundedChannel[SourceInfo | _Found],
) -> None:
    is_still = False
    with _ending(found):
        for item in frames:
            if isinstance(item, SourceInfo):
                is_still = item.kind == "image"
                found.put(item)
            else:
                found.put((item, analyzer.find(item, still=is_still)))


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
