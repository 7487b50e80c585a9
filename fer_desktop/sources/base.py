"""The port through which frames come in."""

from enum import Enum, auto
from typing import Protocol, runtime_checkable

from fer_desktop.domain.frame import Frame, SourceInfo


class Pacing(Enum):
    """When the next frame is due."""

    LIVE = auto()  # when it arrives; the newest wins
    PLAYBACK = auto()  # at its own timestamp


class FrameSource(Protocol):
    """A camera, stream, video or image; opened, read and closed by one thread."""

    def open(self) -> SourceInfo:
        """Open the source and tell what it is.

        Raises:
            SourceError: if it cannot be opened.
        """
        ...

    def read(self) -> Frame | None:
        """Return the next frame, None at the end; live sources block until one arrives.

        From one frame to the next, time strictly increases until the source is sought or opened
        anew.

        Raises:
            SourceError: if a live source stopped or a file is damaged beyond this point.
        """
        ...

    def close(self) -> None:
        """Release everything; may be called twice, and without open."""
        ...


@runtime_checkable
class InterruptibleSource(FrameSource, Protocol):
    """A source that may keep its thread waiting, and can be told not to."""

    def interrupt(self) -> None:
        """Let ``open`` and ``read`` fail soon, now and ever after; from any thread."""
        ...


@runtime_checkable
class FileSource(FrameSource, Protocol):
    """A source that can be read a second time, at the same time."""

    def again(self) -> "FileSource":
        """Return a source of its own that reads the same, not opened yet."""
        ...


@runtime_checkable
class SeekableSource(FrameSource, Protocol):
    """A source with a beginning and an end in which one can move."""

    def seek(self, frame_index: int) -> None:
        """Make ``read`` return this frame next; clamped to the source's frames."""
        ...

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        ...


def seek_in(source: FrameSource | None, frame_index: int) -> None:
    """Move to a frame, if a source that stands behind another one can move."""
    if isinstance(source, SeekableSource):
        source.seek(frame_index)


def index_in(source: FrameSource | None, timestamp_us: int) -> int:
    """Return the index of the frame on screen at this time; 0 where a source cannot move."""
    return source.index_at(timestamp_us) if isinstance(source, SeekableSource) else 0
