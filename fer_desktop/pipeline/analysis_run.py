"""Analysis of a whole file: every frame, in order, as fast as the computer can."""

from collections.abc import Callable, Generator

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection
from fer_desktop.pipeline.file_reading import FileReading
from fer_desktop.sources.base import FrameSource
from fer_desktop.vision.analyzer import Analyzer


def analyze_file(
    source: FrameSource,
    analyzer: Analyzer,
    *,
    selection: FrameSelection = ALL_FRAMES,
    on_opened: Callable[[SourceInfo], None] | None = None,
) -> Generator[tuple[Frame, FrameAnalysis], None, None]:
    """Yield the frames of a file with what was found in them; the same each time.

    One thread reads ahead, others look for faces and read them, and the caller's thread tells who
    is who, smooths and measures. However the iteration ends, the source is closed and the threads
    are gone; a caller that stops early closes the generator.

    Args:
        source: a video or image, not opened yet.
        analyzer: begins anew.
        selection: which frames are wanted.
        on_opened: gets what the source says of itself before the first frame comes.

    Raises:
        SourceError: if the source cannot be opened, has no such frame, or, after its last good
            frame, if it is damaged: what was yielded until then is valid.
    """
    analyzer.reset()
    reading = FileReading(source, analyzer, selection)
    is_still = False
    reading.start()
    try:
        for item in reading:
            if isinstance(item, SourceInfo):
                is_still = item.kind == "image"
                if on_opened is not None:
                    on_opened(item)
            else:
                frame, seen = item
                yield frame, analyzer.recognize(frame, seen, still=is_still)
    finally:
        reading.stop()
        reading.join()
