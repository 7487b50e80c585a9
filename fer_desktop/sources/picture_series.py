"""Files of several pictures that Pillow reads: animated WebP and AVIF, and TIFF with pages."""

import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger
from fer_desktop.sources.pictures import (
    PictureKind,
    check_size,
    opened,
    pages,
    refuse_missing_end,
    to_bgr,
)
from trainer.contract.bounded_file import PICTURE_DAMAGE

if TYPE_CHECKING:
    from PIL.Image import Image

log = get_logger("capture")

_PAGE_US: Final = 1_000_000
# As browsers show a frame whose time is missing or too short to be meant.
_SHORTEST_US: Final = 11_000
_DEFAULT_US: Final = 100_000


class PictureSeriesSource:
    """An animation, whose frames have their own times, or pages, a second for each.

    What can be read before and after a damaged picture is read; the damage is told at the end.
    """

    def __init__(
        self, path: Path, kind: PictureKind, check: Callable[[], object] | None = None
    ) -> None:
        """Take a file and what is in it; ``check`` as ``read_picture`` takes it."""
        self._path = path
        self._check = check
        self._kind = kind
        self._image: Image | None = None
        self._closing = ExitStack()
        self._numbers: list[int] = []  # of the frames in the file
        self._times_us: list[int] = []
        self._next = 0
        self._damaged: set[int] = set()
        self._warned = False

    def again(self) -> "PictureSeriesSource":
        """Return another source of the same pictures."""
        return PictureSeriesSource(self._path, self._kind, self._check)

    def open(self) -> SourceInfo:
        """Find out how many pictures there are and when each is due.

        Raises:
            SourceError: if none of them can be read.
        """
        self.close()
        try:
            self._image = image = self._closing.enter_context(opened(self._path, self._check))
            check_size(image, self._path.name)
            durations_us = self._survey(image)
            if self._kind is PictureKind.ANIMATION:
                refuse_missing_end(self._path, image)
        except PICTURE_DAMAGE as error:
            raise self._unreadable() from error
        self._times_us = [sum(durations_us[:number]) for number in range(len(durations_us))]
        self._next = 0
        self._damaged.clear()
        self._warned = False
        first = self.read()
        if first is None:
            raise self._unreadable()
        self._next = first.index
        self._warned = False
        width, height = first.size_px
        is_animation = self._kind is PictureKind.ANIMATION
        duration_us = sum(durations_us)
        return SourceInfo(
            kind="video" if is_animation else "image",
            name=self._path.name,
            uri=str(self._path.resolve()),
            width_px=width,
            height_px=height,
            fps=len(durations_us) * 1e6 / duration_us if is_animation else None,
            frame_count=len(durations_us),
            duration_us=duration_us,
        )

    def read(self) -> Frame | None:
        """Return the next picture that can be read, None at the end.

        Raises:
            SourceError: once, at the end, if some could not be read.
        """
        while self._next < len(self._numbers):
            index = self._next
            self._next += 1
            try:
                return self._frame(index)
            except PICTURE_DAMAGE as error:
                log.debug("picture %d cannot be read: %s", index, error)
                self._damaged.add(index)
        if self._damaged and not self._warned:
            self._warned = True
            count, total = len(self._damaged), len(self._numbers)
            raise SourceError(
                f"{self._path.name} is damaged: {count} of its {total} pictures cannot be read.",
                hint="Everything that can be read is kept.",
            )
        return None

    def seek(self, frame_index: int) -> None:
        """Make ``read`` return this picture next; clamped to those there are."""
        self._next = min(max(frame_index, 0), len(self._numbers) - 1)

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the picture on screen at this time."""
        return max(0, bisect_right(self._times_us, timestamp_us) - 1)

    def close(self) -> None:
        """Release the file."""
        self._image = None
        self._closing.close()

    def _survey(self, image: "Image") -> list[int]:
        """Note which pictures there are, and return how long each is shown."""
        if self._kind is PictureKind.PAGES:
            self._numbers = pages(image)
            return [_PAGE_US] * len(self._numbers)
        self._numbers = list(range(getattr(image, "n_frames", 1)))
        durations_us = []
        for number in self._numbers:
            if self._check is not None:
                self._check()
            durations_us.append(_duration_us(image, number))
        return durations_us

    def _frame(self, index: int) -> Frame:
        from PIL import ImageOps

        image = self._image
        if image is None:
            raise RuntimeError("the file is not open")
        image.seek(self._numbers[index])
        check_size(image, self._path.name)
        if self._kind is PictureKind.PAGES:
            refuse_missing_end(self._path, image)
        image.load()
        return Frame(
            index=index,
            timestamp_us=self._times_us[index],
            captured_ns=time.monotonic_ns(),
            pixels=to_bgr(ImageOps.exif_transpose(image)),
        )

    def _unreadable(self) -> SourceError:
        return SourceError(
            f"{self._path.name} is damaged or incomplete.", hint="Copy or export it again."
        )


def _duration_us(image: "Image", number: int) -> int:
    try:
        image.seek(number)
        image.load()  # only then the decoder tells
    except PICTURE_DAMAGE:
        return _DEFAULT_US
    duration_us = round(image.info.get("duration", 0) * 1000)
    return duration_us if duration_us >= _SHORTEST_US else _DEFAULT_US
