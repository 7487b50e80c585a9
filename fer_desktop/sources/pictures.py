"""Still images of every kind as 8-bit BGR pixels."""

import errno
import logging
import stat
import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.errors import SourceError

if TYPE_CHECKING:
    from PIL.Image import Image

# Damage is told in our own words, not by Pillow's loggers on standard error.
logging.getLogger("PIL").addHandler(logging.NullHandler())

# Formats told by their content beyond doubt: Pillow would also claim films and fonts.
_FORMATS: Final = (
    "JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "PPM", "JPEG2000", "ICO", "PSD",
)  # fmt: skip
_PIXELS_MAX: Final = 250_000_000
# What Pillow's decoders raise for damaged files.
_DAMAGE: Final = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, ArithmeticError, TypeError,
    AttributeError, RuntimeError, struct.error,
)  # fmt: skip
_HEIF_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")


def check_file(path: Path) -> None:
    """Make sure that a path is an ordinary file with something in it that may be read.

    Raises:
        SourceError: if it is not.
    """
    head = b""
    try:
        # Asked before it is opened: a pipe or a device may keep whoever opens it waiting.
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise SourceError(
                f"{path.name or path} is a folder.", hint="Choose a video or an image in it."
            )
        if not stat.S_ISREG(found.st_mode):
            raise SourceError(
                f"{path.name} is {_kind(found.st_mode)}, not a file.",
                hint="Choose a video or an image.",
            )
        if found.st_size:
            with path.open("rb") as file:
                head = file.read(12)
    except FileNotFoundError as error:
        raise SourceError(f"There is no file {path}.", hint="Check its name.") from error
    except PermissionError as error:
        raise SourceError(
            f"{path.name} may not be read.",
            hint="Check the permissions of the file and its folder.",
        ) from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read: {_cause(error)}.") from error
    if not head:
        raise SourceError(f"{path.name} is empty.", hint="Copy or record it again.")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        raise SourceError(
            f"{path.name} is an HEIF picture, which cannot be read.", hint="Save it as JPEG."
        )


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _cause(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return "its name has a character that no file name has"
    if error.errno == errno.ELOOP:
        return "it is a symbolic link that leads back to itself"
    if error.errno == errno.ENAMETOOLONG:
        return "its name is too long"
    if error.errno == errno.ENOTDIR:
        return "a part of its path is a file, not a folder"
    return error.strerror or str(error)


def is_picture(path: Path) -> bool:
    """Tell by its content whether a file is a still image; an animated GIF is not.

    Raises:
        SourceError: if the file is missing, empty or may not be read.
    """
    check_file(path)
    try:
        with _opened(path) as image:
            return not (image.format == "GIF" and getattr(image, "is_animated", False))
    except _DAMAGE:
        return False


def picture_size(path: Path) -> tuple[int, int]:
    """Return a still image's width and height without decoding it; not turned as EXIF says.

    Raises:
        SourceError: if it is damaged or no image.
    """
    check_file(path)
    try:
        with _opened(path) as image:
            width, height = image.size
            return width, height
    except _DAMAGE as error:
        raise SourceError(f"{path.name} is not an image that can be read.") from error


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Decode an image, shape (height, width, 3), BGR, upright, over white where transparent.

    Raises:
        SourceError: if it is damaged, too large, or no image.
    """
    from PIL import ImageOps, UnidentifiedImageError

    check_file(path)
    try:
        with _opened(path) as image:
            if image.width * image.height > _PIXELS_MAX:
                raise SourceError(
                    f"{path.name} is too large: {image.width} x {image.height} pixels.",
                    hint=f"At most {_PIXELS_MAX // 1_000_000} megapixels can be read.",
                )
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            return _to_bgr(image)
    except UnidentifiedImageError as error:
        raise SourceError(f"{path.name} is not an image that can be read.") from error
    except MemoryError as error:
        raise SourceError(f"{path.name} does not fit into memory.") from error
    except _DAMAGE as error:
        raise SourceError(
            f"{path.name} is damaged or incomplete.", hint="Copy or export it again."
        ) from error


def _opened(path: Path) -> "Image":
    from PIL import Image

    # Our own limit takes the place of Pillow's, which warns at a third of it.
    Image.MAX_IMAGE_PIXELS = None
    # Nor are its warnings of oddities in the metadata anybody's concern.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    return Image.open(path, formats=_FORMATS)


def _to_bgr(image: "Image") -> NDArray[np.uint8]:
    if image.mode.startswith(("I", "F")):
        return _gray_to_bgr(np.asarray(image), image.mode)
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


def _gray_to_bgr(values: NDArray[np.generic], mode: str) -> NDArray[np.uint8]:
    """Bring more than 8 bits down to 8: 16 bits by their full range, others by what is there."""
    gray = values.astype(np.float32)
    if mode.startswith("I;16"):
        gray /= 257.0
    elif np.isfinite(gray).any():
        gray = np.nan_to_num(gray, posinf=0.0, neginf=0.0)
        low, high = min(0.0, float(gray.min())), float(gray.max())
        gray = (gray - low) * (255.0 / (high - low)) if high > low else gray
    narrow = np.clip(np.rint(gray), 0, 255).astype(np.uint8)
    return np.repeat(narrow[:, :, np.newaxis], 3, axis=2)
