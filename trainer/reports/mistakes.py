"""The misclassified faces with the highest confidence, for a program to show."""

import io
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.checked_json import encode_json
from trainer.contract.figures import MISTAKES_FILE, Mistake
from trainer.data.dataset import Dataset
from trainer.runs.checkpoint import make_folder, write_atomically

_FOLDER: Final = "mistakes"
_COUNT: Final = 40


def most_confident_mistakes(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the places of the wrong answers, the most confident first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != truth)
    confidence = probabilities[wrong].max(axis=1)
    return np.asarray(wrong[np.argsort(-confidence, kind="stable")][:_COUNT])


def write_mistakes(
    out: Path,
    dataset: Dataset,
    rows: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    truth: NDArray[np.int64],
) -> None:
    """Write the list of mistakes, and each face as the model saw it.

    Raises:
        RunError: if they cannot be written.
    """
    make_folder(out / _FOLDER)
    listed: list[Mistake] = []
    for number, at in enumerate(most_confident_mistakes(probabilities, truth), start=1):
        picture = Path(_FOLDER) / f"{number:02d}.png"
        write_atomically(out / picture, as_png(dataset.images[rows[at]]))
        listed.append(
            Mistake(
                name=dataset.names[rows[at]],
                truth=dataset.labels[truth[at]],
                predicted=dataset.labels[probabilities[at].argmax()],
                confidence=float(probabilities[at].max()),
                picture=picture,
            )
        )
    write_atomically(out / MISTAKES_FILE, (encode_json(listed) + "\n").encode())


def as_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a picture of shape (height, width, channels) as a PNG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(buffer, format="PNG")
    return buffer.getvalue()
