"""Films that are nothing but one JPEG after the other, as some cameras write them.

Where the first picture ends is told by its markers alone, without decoding it.
"""

import mmap
import re
from pathlib import Path
from typing import Final

_START: Final = 0xD8
_END: Final = 0xD9
_SCAN: Final = 0xDA
# Of every kind of picture but the tables among their numbers.
_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONE: Final = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length
_SEVERAL: Final = b"MPF\x00"  # begins a list of the pictures in a photograph's file
_FILLED: Final = re.compile(rb"\xff*(?=\xff[^\xff])")  # markers may be padded
_AFTER_SCAN: Final = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_NEXT: Final = re.compile(rb"\x00{0,4096}(?=\xff\xd8\xff)")  # cameras fill up their buffers
# The first picture of a film is never longer; more is not looked at.
_LOOKED_AT_BYTES: Final = 64 << 20
_MARKERS_MAX: Final = 10_000


def is_jpeg_film(path: Path) -> bool:
    """Tell whether a JPEG is followed by another one of the same size, so that it is a film.

    Photographs may bring a second picture along, too: it is smaller, or stands in a list.

    Raises:
        OSError: if the file cannot be read.
    """
    with path.open("rb") as file:
        length = min(path.stat().st_size, _LOOKED_AT_BYTES)
        if not length:
            return False
        with mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ) as data:
            first = _Picture(data, 0)
            if first.end is None or first.is_listed:
                return False
            gap = _NEXT.match(data, first.end)
            return gap is not None and _Picture(data, gap.end()).size == first.size


class _Picture:
    """What the markers of a JPEG tell.

    Attributes:
        size: height and width as they are stored; None if they are not there.
        end: where it ends; None if it is damaged or cut.
        is_listed: whether it says that other pictures follow.
    """

    def __init__(self, data: mmap.mmap, start: int) -> None:
        self.size: bytes | None = None
        self.end: int | None = None
        self.is_listed = False
        at = start
        for _ in range(_MARKERS_MAX):
            filled = _FILLED.match(data, at)
            if filled is None:
                return
            at = filled.end()
            head = data[at : at + 4]
            marker = head[1]
            if marker == _END:
                self.end = at + 2
                return
            if marker == _START or marker in _LONE:
                at += 2
                continue
            length = int.from_bytes(head[2:], "big")
            if marker in _SIZES:
                self.size = data[at + 5 : at + 9]
            self.is_listed = self.is_listed or data[at + 4 : at + 8] == _SEVERAL
            at += 2 + length
            if marker == _SCAN:
                found = _AFTER_SCAN.search(data, at)
                if found is None:
                    return
                at = found.end() - 2
