"""A copy of a dataset without what makes figures wrong; the original is never changed."""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.fixed_facts import Fixed, Removed, Why
from trainer.contract.text import one_line
from trainer.contract.text_cells import text_cell
from trainer.contract.whole_file import replacing
from trainer.data.changed_copies import changed_copies
from trainer.data.dataset import SPLITS, Dataset, Split
from trainer.data.index_reader import INDEX_FILE
from trainer.data.readers import load_dataset, read_faces
from trainer.errors import DataError

# Of copies the one stays that figures are made with: training has enough others.
_KEPT_FIRST: Final[tuple[Split, ...]] = ("test", "validation", "train")
# A label may hold what no folder's name can.
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
_COLUMNS: Final = ("file", "label", "split", "person", "origin")


# Sides that a copy's pictures may have, pixels.
SIZES: Final = (48, 64, 96, 112, 160, 224)

# A face that is left out: why, for programs and for people.
_Reason = tuple[Why, str]


def fix_dataset(
    source: DataSource,
    out: Path | None,
    *,
    size_px: int | None = None,
    drop: Sequence[str] = (),
    is_thorough: bool = False,
) -> Fixed:
    """Write a copy with an index, without wrong and repeated faces.

    Left out are pictures of one colour, pictures that stand under several labels, all but one of
    exact copies, and what is named; where ``is_thorough``, also training pictures of which another
    split has a mirrored, turned or cut copy. Persons stay named; splits stay, or are made.

    Args:
        source: the dataset.
        out: a new folder; without one nothing is written.
        size_px: side of the pictures written; the smallest of ``SIZES`` that half of the pictures
            do not exceed unless given.
        drop: names of faces that shall be left out as well, as an inspection names them.

    Raises:
        DataError: if the dataset cannot be used, a name is none of it, or the folder is there.
    """
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out} is there already.", hint="Choose a new folder for the copy.")
    size_px = size_px or _usual_size(source)
    dataset = load_dataset(source, size_px=size_px, color="rgb")
    reasons = _reasons(dataset, drop, is_thorough=is_thorough)
    used = np.flatnonzero(dataset.splits >= 0)
    kept = np.array([row for row in used if row not in reasons], np.int64)
    if out is not None:
        try:
            _write(dataset, kept, out)
        except OSError as error:
            raise DataError(
                f"{out} cannot be written: {error.strerror}.", hint="Choose another folder."
            ) from error
    return Fixed(
        counts={split: int((dataset.splits[kept] == at).sum()) for at, split in enumerate(SPLITS)},
        removed=tuple(
            Removed(dataset.names[row], reason, why)
            for row, (why, reason) in sorted(reasons.items())
        ),
        size_px=size_px,
    )


def _usual_size(source: DataSource) -> int:
    sizes = read_faces(source).sizes
    middle = float(np.median(sizes.min(axis=1))) if sizes.any() else SIZES[0]
    return next((size for size in SIZES if size >= middle), SIZES[-1])


def _reasons(dataset: Dataset, drop: Sequence[str], *, is_thorough: bool) -> dict[int, _Reason]:
    used: list[int] = np.flatnonzero(dataset.splits >= 0).tolist()
    by_name = {name: row for row, name in enumerate(dataset.names)}
    unknown = [name for name in drop if name not in by_name]
    if unknown:
        raise DataError(
            f"the dataset has no picture {one_line(unknown[0])!r}.",
            hint="Name pictures as `fer-train inspect` names them.",
        )
    reasons: dict[int, _Reason] = {
        by_name[name]: ("named", "it was named to be left out") for name in drop
    }
    groups: dict[int, list[int]] = defaultdict(list)
    for row in used:
        if dataset.images[row].std() == 0:
            reasons.setdefault(row, ("blank", "it has one colour only"))
        groups[int(dataset.copies[row])].append(row)
    truth = dict(zip(used, dataset.truth(np.array(used, np.int64)).tolist(), strict=True))
    for rows in groups.values():
        if len({truth[row] for row in rows}) > 1:
            for row in rows:
                why = "the same picture stands under several labels"
                reasons.setdefault(row, ("several labels", why))
            continue
        free = sorted(
            (row for row in rows if row not in reasons), key=lambda row: _rank(dataset, row)
        )
        for row in free[1:]:
            why = f"it is an exact copy of {dataset.names[free[0]]}"
            reasons.setdefault(row, ("copy", why))
    if is_thorough:
        for row, why in _changed(dataset, reasons):
            reasons.setdefault(row, ("changed copy", why))
    return reasons


def _rank(dataset: Dataset, row: int) -> int:
    return _KEPT_FIRST.index(SPLITS[int(dataset.splits[row])])


def _changed(dataset: Dataset, reasons: dict[int, _Reason]) -> list[tuple[int, str]]:
    """Return the pictures of which a split that figures are made with has a changed copy."""

    def free(split: Split) -> NDArray[np.int64]:
        return np.array([row for row in dataset.rows(split) if row not in reasons], np.int64)

    found = []
    for more, fewer in (("train", "validation"), ("train", "test"), ("validation", "test")):
        # Each of the many may be a copy of one of the few.
        for each in changed_copies(dataset.images, free(fewer), free(more)):  # type: ignore[arg-type]
            why = f"{dataset.names[each.original]} of {fewer} is a copy of it ({each.kind})"
            found.append((each.row, why))
    return found


def _write(dataset: Dataset, rows: NDArray[np.int64], out: Path) -> None:
    from PIL import Image

    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_COLUMNS)
    numbers: Counter[str] = Counter()
    for row in rows:
        split = SPLITS[int(dataset.splits[row])]
        at = int(dataset.targets[row].argmax())
        label = dataset.labels[at]
        folder = f"{split}/{label if _PLAIN.fullmatch(label) else at}"
        numbers[folder] += 1
        name = f"{folder}/{numbers[folder]:06}.png"
        (out / folder).mkdir(parents=True, exist_ok=True)
        pixels = dataset.images[row]
        image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
        with replacing(out / name) as part:
            image.save(part, format="PNG")
        person = dataset.subjects[row] if dataset.subjects else ""
        writer.writerow(
            (name, dataset.labels[at], split, text_cell(person), text_cell(dataset.names[row]))
        )
    with replacing(out / INDEX_FILE) as part:
        part.write_bytes(table.getvalue().encode("utf-8", "surrogateescape"))
