"""Faces as a reader finds them, before labels and splits are settled; kept in a cache on disk."""

import hashlib
import json
import math
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from trainer.contract.checked_json import Count, read_json
from trainer.contract.preset import Color
from trainer.contract.text import counted
from trainer.data.array_file import read_arrays
from trainer.data.cache_room import CACHE_VARIABLE, cache_dir, make_room, note_use
from trainer.data.images import WHOLE_PICTURE, Framing
from trainer.data.label_map import Mapped
from trainer.errors import DataError

# Raised whenever the cache's content changes its form.
_CACHE_VERSION: Final = 5
_IMAGES: Final = "images.u8"
_ARRAYS: Final = "arrays.npz"
_TEXTS: Final = "faces.json"
_MOST_TEXT_BYTES: Final = 1 << 30
# Pictures that could not be used, as far as a message names them.
_NAMED: Final = 3


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How faces are wanted.

    Attributes:
        size_px: side of the square images.
        color: what the network takes.
        framing: where in a picture it looks.
        subject_pattern: regular expression that finds the subject in an image's path, where images
            have one.
    """

    size_px: int
    color: Color
    framing: Framing = WHOLE_PICTURE
    subject_pattern: str = ""


@dataclass(frozen=True, eq=False)
class FaceRow:
    """One face.

    Attributes:
        image: uint8, shape (height, width, channels).
        label: index into the reader's label names.
        split: index into ``SPLITS``, or -1 where the dataset does not say.
        name: row or file, for messages.
        subject: who is shown, empty where the dataset does not say.
        size: width and height of the picture as the dataset has it, pixels; zeros where pictures
            have no size of their own.
    """

    image: NDArray[np.uint8]
    label: int
    split: int
    name: str
    subject: str = ""
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Skipped:
    """An image that cannot be used."""

    name: str
    reason: str


def skipped_as_text(skipped: Sequence[Skipped]) -> str:
    """Return the first of the pictures that could not be used, with why, in a few words."""
    first = "; ".join(f"{row.name}: {row.reason.rstrip('.')}" for row in skipped[:_NAMED])
    more = f" and {len(skipped) - _NAMED:,} more" if len(skipped) > _NAMED else ""
    return f"{first}{more}"


def skipped_as_sentence(skipped: Sequence[Skipped]) -> str:
    """Return how many pictures could not be used, with the first of them and why."""
    what = counted(len(skipped), "picture")
    return f"{what} could not be used ({skipped_as_text(skipped)})."


class FaceReader(Protocol):
    """A dataset of one layout.

    A reader may also say in words what it understood, after reading at the latest: ``title`` (the
    layout's name), ``why`` (what it was recognized by), ``notes`` (what a person should know, a
    sentence each) and ``subjects_from`` (where the names of persons come from).
    """

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the labels, known after reading at the latest."""

    def fingerprint(self) -> str:
        """Return a text that changes whenever the dataset does."""

    def rows(self) -> Iterator[FaceRow | Skipped]:
        """Yield the faces one by one."""


class Layout(Protocol):
    """A dataset layout: what makes a reader of it; a reader's class, usually."""

    def __call__(self, path: Path, options: ReadOptions) -> FaceReader:
        """Return a reader of a path that is not refused."""

    def refusal(self, path: Path) -> str:
        """Return why a path does not have this layout, nothing where it may have it."""


@dataclass(frozen=True, eq=False)
class Faces:
    """All faces of a dataset with their native labels.

    Attributes:
        images: uint8, shape (faces, height, width, channels), mapped from a file; one channel
            where all images are gray, whatever was asked for.
        label: index into ``label_names`` for each face, or -1 where its label is left out.
        split: index into ``SPLITS`` for each face, or -1 where the dataset does not say.
        copies: faces with the same number are exact copies of each other.
        names: row or file of each face.
        subjects: who is shown on each face, or nothing where the dataset does not say.
        skipped: images that could not be used.
        key: stands for the dataset as it was read.
        sizes: width and height of each picture as the dataset has it, shape (faces, 2); zeros where
            pictures have no size of their own.
        layout: the layout that was recognized.
        why: what it was recognized by.
        notes: what a person should know about how it was read, a sentence each.
        subjects_from: where the names of persons come from.
        mapped: what each of the dataset's own labels became.
    """

    images: NDArray[np.uint8]
    label: NDArray[np.int64]
    label_names: tuple[str, ...]
    split: NDArray[np.int8]
    copies: NDArray[np.int64]
    names: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    key: str = ""
    sizes: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), np.int32))
    layout: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()
    subjects_from: str = ""
    mapped: tuple[Mapped, ...] = ()


