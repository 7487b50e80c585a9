"""Single images: decoding them, and cutting out what a network looks at."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from trainer.contract.bounded_file import (
    PICTURE_DAMAGE,
    PICTURE_FORMATS,
    BoundedFile,
    TooMuchRead,
)
from trainer.contract.crop import CropGeometry, box_of_crop
from trainer.contract.face_crop import crop_face
from trainer.contract.missing_end import lacks_its_end
from trainer.contract.preset import Color
from trainer.contract.processors import usable_processors
from trainer.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

IMAGE_SUFFIXES: Final = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")
)
_PIXELS_MAX: Final = 178_956_970  # half a gigabyte of RGB
# Decoded images that may wait for whoever takes them.
_AHEAD: Final = 512

Box = tuple[float, float, float, float]

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Framing:
    """How face pictures were cut, and how a network wants faces to be cut.

    Where both are the same the whole picture is the crop.

    Attributes:
        pictures: the geometry by which the pictures were cut.
        wanted: the geometry of the network's crop.
    """

    pictures: CropGeometry = field(default_factory=CropGeometry)
    wanted: CropGeometry = field(default_factory=CropGeometry)


WHOLE_PICTURE: Final = Framing()


def read_image(
    path: Path, size_px: int, color: Color, framing: Framing = WHOLE_PICTURE
) -> NDArray[np.uint8]:
    """Decode a face picture, shape (size_px, size_px, channels).

    Raises:
        DataError: if it is not a readable image.
    """
    return read_picture(path, size_px, color, framing)[0]


def read_picture(
    source: Path | BinaryIO,
    size_px: int,
    color: Color,
    framing: Framing = WHOLE_PICTURE,
    box: Box | None = None,
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Decode a face picture; return it, shape (size_px, size_px, channels), and its own size.

    Args:
        source: a file, or its content.
        box: where the face is, as x1, y1, x2, y2 in pixels; the whole picture without one.

    Returns:
        The face, and the width and height in pixels of the picture, or of the box.

    Raises:
        DataError: if it is not a readable image, or the box lies outside of it.
    """
    from PIL import ImageOps

    with opened_image(source) as opened:
        pixels = _as_rgb(ImageOps.exif_transpose(opened))
    if box is not None:
        pixels = _inside(pixels, box)
    height, width = pixels.shape[:2]
    return fit_image(pixels, size_px, color, framing), (width, height)


@contextmanager
def opened_image(source: Path | BinaryIO) -> "Iterator[Image.Image]":
    """Give an image whose pixels are not read yet; reading them is bounded by their number.

    Raises:
        DataError: if it is no image, damaged or too large, also while its pixels are read.
    """
    from PIL import Image, UnidentifiedImageError

    # Our own limit takes the place of Pillow's, which warns at half of it.
    Image.MAX_IMAGE_PIXELS = None
    # Nor are its warnings of oddities in the metadata anybody's concern.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    path = source if isinstance(source, Path) else "the picture"
    try:
        with ExitStack() as stack:
            file = stack.enter_context(BoundedFile(source)) if isinstance(source, Path) else source
            image = stack.enter_context(Image.open(file, formats=PICTURE_FORMATS))
            if image.width * image.height > _PIXELS_MAX:
                raise DataError(f"{path} is too large: {image.width} x {image.height} pixels.")
            if isinstance(file, BoundedFile):
                file.allow_pixels(image.width * image.height)
            if isinstance(source, Path) and lacks_its_end(source, image):
                raise DataError(f"{path} is damaged or incomplete.")
            yield image
    except UnidentifiedImageError as error:
        raise DataError(f"{path} is not an image.") from error
    except TooMuchRead as error:
        raise DataError(
            f"{path} is damaged: it begins like a picture but goes on without end."
        ) from error
    except MemoryError as error:
        raise DataError(f"{path} does not fit into memory.") from error
    except PICTURE_DAMAGE as error:
        raise DataError(f"{path} cannot be read: {error}.") from error


def _inside(pixels: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return the part of a picture that a box encloses."""
    height, width = pixels.shape[:2]
    left, top = (max(0, round(value)) for value in box[:2])
    right, bottom = min(width, round(box[2])), min(height, round(box[3]))
    if right - left < 2 or bottom - top < 2:
        raise DataError("its face box lies outside of the picture.")
    return pixels[top:bottom, left:right]


def picture_below(root: Path, name: str) -> Path:
    """Return the path of a picture that a table names, which must lie below the table's folder.

    Raises:
        DataError: if it does not, or is not there.
    """
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            raise DataError("it lies outside the folder.")
        if not path.is_file():
            raise DataError("there is no such file.")
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a null character
        raise DataError(f"it cannot be found: {error}.") from error
    return root / name


def fit_image(
    image: NDArray[np.uint8], size_px: int, color: Color, framing: Framing = WHOLE_PICTURE
) -> NDArray[np.uint8]:
    """Return what a network sees of a face picture, shape (size_px, size_px, channels).

    The middle square of the picture is taken for the face's crop.

    Args:
        image: gray or RGB, shape (height, width, channels).
        framing: where in the picture the network looks.
    """
    import cv2

    height, width = image.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    box = box_of_crop((left, top, left + side, top + side), framing.pictures)
    bgr = image[..., ::-1] if image.shape[-1] == 3 else np.repeat(image, 3, axis=-1)
    return crop_face(cv2, bgr, box, framing.wanted, size_px, color)


def _as_rgb(image: "Image.Image") -> NDArray[np.uint8]:
    if image.mode.startswith(("I", "F")):
        # 16-bit and float images: Pillow's own conversion clips instead of scaling.
        values = np.asarray(image, np.float64)
        top = max(float(values.max()), 1e-9) if image.mode == "F" else 65535.0
        from PIL import Image

        image = Image.fromarray((values.clip(0) * (255.0 / top)).clip(0, 255).astype(np.uint8))
    return np.asarray(image.convert("RGB"))


def in_order(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Yield the work's result for each item, in their order, from as many threads as processors."""
    with ThreadPoolExecutor(max_workers=usable_processors()) as pool:
        for start in range(0, len(items), _AHEAD):
            yield from pool.map(work, items[start : start + _AHEAD])
