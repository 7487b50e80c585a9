"""How long a Matroska file says that its content is, which a copy that broke off does not reach."""

from typing import BinaryIO, Final

_HEADER: Final = b"\x1a\x45\xdf\xa3"
_SEGMENT: Final = b"\x18\x53\x80\x67"
_MOST_BYTES: Final = 1 << 16  # between the file's header and its segment


def lacks_matroska_end(file: BinaryIO) -> bool:
    """Tell whether the segment, which holds all frames, goes on beyond the end of the file.

    Segments of unknown length, as broadcasts and programs that were killed leave them, do not.

    Args:
        file: one that can be sought in.

    Raises:
        OSError: if it cannot be read.
    """
    length = file.seek(0, 2)
    file.seek(0)
    if file.read(4) != _HEADER:
        return False
    header = _size(file)
    if header is None or header > _MOST_BYTES:
        return False
    file.seek(header, 1)
    if file.read(4) != _SEGMENT:
        return False
    segment = _size(file)
    return segment is not None and file.tell() + segment > length


def _size(file: BinaryIO) -> int | None:
    """Return the length of what follows, in EBML's variable form; None where it is not known."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    more = 8 - first[0].bit_length()
    value = first[0] & (0x7F >> more)
    rest = file.read(more)
    if len(rest) < more:
        return None
    value = value << (8 * more) | int.from_bytes(rest, "big")
    return None if value == (1 << (7 * (more + 1))) - 1 else value
