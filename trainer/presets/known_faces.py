"""The fingerprints of the faces that a model learned from, in a file of its folder.

``faces.bin`` is a header (``_HEADER``) and then the fingerprints, 64-bit words of the least
significant byte first: those of the faces that were learned from, then those by which the best
epoch was chosen. Both hold the faces of the model that a training began with, and of its teacher.
The checksum stands in ``preset.json``.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trainer.config import TrainConfig
from trainer.contract.checked_json import JsonError, read_bounded
from trainer.contract.preset import (
    FACES,
    FACES_FILE,
    MOST_FACES_BYTES,
    ModelFile,
    PresetError,
    file_sha256,
    read_preset,
    read_verified,
    update_preset,
)
from trainer.contract.whole_file import replacing
from trainer.data.dataset import Dataset
from trainer.data.fingerprints import WORDS, Prints, fingerprints, known_pictures, no_prints
from trainer.errors import RunError

_HEADER: Final = struct.Struct("<8sHHHHII")
_MAGIC: Final = b"FERFACES"
_VERSION: Final = 1


@dataclass(frozen=True, eq=False)
class KnownFaces:
    """Faces that a model, or one that it began with, has seen.

    Attributes:
        learned: fingerprints of the faces that it was trained on.
        chosen: of those by which its best epoch was chosen.
        is_complete: whether these are all; a model that it began with may not have said which
            faces it learned from.
    """

    learned: Prints
    chosen: Prints
    is_complete: bool = True

    def __len__(self) -> int:
        return len(self.learned) + len(self.chosen)

    def shown(self, dataset: Dataset, rows: NDArray[np.int64], split: str) -> NDArray[np.bool_]:
        """Return which rows of a dataset show such a face.

        Args:
            split: what the rows are; those by which a best epoch is chosen are compared with what
                was trained on only.
        """
        all_of_them = split != "validation"
        known = np.concatenate([self.learned, self.chosen]) if all_of_them else self.learned
        return known_pictures(dataset.images, rows, known)


def faces_of(dataset: Dataset) -> KnownFaces:
    """Return the faces that a model learns from that is trained on a dataset."""
    return KnownFaces(
        learned=fingerprints(dataset.images, dataset.rows("train")),
        chosen=fingerprints(dataset.images, dataset.rows("validation")),
    )


def run_faces(run_folder: Path, config: TrainConfig, dataset: Dataset) -> KnownFaces:
    """Return the faces that a run learns from: those it noted when it began, or may note now.

    Args:
        run_folder: of the run.
        config: names the models that it began with and was taught by, which may be gone.
        dataset: the faces that it is trained on.

    Raises:
        RunError: if a file of fingerprints is damaged.
    """
    noted = read_faces_file(run_folder)
    if noted is not None:
        return noted
    parts: list[KnownFaces | None] = [faces_of(dataset)]
    for model in (config.start, config.teacher):
        if model is not None:
            parts.append(read_known_faces(model) if model.exists() else None)
    if Path(config.weights).is_file():
        parts.append(None)  # weights alone do not say what they come from
    return joined(parts)


def joined(parts: Iterable[KnownFaces | None]) -> KnownFaces:
    """Return the faces of several models, each once; it is not complete where one of them is None.

    Faces that one of them learned from are not among those by which an epoch was chosen.
    """
    parts = list(parts)
    given = [part for part in parts if part is not None]
    learned = _distinct([part.learned for part in given])
    chosen = _distinct([part.chosen for part in given])
    return KnownFaces(
        learned=learned,
        chosen=_without(chosen, learned),
        is_complete=len(given) == len(parts) and all(part.is_complete for part in given),
    )


def read_known_faces(folder: Path) -> KnownFaces | None:
    """Return the faces that a model says it learned from, None where it says nothing.

    Raises:
        RunError: if it is no model folder, or the file is damaged.
    """
    try:
        entry = read_preset(folder).files.get(FACES)
        if entry is None:
            return None
        return from_bytes(read_verified(folder, entry, MOST_FACES_BYTES))
    except PresetError as error:
        raise RunError(
            f"{error}.", hint=f"`fer-train fingerprint {folder} --data ...` writes it anew."
        ) from error


@dataclass(frozen=True, eq=False)
class Knower:
    """Models that learned from the same faces.

    Attributes:
        names: theirs.
    """

    names: tuple[str, ...]
    known: KnownFaces

    @property
    def prints(self) -> Prints:
        """The fingerprints of all of them."""
        return np.concatenate([self.known.learned, self.known.chosen])


def knowers(folders: Iterable[Path]) -> list[Knower]:
    """Return which faces models say they learned from; those that say nothing are left out.

    Args:
        folders: of the models; damaged ones are left out too.
    """
    found: dict[bytes, Knower] = {}
    for folder in folders:
        known, _ = known_or_why_not(folder)
        if known is None or not len(known):
            continue
        content = to_bytes(known)
        names = found[content].names if content in found else ()
        found[content] = Knower((*names, folder.name), known)
    return list(found.values())


def known_or_why_not(folder: Path) -> tuple[KnownFaces | None, str]:
    """Return the faces that a model says it learned from; None, and why, where it cannot tell."""
    try:
        known = read_known_faces(folder)
    except RunError as error:
        return None, error.message.rstrip(".")
    if known is None:
        return None, "its folder has no fingerprints of them, which `fer-train fingerprint` adds"
    return known, ""


def read_faces_file(folder: Path) -> KnownFaces | None:
    """Return the faces that a run noted when it began, None where it did not.

    Raises:
        RunError: if the file is damaged.
    """
    path = folder / FACES_FILE
    try:
        return from_bytes(read_bounded(path, MOST_FACES_BYTES))
    except FileNotFoundError:
        return None
    except (OSError, JsonError, PresetError) as error:
        raise RunError(f"{path} cannot be read: {error}.", hint="Train the model again.") from error


def write_faces_file(folder: Path, known: KnownFaces) -> ModelFile:
    """Write the file into a folder, and return what a preset says of it.

    Raises:
        OSError: if it cannot be written; the former one is kept.
    """
    with replacing(folder / FACES_FILE) as part:
        part.write_bytes(to_bytes(known))
    return ModelFile(FACES_FILE, file_sha256(folder / FACES_FILE))


def give_known_faces(folder: Path, known: KnownFaces | None) -> None:
    """Write the fingerprints into a model folder, or take them out of it for None.

    Raises:
        RunError: if it is no model folder, or cannot be written.
    """
    try:
        files = dict(read_preset(folder).files)
        files.pop(FACES, None)
        if known is not None:
            files[FACES] = write_faces_file(folder, known)
        update_preset(folder, files=files)
        if known is None:
            (folder / FACES_FILE).unlink(missing_ok=True)
    except PresetError as error:
        raise RunError(f"{error}.", hint="Give a model folder.") from error
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror or error}.") from error


def to_bytes(known: KnownFaces) -> bytes:
    """Return the content of ``faces.bin``."""
    counts = (len(known.learned), len(known.chosen))
    head = _HEADER.pack(_MAGIC, _VERSION, WORDS, int(known.is_complete), 0, *counts)
    return head + np.concatenate([known.learned, known.chosen]).astype("<u8").tobytes()


def from_bytes(content: bytes) -> KnownFaces:
    """Return what a ``faces.bin`` says.

    Raises:
        PresetError: if it is none, or another version wrote it.
    """
    if len(content) < _HEADER.size or not content.startswith(_MAGIC):
        raise PresetError(f"{FACES_FILE} holds no fingerprints")
    _, version, words, is_complete, _, learned, chosen = _HEADER.unpack_from(content)
    if (version, words) != (_VERSION, WORDS):
        raise PresetError(f"{FACES_FILE} is of another version than this one reads")
    if len(content) != _HEADER.size + 8 * WORDS * (learned + chosen):
        raise PresetError(f"{FACES_FILE} is cut off or too long")
    prints = np.frombuffer(content, "<u8", offset=_HEADER.size).astype(np.uint64)
    prints = prints.reshape(-1, WORDS)
    return KnownFaces(prints[:learned], prints[learned:], bool(is_complete))


def _distinct(parts: list[Prints]) -> Prints:
    return np.unique(np.concatenate([no_prints(), *parts]), axis=0)


def _without(prints: Prints, others: Prints) -> Prints:
    known = {row.tobytes() for row in others}
    return prints[[row.tobytes() not in known for row in prints]]