def cache_key(text: str) -> str:
    """Return a short file name that stands for a text."""
    return hashlib.sha256(f"{_CACHE_VERSION} {text}".encode()).hexdigest()[:24]


def read_cached(reader: FaceReader) -> Faces:
    """Return a dataset's faces, decoding them the first time and mapping them from then on.

    Raises:
        DataError: if the dataset holds nothing usable or the cache cannot be written.
    """
    folder = cache_dir() / cache_key(reader.fingerprint())
    if folder.exists():
        try:
            note_use(folder)
            return _load(folder)
        except (OSError, ValueError, KeyError):
            shutil.rmtree(folder, ignore_errors=True)  # damaged: read anew
    try:
        _fill(folder, reader)
        make_room(keep=folder)
        return _load(folder)
    except OSError as error:
        raise DataError(
            f"the cache {folder} cannot be written: {error.strerror}.",
            hint=f"Free some space or set {CACHE_VARIABLE} to another folder.",
        ) from error


@dataclass
class _Columns:
    label: list[int] = field(default_factory=list)
    split: list[int] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class _Texts:
    shape: tuple[Count, ...]
    colorful: bool
    label_names: tuple[str, ...]
    names: tuple[str, ...]
    subjects: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    layout: str
    why: str
    notes: tuple[str, ...]
    subjects_from: str


def _fill(folder: Path, reader: FaceReader) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    columns, numbers, colorful = _Columns(), dict[bytes, int](), False
    shape: tuple[int, ...] = (0, 0, 0)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as scratch:
        made = Path(scratch) / "faces"
        made.mkdir()
        with (made / _IMAGES).open("wb") as file:
            for row in reader.rows():
                if isinstance(row, Skipped):
                    columns.skipped.append((row.name, row.reason))
                    continue
                shape, pixels = row.image.shape, row.image.tobytes()
                file.write(pixels)
                colorful = colorful or bool((row.image != row.image[..., :1]).any())
                digest = hashlib.md5(pixels, usedforsecurity=False).digest()
                columns.copies.append(numbers.setdefault(digest, len(numbers)))
                columns.label.append(row.label)
                columns.split.append(row.split)
                columns.names.append(row.name)
                columns.subjects.append(row.subject)
                columns.sizes.append(row.size)
        np.savez(
            made / _ARRAYS,
            label=np.array(columns.label, np.int64),
            split=np.array(columns.split, np.int8),
            copies=np.array(columns.copies, np.int64),
            sizes=np.array(columns.sizes, np.int32).reshape(-1, 2),
        )
        texts = _Texts(
            shape=(len(columns.label), *shape),
            colorful=colorful,
            label_names=reader.label_names,
            names=tuple(columns.names),
            subjects=tuple(columns.subjects) if any(columns.subjects) else (),
            skipped=tuple(columns.skipped),
            layout=getattr(reader, "title", "") or type(reader).__name__,
            why=getattr(reader, "why", ""),
            notes=tuple(getattr(reader, "notes", ())),
            subjects_from=getattr(reader, "subjects_from", ""),
        )
        (made / _TEXTS).write_text(json.dumps(asdict(texts)), encoding="utf-8")
        if not folder.exists():  # another process may have been faster
            made.rename(folder)


def _load(folder: Path) -> Faces:
    texts = read_json(folder / _TEXTS, _Texts, most_bytes=_MOST_TEXT_BYTES, has_odd_names=True)
    arrays = read_arrays(folder / _ARRAYS)
    if {len(array) for array in arrays.values()} != {len(texts.names)}:
        raise ValueError(f"{folder} is inconsistent")
    return Faces(
        images=_map_images(folder / _IMAGES, texts.shape, colorful=texts.colorful),
        label=arrays["label"],
        label_names=texts.label_names,
        split=arrays["split"],
        copies=arrays["copies"],
        names=texts.names,
        subjects=texts.subjects,
        skipped=tuple(Skipped(*row) for row in texts.skipped),
        key=folder.name,
        sizes=arrays["sizes"],
        layout=texts.layout,
        why=texts.why,
        notes=texts.notes,
        subjects_from=texts.subjects_from,
    )


def _map_images(path: Path, shape: tuple[int, ...], *, colorful: bool) -> NDArray[np.uint8]:
    if path.stat().st_size != math.prod(shape):
        raise ValueError(f"{path} contains something else")
    if shape[0] == 0:  # an empty file cannot be mapped
        return np.zeros(shape, np.uint8)
    images = np.memmap(path, np.uint8, mode="r", shape=shape)
    # A model that learned from gray images must be shown gray ones later on.
    return images if colorful else images[..., :1]
