"""From a path to a dataset: the right reader, labels, votes and splits."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.config import DataSource
from trainer.contract.crop import CropGeometry
from trainer.contract.labels import LABEL_SETS, REST, canonical
from trainer.contract.preset import Color
from trainer.contract.text import labels_problem
from trainer.data.affectnet_reader import AffectNetReader
from trainer.data.archive_reader import ArchiveLayout
from trainer.data.ck_reader import CkReader
from trainer.data.csv_reader import CsvFolder, CsvReader
from trainer.data.dataset import SPLITS, Dataset
from trainer.data.expw_reader import ExpwReader
from trainer.data.faces import Faces, Layout, ReadOptions, read_cached, skipped_as_text
from trainer.data.ferplus_reader import FerPlusReader
from trainer.data.folder_reader import FolderReader
from trainer.data.images import WHOLE_PICTURE, Framing
from trainer.data.index_reader import IndexReader
from trainer.data.label_fixes import with_fixes
from trainer.data.label_map import map_labels
from trainer.data.listing import PictureReader, ordered_labels
from trainer.data.named_files_reader import NamedFilesReader
from trainer.data.parquet_reader import ParquetReader
from trainer.data.plugin_layouts import plugin_layouts
from trainer.data.rafdb_reader import RafDbReader
from trainer.data.recognition import recognize
from trainer.data.settled_labels import left_out_labels, settle_labels, told
from trainer.data.splits import complete_splits, held_out, joined_groups
from trainer.data.table_reader import TableReader
from trainer.data.votes import read_votes, vote_targets
from trainer.errors import DataError

# In the order in which they are asked whether a path is theirs, after those of other packages.
LAYOUTS: Final[tuple[Layout, ...]] = (
    ArchiveLayout(lambda: (*plugin_layouts(), *LAYOUTS)),
    IndexReader,
    AffectNetReader,
    RafDbReader,
    FerPlusReader,
    ExpwReader,
    CkReader,
    ParquetReader,
    TableReader,
    NamedFilesReader,
    # A folder with such a csv; any other folder is one of label folders, any other file a csv.
    CsvFolder,
    FolderReader,
    CsvReader,
)


def read_faces(
    source: DataSource,
    *,
    size_px: int = 48,
    color: Color = "gray",
    crop: CropGeometry | None = None,
) -> Faces:
    """Read the faces of a source, from the cache after the first time.

    Args:
        crop: where a network looks, if the source says how its pictures were cut.

    Raises:
        DataError: if there is nothing usable.
    """
    path, framing = source.path, WHOLE_PICTURE
    if source.framed is not None and crop is not None:
        framing = Framing(source.framed, crop)
    options = ReadOptions(
        size_px=size_px, color=color, framing=framing, subject_pattern=source.subject_pattern
    )
    try:
        if not path.exists():
            raise DataError(
                f"{path} does not exist.", hint="Give a csv, an archive or a folder of images."
            )
        faces = read_cached(recognize(path, options, (*plugin_layouts(), *LAYOUTS)))
    except PermissionError as error:
        raise DataError(f"{error.filename} cannot be read: {error.strerror}.") from error
    if not len(faces.images):
        why = f" ({skipped_as_text(faces.skipped)})" if faces.skipped else ""
        raise DataError(
            f"{path} contains no faces{why}.",
            hint="Give fer2013.csv, a folder with a folder per label, or one with an index.csv.",
        )
    return settle_labels(source, faces)


def listed_labels(source: DataSource) -> tuple[str, ...] | None:
    """Return a source's labels where they are known before any face is decoded, else None.

    Raises:
        DataError: if the source cannot be used.
    """
    if not source.path.exists():
        raise DataError(
            f"{source.path} does not exist.", hint="Give a csv, an archive or a folder of images."
        )
    reader = recognize(
        source.path, ReadOptions(size_px=48, color="gray"), (*plugin_layouts(), *LAYOUTS)
    )
    names = reader.label_names if isinstance(reader, PictureReader) else ()
    if not names:
        return None
    mapped = map_labels(str(source.path), names, [1] * len(names), source.label_map)
    return ordered_labels({row.becomes for row in mapped if row.becomes})


def load_dataset(
    source: DataSource,
    *,
    labels: tuple[str, ...] = (),
    size_px: int = 48,
    color: Color = "gray",
    crop: CropGeometry | None = None,
    lenient: bool = False,
) -> Dataset:
    """Read a source and settle its labels and splits.

    Args:
        labels: names in the order of the targets; empty takes the source's own.
        crop: where a network looks, if the source says how its pictures were cut.
        lenient: whether labels without faces are accepted, as in the evaluation of a model.

    Raises:
        DataError: if the source holds nothing usable or the labels do not fit it.
    """
    faces = read_faces(source, size_px=size_px, color=color, crop=crop)
    groups = joined_groups(faces.copies, faces.subjects)
    given = faces.split
    if source.test_fold:
        given = held_out(source.test_fold, faces.label, groups, faces.subjects)
    splits = complete_splits(given, faces.label, groups)
    faces = with_fixes(source, faces)
    if source.votes is not None:
        labels = labels or LABEL_SETS["ferplus8"]
        targets, splits = _voted(source, faces, labels, splits)
    else:
        labels = labels or faces.label_names
        targets, splits = _named(source, faces, labels, splits, lenient=lenient)
    left_out = left_out_labels(faces, labels) if source.votes is None else {}
    counts = targets[splits >= 0].sum(axis=0)
    if not lenient and (counts > 0).sum() < 2:
        found = [name for name, count in zip(labels, counts, strict=True) if count > 0]
        what = f"one label only, {found[0]}" if found else f"none of the labels {', '.join(labels)}"
        raise DataError(
            f"{source.path} has faces of {what}: at least two are needed.",
            hint=f"Its labels are {', '.join(row.native for row in faces.mapped)}; it was read as "
            f"{faces.layout}, because {faces.why}."
            if faces.why
            else "",
        )
    return Dataset(
        images=faces.images,
        targets=targets,
        splits=splits,
        labels=labels,
        copies=faces.copies,
        names=faces.names,
        subjects=faces.subjects,
        key=faces.key,
        left_out=left_out,
        notes=told(faces, left_out),
    )


def with_auxiliary_votes(dataset: Dataset, source: DataSource, votes: Path) -> Dataset:
    """Return the dataset with FER+ votes for the same labels beside its own targets.

    Raises:
        DataError: if the votes do not fit the dataset.
    """
    voted = load_dataset(
        replace(source, votes=votes, vote_use="soft"),
        labels=dataset.labels,
        size_px=dataset.images.shape[1],
        color="gray" if dataset.images.shape[-1] == 1 else "rgb",
    )
    known = (voted.splits >= 0)[:, np.newaxis]
    return replace(dataset, auxiliary=np.where(known, voted.targets, 0).astype(np.float32))


def _voted(
    source: DataSource, faces: Faces, labels: tuple[str, ...], splits: NDArray[np.int8]
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    assert source.votes is not None
    if not all(name.startswith("row ") for name in faces.names[:1]):
        raise DataError("votes belong to the rows of fer2013.csv, not to a folder of images.")
    total = len(faces.images) + len(faces.skipped)
    votes = read_votes(source.votes, total)
    if faces.skipped:  # votes belong to rows, and some of these could not be used
        votes = votes[[int(name.removeprefix("row ")) for name in faces.names]]
    voted = vote_targets(votes, labels)
    soft_rows = (splits == SPLITS.index("train")) & (source.vote_use == "soft")
    usable = np.where(soft_rows, voted.usable, voted.decided)
    targets = np.where(soft_rows[:, np.newaxis], voted.soft, voted.majority)
    return targets, np.where(usable, splits, -1).astype(np.int8)


def _named(
    source: DataSource,
    faces: Faces,
    labels: tuple[str, ...],
    splits: NDArray[np.int8],
    *,
    lenient: bool,
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    column = {canonical(name): at for at, name in enumerate(labels)}
    own = {canonical(name) for name in faces.label_names}
    missing = [name for name in labels if name != REST and canonical(name) not in own]
    if missing and not lenient:
        raise DataError(
            f"{source.path} has no label {', '.join(missing)}.",
            hint=f"Its labels are {', '.join(faces.label_names)}.",
        )
    rest = column.get(REST, -1)
    native = np.array([*(column.get(canonical(name), rest) for name in faces.label_names), -1])
    target = native[faces.label]  # -1, a label that is left out, is the last one
    targets = np.eye(len(labels), dtype=np.float32)[np.maximum(target, 0)]
    return targets, np.where(target >= 0, splits, -1).astype(np.int8)


def choose_labels(
    asked: str, default: str, source: DataSource, *, size_px: int = 48, color: Color = "gray"
) -> tuple[str, ...]:
    """Return the label names of a run.

    Args:
        asked: what the person typed: a set's name, or names separated by commas; may be empty.
        default: the system's own label set, used if the source has all of it.

    Raises:
        DataError: if what was asked for is not a list of at least two different names.
    """
    if asked:
        return parse_labels(asked)
    wanted = parse_labels(default)
    if source.votes is not None:
        return wanted
    faces = read_faces(source, size_px=size_px, color=color)
    own = tuple(faces.label_names[at] for at in np.unique(faces.label) if at >= 0)
    known = {canonical(name) for name in own} | {REST}
    return wanted if all(canonical(name) in known for name in wanted) else own


def parse_labels(text: str) -> tuple[str, ...]:
    """Return the names that a ``--labels`` value stands for.

    Raises:
        DataError: if it is not a set's name or at least two different names.
    """
    if text in LABEL_SETS:
        return LABEL_SETS[text]
    names = parse_label_names(text)
    if len(names) < 2 or len({canonical(name) for name in names}) != len(names):
        raise DataError(
            f"{text!r} is neither a label set nor two or more different labels.",
            hint=f"The sets are {', '.join(LABEL_SETS)}; or give names separated by commas.",
        )
    if problem := labels_problem(names):
        raise DataError(f"{problem}.", hint="Give other names.")
    return names


def parse_label_names(text: str) -> tuple[str, ...]:
    """Return names separated by commas, or those of a label set."""
    return LABEL_SETS.get(text) or tuple(name.strip() for name in text.split(",") if name.strip())
