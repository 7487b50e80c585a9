"""Analysis of a whole file: every frame, in order, as fast as the computer can."""

import threading
from collections.abc import Callable, Generator
from typing import Final

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.log import get_logger
from fer_desktop.pipeline.handoff import BoundedChannel, Closed
from fer_desktop.sources.base import FrameSource
from fer_desktop.vision.analyzer import Analyzer

log = get_logger("pipeline")

_CAPACITY: Final = 4


def analyze_file(
    source: FrameSource,
    analyzer: Analyzer,
    *,
    on_opened: Callable[[SourceInfo], None] | None = None,
) -> Generator[tuple[Frame, FrameAnalysis], None, None]:
    """Yield every frame of a file with what was found in it; the same each time.

    A thread reads ahead while the caller's thread analyses. However the iteration ends, the source
    is closed and the thread is gone; a caller that stops early closes the generator.

    Args:
        source: a video or image, not opened yet.
        analyzer: begins anew.
        on_opened: gets what the source says of itself before the first frame comes.

    Raises:
        SourceError: if the source cannot be opened, or, after its last good frame, if it is
            damaged: what was yielded until then is valid.
    """
    channel: BoundedChannel[SourceInfo | Frame] = BoundedChannel(_CAPACITY)
    reader = threading.Thread(target=_read, args=(source, channel), name="reader", daemon=True)
    analyzer.reset()
    is_still = False
    reader.start()
    try:
        for item in channel:
            if isinstance(item, SourceInfo):
                is_still = item.kind == "image"
                if on_opened is not None:
                    on_opened(item)
            else:
                yield item, analyzer.analyze(item, still=is_still)
    finally:
        channel.close()
        reader.join()


def _read(source: FrameSource, channel: BoundedChannel[SourceInfo | Frame]) -> None:
    try:
        channel.put(source.open())
        while (frame := source.read()) is not None:
            channel.put(frame)
        channel.finish()
    except Closed:
        log.debug("the reader was not needed to the end")
    except Exception as error:  # noqa: BLE001 - thread boundary: raised again on the other side
        channel.finish(error)
    finally:
        source.close()
