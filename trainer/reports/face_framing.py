"""How the pictures of a dataset frame their faces, told by the application's own detector.

A model is shown faces as the application cuts them out. Pictures in which the face is much smaller,
or larger than the picture, teach it something else; so do pictures of nobody and of several people.
"""

import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from trainer.contract.dataset_facts import FramingFacts, Listed, Spread
from trainer.contract.found_faces import FoundFace, FoundFaces
from trainer.data.dataset import Dataset
from trainer.presets.photographs import ask_application

_MOST_LOOKED_AT: Final = 2_000
_MOST_NAMED: Final = 200
_SIDE_PX: Final = 160
_AROUND_PX: Final = 80
_BLUR: Final = (31, 31)
# Widths of a face's box in that of its picture. The crop of the models is 1.16 boxes wide: .86.
LOOSE_BELOW: Final = 0.7
TIGHT_FROM: Final = 1.05


def face_framing(dataset: Dataset, rows: NDArray[np.int64]) -> FramingFacts:
    """Return what the application's detector sees in pictures, of many in some spread evenly.

    Raises:
        DataError: if the application is not installed, or cannot do it.
    """
    count = min(len(rows), _MOST_LOOKED_AT)
    chosen = rows[np.linspace(0, len(rows) - 1, count).astype(int)]
    with tempfile.TemporaryDirectory(prefix="fer-train-", ignore_cleanup_errors=True) as scratch:
        for number, row in enumerate(chosen):
            _write(dataset.images[row], Path(scratch) / f"{number:07}.png")
        found = ask_application(["crop", scratch, "--boxes"], FoundFaces)
    faces = {int(Path(each.name).stem): _inside(each.faces) for each in found.pictures}
    widest = {number: max(f.width_px for f in seen) for number, seen in faces.items() if seen}
    shares = {number: width / _SIDE_PX for number, width in widest.items()}

    def listed(numbers: list[int]) -> Listed:
        names = [dataset.names[chosen[number]] for number in sorted(numbers)]
        return {"count": len(names), "names": names[:_MOST_NAMED]}

    single = {number for number, seen in faces.items() if len(seen) == 1}
    return {
        "looked_at": len(faces),
        "none": listed([number for number, seen in faces.items() if not seen]),
        "several": listed([number for number, seen in faces.items() if len(seen) > 1]),
        "loose": listed([number for number in single if shares[number] < LOOSE_BELOW]),
        "tight": listed([number for number in single if shares[number] >= TIGHT_FROM]),
        "face_width": _spread(list(shares.values())),
    }


def _write(image: NDArray[np.uint8], file: Path) -> None:
    """Write a picture in the middle of a larger one, as a detector needs something around a face.

    The border goes on outwards and is blurred: no edge tells the detector where the face is.
    """
    import cv2

    face: Any = cv2.resize(image, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_LINEAR)
    sides = (_AROUND_PX,) * 4
    around = cv2.GaussianBlur(cv2.copyMakeBorder(face, *sides, cv2.BORDER_REPLICATE), _BLUR, 0)
    whole = around.copy()
    inside = slice(_AROUND_PX, _AROUND_PX + _SIDE_PX)
    whole[inside, inside] = face
    file.write_bytes(
        cv2.imencode(".png", whole if whole.ndim == 2 else whole[..., ::-1])[1].tobytes()
    )


def _inside(faces: tuple[FoundFace, ...]) -> list[FoundFace]:
    """Return the faces whose middle lies in the picture, not in what was put around it."""
    least, most = _AROUND_PX, _AROUND_PX + _SIDE_PX
    return [
        face
        for face in faces
        if least <= face.x_px + face.width_px / 2 <= most
        and least <= face.y_px + face.height_px / 2 <= most
    ]


def _spread(values: list[float]) -> Spread:
    if not values:
        return {}
    names = {"min": 0, "p5": 5, "median": 50, "p95": 95, "max": 100}
    return {name: round(float(np.percentile(values, at)), 2) for name, at in names.items()}
