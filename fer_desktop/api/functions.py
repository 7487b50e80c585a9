"""Functions that load the networks, read one thing and release them again."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from fer_desktop.api.explained import ExplainedFace
from fer_desktop.api.frames import FrameReading
from fer_desktop.api.inputs import (
    ColorOrder,
    Interval,
    camera_source,
    frame_selection,
    picture_source,
)
from fer_desktop.api.reader import Reader
from fer_desktop.api.readings import Readings
from fer_desktop.settings import EngineChoice, FaceSearch
from fer_desktop.sources.factory import open_file


class ReaderOptions(TypedDict, total=False):
    """How faces are found and read: the arguments of `Reader`."""

    model: str | Path
    engine: EngineChoice
    faces: FaceSearch
    min_score: float
    smoothing_ms: int
    measures: Sequence[str]


def read_picture(
    picture: str | Path | NDArray[np.uint8],
    *,
    order: ColorOrder = "bgr",
    **options: Unpack[ReaderOptions],
) -> FrameReading:
    """Find the faces of one picture, and read their expressions.

    Args:
        picture: a file; or pixels, shape (height, width, 3) or (height, width), uint8.
        order: of the colours of pixels; ``bgr`` as OpenCV has them, ``rgb`` as Pillow has.
        options: arguments of `Reader`, such as ``model="fer7"``.

    Raises:
        SourceError: if the file is missing, damaged or no picture.
        ModelError: if there is no such model, or it is damaged.
        ValueError: if an argument makes no sense.
    """
    source = picture_source(picture, order)
    with Reader(**options) as reader, reader._start(source) as frames:
        return next(frames)


def explain_picture(
    picture: str | Path | NDArray[np.uint8],
    *,
    order: ColorOrder = "bgr",
    **options: Unpack[ReaderOptions],
) -> tuple[ExplainedFace, ...]:
    """Find the faces of one picture, and what in each speaks for which expression.

    A face takes about a second of processor time. The maps show what the model's answer rests on,
    not what a person feels, and not whether the answer is right. Arguments and errors are those of
    `read_picture`.
    """
    picture_source(picture, order)  # what is wrong is said before the networks are loaded
    with Reader(**options) as reader:
        return reader.explain_picture(picture, order=order)


def read_video(
    video: str | Path,
    *,
    every: int = 1,
    from_s: float | None = None,
    to_s: float | None = None,
    calibrate: Interval | None = None,
    **options: Unpack[ReaderOptions],
) -> Readings:
    """Read the frames of a video or animation, or the pages of a picture that has several.

    Args:
        video: a file.
        every: only frames whose index is a multiple of it are read.
        from_s, to_s: seconds between which frames are read; all of them unless given.
        calibrate: begin and end, in seconds, of an interval in which faces are neutral. It is read
            at once; a face that does not look neutral is named in a warning, and its scores are
            not corrected.
        options: arguments of `Reader`, such as ``model="fer7"``.

    Raises:
        SourceError: if the file is missing or empty. One that is no video fails at its first
            frame, a damaged one after its last.
        ModelError: if there is no such model, or it is damaged.
        ValueError: if an argument makes no sense.
    """
    open_file(Path(video))  # what is wrong is said before the networks are loaded
    selection = frame_selection(every, from_s, to_s)
    reader = Reader(**options)
    try:
        return reader._start_video(Path(video), selection, calibrate, on_closed=reader.close)
    except BaseException:
        reader.close()
        raise


def read_camera(
    camera: int | str = 0,
    *,
    seconds: float | None = None,
    width_px: int = 0,
    height_px: int = 0,
    fps: int = 0,
    **options: Unpack[ReaderOptions],
) -> Readings:
    """Read a camera: always its newest frame, so that a slow loop does not fall behind.

    Args:
        camera: number or name of a camera, or the address of a stream (rtsp://, http://).
        seconds: when to stop; never unless given.
        width_px, height_px, fps: what to ask the camera for; 0 leaves it to the camera.
        options: arguments of `Reader`, such as ``model="fer7"``.

    Raises:
        SourceError: if the address is none. A camera that is not there fails at its first frame.
        ModelError: if there is no such model, or it is damaged.
        ValueError: if an argument makes no sense.
    """
    source = camera_source(camera, seconds, width_px, height_px, fps)
    reader = Reader(**options)
    return reader._start(source, is_live=True, seconds=seconds, on_closed=reader.close)
