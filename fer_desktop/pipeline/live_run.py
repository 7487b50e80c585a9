"""Analysis of a camera for a program that asks for one result after the other."""

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.log import get_logger
from fer_desktop.pipeline.handoff import Closed, LatestSlot
from fer_desktop.sources.base import FrameSource, InterruptibleSource
from fer_desktop.vision.analyzer import Analyzer

log = get_logger("pipeline")


@dataclass(frozen=True, slots=True, eq=False)
class _Captured:
    """A frame on its way; the source's description travels along, as frames may be replaced."""

    info: SourceInfo
    frame: Frame


def analyze_live(
    source: FrameSource,
    analyzer: Analyzer,
    *,
    on_opened: Callable[[SourceInfo], None] | None = None,
) -> Generator[tuple[Frame, FrameAnalysis], None, None]:
    """Yield the newest frame of a camera with what was found in it, for as long as it delivers.

    One thread keeps reading the camera, so that a slow caller gets the present picture and not a
    former one: frames that it was too slow for are left out, and their numbers are missing.
    However the iteration ends, the camera is closed and the thread is gone; a caller that stops
    early closes the generator.

    Args:
        source: a camera or stream, not opened yet.
        analyzer: begins anew.
        on_opened: gets what the source says of itself before the first frame comes.

    Raises:
        SourceError: if the camera cannot be opened, or stops.
    """
    slot: LatestSlot[_Captured] = LatestSlot()
    thread = threading.Thread(target=_read, args=(source, slot), name="camera reader", daemon=True)
    analyzer.reset()
    is_open = False
    thread.start()
    try:
        while (item := _next(slot)) is not None:
            if not is_open and on_opened is not None:
                on_opened(item.info)
            is_open = True
            yield item.frame, analyzer.analyze(item.frame)
    finally:
        slot.close()
        if isinstance(source, InterruptibleSource):
            source.interrupt()
        thread.join()


def _next(slot: LatestSlot[_Captured]) -> _Captured | None:
    try:
        return slot.take()  # nobody wakes it for nothing
    except Closed:
        return None


def _read(source: FrameSource, slot: LatestSlot[_Captured]) -> None:
    error: Exception | None = None
    try:
        try:
            info = source.open()
            while (frame := source.read()) is not None:
                slot.put(_Captured(info, frame))
        finally:
            source.close()
    except Closed:
        log.debug("the camera is not needed any more")
    except Exception as failure:  # noqa: BLE001 - thread boundary: raised again on the other side
        error = failure
    slot.finish(error)
