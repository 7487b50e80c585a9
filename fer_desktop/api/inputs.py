"""What is read, as a source; arguments that make no sense are refused."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame_selection import EVERY_MAX, FrameSelection
from fer_desktop.errors import SourceError
from fer_desktop.settings import bounds
from fer_desktop.sources.array_source import ArraySource
from fer_desktop.sources.base import FrameSource
from fer_desktop.sources.factory import live_source, open_file
from fer_desktop.sources.image_file import ImageSource

ColorOrder = Literal["bgr", "rgb"]
Interval = tuple[float, float]


def picture_source(picture: str | Path | NDArray[np.uint8], order: ColorOrder) -> FrameSource:
    """Return the source of one picture: a file, or pixels.

    Raises:
        SourceError: if the file is missing or holds no single picture.
        ValueError: if the pixels have another shape or type, or the order is none.
    """
    check_choice("order", order, get_args(ColorOrder))
    if not isinstance(picture, str | os.PathLike):
        return ArraySource(picture, is_rgb=order == "rgb")
    source = open_file(Path(picture))
    if not isinstance(source, ImageSource):
        raise SourceError(
            f"{Path(picture).name} is not a single picture.",
            hint="Read it with read_video, frame by frame or page by page.",
        )
    return source


def camera_source(
    camera: int | str, seconds: float | None, width_px: int, height_px: int, fps: int
) -> FrameSource:
    """Return the source of a camera or stream; see ``Reader.read_camera`` for the arguments.

    Raises:
        SourceError: if an address is none.
        ValueError: if ``seconds`` is not positive.
    """
    if seconds is not None and not seconds > 0:
        raise ValueError(f"seconds must be more than 0. Received: {seconds}")
    return live_source(str(camera), width_px=width_px, height_px=height_px, fps=fps)


def frame_selection(every: int, from_s: float | None, to_s: float | None) -> FrameSelection:
    """Return which frames of a video are wanted.

    Raises:
        ValueError: if there are none like this.
    """
    if not isinstance(every, int) or not 1 <= every <= EVERY_MAX:
        raise ValueError(f"every must be a whole number from 1 to {EVERY_MAX}. Received: {every}")
    check_interval("from_s and to_s", (from_s or 0.0, math.inf if to_s is None else to_s))
    return FrameSelection(
        every,
        None if from_s is None else round(1e6 * from_s),
        None if to_s is None else round(1e6 * to_s),
    )


def check_interval(name: str, interval: Interval) -> None:
    """Refuse two times of which the second does not follow the first.

    Raises:
        ValueError: naming them.
    """
    begin_s, end_s = interval
    if not 0 <= begin_s < end_s:  # also where one is no number
        raise ValueError(f"{name} must be two times, in seconds. Received: {interval}")


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Refuse what is none of the choices.

    Raises:
        ValueError: naming them.
    """
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}. Received: {value!r}")


def check_range(name: str, value: float, setting: str) -> None:
    """Refuse a number outside of a setting's bounds.

    Raises:
        ValueError: naming them.
    """
    low, high = bounds(setting)
    if not low <= value <= high:  # also where it is no number
        raise ValueError(f"{name} must lie between {low:g} and {high:g}. Received: {value}")
