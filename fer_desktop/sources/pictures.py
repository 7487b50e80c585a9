"""Still images of every kind as 8-bit BGR pixels."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import SourceError
from fer_desktop.sources.jpeg_film import is_jpeg_film
from fer_desktop.sources.ordinary_file import check_file
from trainer.contract.bounded_file import (
    PICTURE_DAMAGE,
    PICTURE_FORMATS,
    BoundedFile,
    TooMuchRead,
)
from trainer.contract.missing_end import lacks_its_end

if TYPE_CHECKING:
    from PIL.Image import Image

# Damage is told in our own words, not by Pillow's loggers on standard error.
logging.getLogger("PIL").addHandler(logging.NullHandler())

_PIXELS_MAX: Final = 250_000_000
_ANIMATED: Final = ("WEBP", "AVIF")
_ANIMATED_BY_FFMPEG: Final = ("GIF", "PNG")
_SUBFILE_TYPE: Final = 254  # a tag of TIFF
_PREVIEW_OR_MASK: Final = 0b101
_AVIF: Final = (b"ftypavif", b"ftypavis")
_HEIF_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")


class PictureKind(Enum):
    """What a file that Pillow reads holds."""

    STILL = auto()
    ANIMATION = auto()  # frames with their own times
    PAGES = auto()  # pictures that have nothing to do with each other
    JPEG_FILM = auto()  # one after the other, and nothing that tells their times


def picture_kind(path: Path, check: Callable[[], object] | None = None) -> PictureKind | None:
    """Tell by its content what pictures a file holds; None if it is for a video's decoder.

    Args:
        path: the file.
        check: called now and then; what it raises ends the reading.

    Raises:
        SourceError: if the file is missing, empty or may not be read, or begins like a picture
            and goes on without end.
    """
    try:
        with opened(path, check) as image:
            is_animated = getattr(image, "is_animated", False)
            if image.format in _ANIMATED_BY_FFMPEG and is_animated and not _is_untimed(image):
                return None
            if image.format in (*_ANIMATED, *_ANIMATED_BY_FFMPEG) and is_animated:
                return PictureKind.ANIMATION
            if image.format == "TIFF" and len(pages(image)) > 1:
                return PictureKind.PAGES
            if image.format == "JPEG" and is_jpeg_film(path):
                return PictureKind.JPEG_FILM
            return PictureKind.STILL
    except TooMuchRead as error:
        raise _endless(path.name) from error
    except PICTURE_DAMAGE as error:
        if check_file(path)[4:12] in _AVIF:  # FFmpeg would show its first picture, or half of it
            raise _damaged(path.name) from error
        return None


def _is_untimed(image: "Image") -> bool:
    """Tell whether a GIF is of the first kind, which knows no times: FFmpeg takes it for one."""
    version: object = image.info.get("version")
    return version == b"GIF87a"


def pages(image: "Image") -> list[int]:
    """Return which frames of a TIFF are its pages: not previews or masks of others.

    One whose description is damaged is the last one: where others are, it would tell.
    """
    found = []
    for number in count():
        try:
            image.seek(number)
        except EOFError:
            break
        except PICTURE_DAMAGE:
            found.append(number)
            break
        tags: Any = getattr(image, "tag_v2", {})
        if not tags.get(_SUBFILE_TYPE, 0) & _PREVIEW_OR_MASK:
            found.append(number)
    return found or [0]


def picture_size(path: Path) -> tuple[int, int]:
    """Return a still image's width and height without decoding it; not turned as EXIF says.

    Raises:
        SourceError: if it is damaged or no image.
    """
    try:
        with opened(path) as image:
            width, height = image.size
            return width, height
    except TooMuchRead as error:
        raise _endless(path.name) from error
    except PICTURE_DAMAGE as error:
        raise SourceError(f"{path.name} is not an image that can be read.") from error


def read_picture(path: Path, check: Callable[[], object] | None = None) -> NDArray[np.uint8]:
    """Decode an image, shape (height, width, 3), BGR, upright, over white where transparent.

    Args:
        path: the file.
        check: called now and then; what it raises ends the reading.

    Raises:
        SourceError: if it is damaged, too large, or no image.
    """
    from PIL import ImageOps, UnidentifiedImageError

    try:
        with opened(path, check) as image:
            check_size(image, path.name)
            refuse_missing_end(path, image)
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            return to_bgr(image)
    except UnidentifiedImageError as error:
        raise SourceError(f"{path.name} is not an image that can be read.") from error
    except MemoryError as error:
        raise SourceError(f"{path.name} does not fit into memory.") from error
    except TooMuchRead as error:
        raise _endless(path.name) from error
    except PICTURE_DAMAGE as error:
        raise _damaged(path.name) from error


def check_size(image: "Image", name: str) -> None:
    """Refuse an image that would take too much memory, and bound what decoding it may read.

    Raises:
        SourceError: if it is too large.
    """
    if image.width * image.height > _PIXELS_MAX:
        raise SourceError(
            f"{name} is too large: {image.width} x {image.height} pixels.",
            hint=f"At most {_PIXELS_MAX // 1_000_000} megapixels can be read.",
        )
    file = getattr(image, "fp", None)
    if isinstance(file, BoundedFile):
        file.allow_pixels(image.width * image.height)


def refuse_missing_end(path: Path, image: "Image") -> None:
    """Refuse a picture whose file has zeros in place of its end.

    Raises:
        OSError: if it has.
    """
    if lacks_its_end(path, image):
        raise OSError("zeros stand in place of its end")


@contextmanager
def opened(path: Path, check: Callable[[], object] | None = None) -> "Iterator[Image]":
    """Give an image whose pixels are not read yet; see ``read_picture``.

    Raises:
        SourceError: if the file is missing, empty, may not be read, or needs a missing package.
        Exception: one of ``PICTURE_DAMAGE`` if it is no image.
    """
    from PIL import Image

    head = check_file(path)
    # Either family may call itself by the name of both; which it is, its other names tell.
    is_heif = head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS and b"avif" not in head
    if is_heif:
        _register_heif(path.name)
    # Our own limit takes the place of Pillow's, which warns at a third of it.
    Image.MAX_IMAGE_PIXELS = None
    # Nor are its warnings of oddities in the metadata anybody's concern.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    formats = ("HEIF",) if is_heif else PICTURE_FORMATS
    with BoundedFile(path, check) as file, Image.open(file, formats=formats) as image:
        yield image


def _damaged(name: str) -> SourceError:
    return SourceError(f"{name} is damaged or incomplete.", hint="Copy or export it again.")


def _endless(name: str) -> SourceError:
    return SourceError(
        f"{name} is damaged: it begins like a picture but goes on without end.",
        hint="Copy or export it again.",
    )


def _register_heif(name: str) -> None:
    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise SourceError(
            f"{name} is an HEIC picture: the package that reads them is not installed.",
            hint='Type "pip install pillow-heif", or save the picture as JPEG.',
        ) from error
    register_heif_opener()


def to_bgr(image: "Image") -> NDArray[np.uint8]:
    """Return the pixels of an image, shape (height, width, 3), over white where transparent."""
    if image.mode.startswith(("I", "F")):
        return _grayto_bgr(np.asarray(image), image.mode)
    if image.has_transparency_data:
        image = _over_white(image)
    elif image.mode != "RGB":
        image = image.convert("RGB")
    # Pillow writes the order of bytes that we want: no second copy of a large picture.
    packed = np.frombuffer(image.tobytes("raw", "BGR"), dtype=np.uint8)
    return packed.reshape(image.height, image.width, 3)


def _over_white(image: "Image") -> "Image":
    from PIL import Image

    layered = image.convert("RGBA")
    white = Image.new("RGB", layered.size, (255, 255, 255))
    white.paste(layered, mask=layered.getchannel("A"))
    return white


def _grayto_bgr(values: NDArray[np.generic], mode: str) -> NDArray[np.uint8]:
    """Bring more than 8 bits down to 8: 16 bits by their full range, others by what is there."""
    gray = values.astype(np.float32)
    if mode.startswith("I;16"):
        gray /= 257.0
    else:
        gray = np.nan_to_num(gray, posinf=0.0, neginf=0.0)
        low, high = min(0.0, float(gray.min())), float(gray.max())
        gray = (gray - low) * (255.0 / (high - low)) if high > low else gray
    narrow = np.clip(np.rint(gray), 0, 255).astype(np.uint8)
    return np.repeat(narrow[:, :, np.newaxis], 3, axis=2)
