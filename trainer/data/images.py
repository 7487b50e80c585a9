"""Single images: decoding them, and bringing them to the size that a network takes."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.preset import Color
from trainer.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

IMAGE_SUFFIXES: Final = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")
)


def read_image(path: Path, size_px: int, color: Color) -> NDArray[np.uint8]:
    """Decode a face image, shape (size_px, size_px, channels).

    Raises:
        DataError: if it is not a readable image.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            return _to_array(_in_color(image, color), size_px)
    except UnidentifiedImageError as error:
        raise DataError(f"{path} is not an image.") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read: {error}.") from error


def fit_image(image: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    """Return an image in another size, shape (size_px, size_px, channels)."""
    from PIL import Image

    flat = image[..., 0] if image.shape[-1] == 1 else image
    return _to_array(Image.fromarray(flat), size_px)


def _in_color(image: "Image.Image", color: Color) -> "Image.Image":
    if image.mode.startswith(("I", "F")):
        # 16-bit and float images: Pillow's own conversion clips instead of scaling.
        values = np.asarray(image, np.float64)
        top = max(float(values.max()), 1e-9) if image.mode == "F" else 65535.0
        from PIL import Image

        image = Image.fromarray((values.clip(0) * (255.0 / top)).clip(0, 255).astype(np.uint8))
    return image.convert("L" if color == "gray" else "RGB")


def _to_array(image: "Image.Image", size_px: int) -> NDArray[np.uint8]:
    from PIL import Image, ImageOps

    if image.size != (size_px, size_px):
        image = ImageOps.fit(image, (size_px, size_px), Image.Resampling.BILINEAR)
    array = np.asarray(image, np.uint8)
    return array[..., np.newaxis] if array.ndim == 2 else array
