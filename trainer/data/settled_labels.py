"""The final labels of faces, and notes about those that are left out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.labels import LABEL_SETS, REST, canonical
from trainer.contract.text import counted, labels_problem
from trainer.data.faces import Faces, skipped_as_sentence
from trainer.data.label_map import map_labels
from trainer.data.listing import ordered_labels
from trainer.errors import DataError

# Faces that are cut out are small or about square; those of CK+ and KDEF are photographs.
_PHOTO_PX: Final = 300
_SQUARE_RATIO: Final = 1.25


def settle_labels(source: DataSource, faces: Faces) -> Faces:
    """Return the faces with their labels joined, renamed and left out as the source says.

    Raises:
        DataError: if the labels cannot be used so.
    """
    natives = faces.label_names
    counts = np.bincount(faces.label, minlength=len(natives)).tolist()
    whole = LABEL_SETS["fer7"]
    if natives[: len(whole)] == whole and not any(counts[len(whole) :]) and not source.label_map:
        natives, counts = whole, counts[: len(whole)]  # all seven, whichever have faces
    else:
        natives = tuple(name for name, n in zip(natives, counts, strict=True) if n)
    by_name = dict(zip(faces.label_names, counts, strict=False))
    mapped = map_labels(
        str(source.path), natives, [by_name.get(name, 0) for name in natives], source.label_map
    )
    becomes = {row.native: row.becomes for row in mapped}
    names = ordered_labels({name for name in becomes.values() if name})
    if len(names) > 1 and (problem := labels_problem(names)):
        raise DataError(
            f"{source.path} cannot be used: {problem}.",
            hint='Rename or join such labels, or say with --map "theirs=ours,..." what they mean.',
        )
    place = {name: at for at, name in enumerate(names)}
    moved = np.array([place.get(becomes.get(name, ""), -1) for name in faces.label_names], np.int64)
    return replace(faces, label=moved[faces.label], label_names=names, mapped=mapped)


def left_out_labels(faces: Faces, labels: Sequence[str]) -> dict[str, int]:
    """Return how many faces have labels that are not among those wanted, for each such label."""
    known = {canonical(name) for name in labels}
    if REST in known:
        return {}
    return {
        row.becomes: sum(other.faces for other in faces.mapped if other.becomes == row.becomes)
        for row in faces.mapped
        if row.becomes and row.faces and canonical(row.becomes) not in known
    }


def told(faces: Faces, left_out: dict[str, int]) -> tuple[str, ...]:
    """Return what a person must know about how a dataset was read, a sentence each."""
    lines = list(faces.notes)
    joined: dict[str, list[str]] = defaultdict(list)
    for row in faces.mapped:
        if row.faces:
            joined[row.becomes].append(row.native)
    for name, natives in joined.items():
        if name and (len(natives) > 1 or natives[0] != name):
            lines.append(f"Read as {name}: {', '.join(natives)}.")
    if gone := [f"{row.native} ({row.faces:,})" for row in faces.mapped if not row.becomes]:
        lines.append(f"Left out as the label map says: {', '.join(gone)}.")
    if left_out:
        named = ", ".join(f"{name} ({count:,})" for name, count in left_out.items())
        lines.append(
            f"{counted(sum(left_out.values()), 'face')} left out, of labels that are not learned: "
            f"{named}. Name the labels that you want with --labels."
        )
    if about_photos := photograph_note(faces.sizes):
        lines.append(about_photos)
    if faces.skipped:
        lines.append(skipped_as_sentence(faces.skipped))
    return tuple(lines)


def is_photograph(width: int, height: int) -> bool:
    """Tell by its size alone that a picture is a whole photograph rather than a face."""
    longer, shorter = max(width, height), min(width, height)
    return longer >= _PHOTO_PX and longer > _SQUARE_RATIO * shorter


def photograph_note(sizes: NDArray[np.int32]) -> str:
    """Return a warning where pictures are as large and wide or tall as photographs are.

    Args:
        sizes: width and height of each picture, pixels, shape (pictures, 2).
    """
    if not len(sizes):
        return ""
    photos = sum(is_photograph(width, height) for width, height in sizes.tolist())
    if not photos:
        return ""
    return (
        f"{counted(photos, 'picture')} of {len(sizes):,} ({photos / len(sizes):.0%}) have the size "
        "and shape of whole photographs, of which a model sees the middle: `fer-desktop crop` cuts "
        "the faces out."
    )
