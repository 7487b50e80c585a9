"""One timestamped picture, and what is known about where it comes from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SourceKind = Literal["camera", "stream", "video", "image"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One BGR picture; its pixels are frozen because threads share them.

    Attributes:
        index: position in the source, from 0.
        timestamp_us: time on the source's own clock, microseconds from its start.
        captured_ns: ``time.monotonic_ns()`` when it was captured: by the driver's word where it
            gives one, else when it arrived; of a file, when it was read or came on.
        wall_ns: the same moment in UTC nanoseconds since 1970 for live sources, else None.
        pixels: shape (height, width, 3), uint8, BGR.
    """

    index: int
    timestamp_us: int
    captured_ns: int
    pixels: NDArray[np.uint8]
    wall_ns: int | None = None

    def __post_init__(self) -> None:
        self.pixels.flags.writeable = False

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """What an opened source says of itself.

    Attributes:
        kind: what it is.
        name: short name for the interface.
        uri: what opens it again: camera index or name, URL, or absolute path.
        width_px, height_px: size of its frames.
        fps: nominal frame rate; None when unknown or not applicable.
        frame_count: number of frames; None for live sources.
        duration_us: length; None for live sources.
    """

    kind: SourceKind
    name: str
    uri: str
    width_px: int
    height_px: int
    fps: float | None = None
    frame_count: int | None = None
    duration_us: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the source happens now and cannot be sought in."""
        return self.kind in ("camera", "stream")

    @property
    def is_seekable(self) -> bool:
        """Whether one can move about in it: a video, or an image of several pages."""
        return self.kind == "video" or (self.frame_count or 0) > 1
