"""Whether a file stops within a packet, as a copy does that was interrupted.

Broadcasts' files have no end of their own; a Matroska file says how long it is.
"""

import os
from pathlib import Path
from typing import Final

from fer_desktop.sources.matroska_length import lacks_matroska_end

# Formats of FFmpeg that are streams of packets: nothing in them says how many there are.
TRANSPORT: Final = "mpegts"
PROGRAM: Final = "mpeg"
MATROSKA: Final = "matroska,webm"
STREAMS: Final = frozenset({TRANSPORT, PROGRAM, "mpegvideo", "h264", "hevc"})

_TRANSPORT_PACKETS: Final = (188, 192, 204)  # as broadcast, with a time before, with a check behind
_SYNC: Final = 0x47
_SYNC_PLACES: Final = 4  # with a time before
_TAIL_BYTES: Final = 1 << 17  # no packet of a program stream is longer than 64 KB
_START: Final = b"\0\0\1"
_FIRST_WITH_LENGTH: Final = 0xBB  # below it stand packs, marks and the end
_HEADER_BYTES: Final = 6


def breaks_off(path: Path, format_name: str) -> bool:
    """Tell whether the last packet of a file is not there to its end.

    Args:
        path: the file.
        format_name: FFmpeg's; it is told of transport and program streams and Matroska.

    Raises:
        OSError: if it cannot be read.
    """
    if format_name not in (TRANSPORT, PROGRAM, MATROSKA):
        return False
    with path.open("rb") as file:
        if format_name == MATROSKA:
            return lacks_matroska_end(file)
        length = file.seek(0, os.SEEK_END)
        if format_name == PROGRAM:
            file.seek(max(0, length - _TAIL_BYTES))
            return _is_short(file.read(_TAIL_BYTES))
        file.seek(0)
        size = _packet_size(file.read(4 * max(_TRANSPORT_PACKETS)))
        return size is not None and length % size != 0


def _packet_size(head: bytes) -> int | None:
    for size in _TRANSPORT_PACKETS:
        for first in (0, _SYNC_PLACES):
            at = range(first, len(head), size)
            if len(at) > 1 and all(head[place] == _SYNC for place in at):
                return size
    return None


def _is_short(tail: bytes) -> bool:
    """Tell whether the last packet of a program stream is longer than what is left of it."""
    at = tail.rfind(_START)
    while at >= 0:
        header = tail[at : at + _HEADER_BYTES]
        # Below are packs, and what stands within packets: pictures and slices.
        if len(header) <= len(_START) or header[len(_START)] >= _FIRST_WITH_LENGTH:
            length = int.from_bytes(header[len(_START) + 1 :], "big")
            return len(header) < _HEADER_BYTES or at + _HEADER_BYTES + length > len(tail)
        at = tail.rfind(_START, 0, at)
    return False
