"""A file of a stranger, read up to a limit: what begins like a picture may go on as anything.

The header of a JPEG with gigabytes of zeros behind it keeps a decoder looking for the next marker,
byte by byte, for minutes; a WebP of that size would be taken into memory whole.
"""

import io
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

# What decoders may be asked for: formats told by their content beyond doubt. Pillow would also
# claim films and fonts, and start a PostScript interpreter.
PICTURE_FORMATS: Final = (
    "JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "PPM", "JPEG2000", "ICO", "PSD",
)  # fmt: skip
# What Pillow's decoders raise for damaged files.
PICTURE_DAMAGE: Final = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, ArithmeticError, TypeError,
    AttributeError, RuntimeError, struct.error,
)  # fmt: skip
# For what stands before the pixels. Some decoders read the whole file to find it.
_HEADER_BYTES: Final = 512 << 20
_HEADER_READS: Final = 1_000_000
# For the pixels: more than any format needs for one, and room for what stands beside them.
_BYTES_PER_PIXEL: Final = 16
_SPARE_BYTES: Final = 64 << 20


class TooMuchRead(OSError):
    """More of a file was wanted than a picture of its size can need."""


class BoundedFile(io.BufferedReader):
    """An ordinary file for a decoder that must not read without end."""

    def __init__(self, path: Path, check: Callable[[], object] | None = None) -> None:
        """Open a file; a pipe or a device, which may never end, is refused.

        Args:
            path: where it is.
            check: called before every reading; what it raises ends the reading.

        Raises:
            OSError: if it is no ordinary file, or cannot be opened.
        """
        # Asked before it is opened: a pipe keeps whoever opens it waiting.
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError("it is not an ordinary file")
        super().__init__(io.FileIO(path))
        self._suffix = path.suffix
        self._check = check
        self.allow(_HEADER_BYTES)

    @property
    def name(self) -> str:
        """What decoders take for its name: the suffix counts, the rest may be anything."""
        return f"file{self._suffix}"

    def allow(self, count: int) -> None:
        """Let so many bytes be read from now on."""
        self._bytes_left = count
        self._reads_left = _HEADER_READS

    def allow_pixels(self, count: int) -> None:
        """Let as much be read from now on as a picture of so many pixels can need."""
        self.allow(_SPARE_BYTES + _BYTES_PER_PIXEL * count)
        self._reads_left += count

    def read(self, size: int | None = -1, /) -> bytes:
        """Read on.

        Raises:
            TooMuchRead: if more is wanted than is allowed.
        """
        if self._check is not None:
            self._check()
        self._reads_left -= 1
        if size is None or size < 0:
            wanted = os.fstat(self.fileno()).st_size - self.tell()
            data = b"" if wanted > self._bytes_left else super().read()
        else:
            # A damaged length may ask for more than there is: what there is counts.
            data = super().read(min(size, self._bytes_left + 1))
            wanted = len(data)
        self._bytes_left -= wanted
        if self._bytes_left < 0 or self._reads_left < 0:
            self._bytes_left = self._reads_left = 0
            raise TooMuchRead("it goes on longer than its pictures can")
        return data
