"""Whether zeros stand in place of the end of a picture.

An interrupted copy, a failing disk or card may leave a file as long as it should be, or longer,
with zeros where its end was. Many decoders take them for pixels, without a word.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from trainer.contract.bounded_file import PICTURE_DAMAGE

if TYPE_CHECKING:
    from PIL.Image import Image

# Formats in which many zeros in a row are no pixels. Of TIFF only what is compressed.
_COMPRESSED: Final = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "AVIF", "JPEG2000", "ICO")
_WITH_METADATA_LAST: Final = ("WEBP", "AVIF")
_METADATA: Final = ("exif", "xmp")
_TAIL_BYTES: Final = 64
# What is whole may end in a few, and a plain WebP in some one for 10,000 pixels.
_FEW_BYTES: Final = 16
_PIXELS_PER_BYTE: Final = 5000
_BLOCK_BYTES: Final = 1 << 20
# More than any format needs for a picture.
_BYTES_PER_PIXEL: Final = 16
_SPARE_BYTES: Final = 64 << 20
_GIF_END: Final = b"\0;"  # after the last block's own end
_PLACES: Final = ((273, 279), (324, 325))  # tags of TIFF: where strips and tiles are, and how long
_COMPRESSION: Final = 259
_NOT_COMPRESSED: Final = 1


def lacks_its_end(path: Path, image: "Image") -> bool:
    """Tell whether a picture can only be decoded because of zeros at the end of its file.

    It takes time only where a file ends in zeros: its picture is then decoded without them.

    Args:
        path: where it is.
        image: the same, opened by Pillow and small enough to be decoded.

    Raises:
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        if not _ends_in_zeros(file):
            return False
        pixels = image.width * image.height
        few = _FEW_BYTES + pixels // _PIXELS_PER_BYTE
        end = few + _end_of_content(file, _SPARE_BYTES + _BYTES_PER_PIXEL * pixels)
        if image.format == "TIFF":
            return _end_of_tiff(image) > end
        if image.format not in _COMPRESSED or end >= os.fstat(file.fileno()).st_size:
            return False
        if image.format in _WITH_METADATA_LAST and any(name in image.info for name in _METADATA):
            return False  # it is there, and so is what comes before it
        file.seek(0)
        content = BytesIO(file.read(end))
    return not _can_be_decoded(content, image.format)


def lacks_trailer(path: Path) -> bool:
    """Tell whether a GIF has no mark at its end, before any zeros there.

    Raises:
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        length = file.seek(0, os.SEEK_END)
        end = _end_of_content(file, _SPARE_BYTES if _ends_in_zeros(file) else length)
        file.seek(max(0, end - _TAIL_BYTES))
        return _GIF_END not in file.read(_TAIL_BYTES)


def _ends_in_zeros(file: BinaryIO) -> bool:
    length = file.seek(0, os.SEEK_END)
    if length < _TAIL_BYTES:
        return False
    file.seek(length - _TAIL_BYTES)
    return not any(file.read(_TAIL_BYTES))


def _end_of_content(file: BinaryIO, longest: int) -> int:
    """Return where the zeros at the end begin, of a file that is not looked at beyond a length."""
    place = min(file.seek(0, os.SEEK_END), longest)
    while place > 0:
        begin = max(0, place - _BLOCK_BYTES)
        file.seek(begin)
        content = file.read(place - begin).rstrip(b"\0")
        if content:
            return begin + len(content)
        place = begin
    return 0


def _end_of_tiff(image: "Image") -> int:
    """Return where the last compressed pixels of a TIFF end."""
    tags: Any = getattr(image, "tag_v2", {})
    if tags.get(_COMPRESSION, _NOT_COMPRESSED) == _NOT_COMPRESSED:
        return 0
    for places, lengths in _PLACES:
        if places in tags and lengths in tags:
            return max(map(sum, zip(tags[places], tags[lengths], strict=False)), default=0)
    return 0


def _can_be_decoded(content: BytesIO, kind: str) -> bool:
    from PIL import Image

    try:
        with Image.open(content, formats=[kind]) as image:
            image.load()
    except PICTURE_DAMAGE:
        return False
    return True
