"""Datasets as they are published, as small as can be."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.trainer.conftest import face
from trainer.config import DataSource
from trainer.data.dataset import SPLITS
from trainer.data.faces import Faces
from trainer.data.readers import load_dataset, read_faces

SIDE = 16


def put(path: Path, seed: int = 0, label: int = 0, side: int = SIDE) -> Path:
    """Write a face; every seed gives another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(face(label, seed, side=side)).save(path)
    return path


def read(path: Path, label_map: str = "", subject_pattern: str = "") -> Faces:
    """Return the faces of a dataset."""
    source = DataSource(path=path, label_map=label_map, subject_pattern=subject_pattern)
    return read_faces(source, size_px=SIDE)


def counts(path: Path, label_map: str = "") -> dict[str, dict[str, int]]:
    """Return the number of faces of each split and label, those that are there."""
    source = DataSource(path=path, label_map=label_map)
    dataset = load_dataset(source, size_px=SIDE)
    found: dict[str, dict[str, int]] = {}
    for split in SPLITS:
        numbers = np.bincount(dataset.truth(dataset.rows(split)), minlength=len(dataset.labels))
        named = zip(dataset.labels, numbers.tolist(), strict=True)
        found[split] = {name: number for name, number in named if number}
    return found


def labels_of(faces: Faces) -> dict[str, int]:
    """Return the number of faces of each label."""
    numbers = np.bincount(faces.label[faces.label >= 0], minlength=len(faces.label_names))
    return {name: n for name, n in zip(faces.label_names, numbers.tolist(), strict=True) if n}


def reasons(faces: Faces) -> dict[str, str]:
    """Return why pictures could not be used."""
    return {row.name: row.reason for row in faces.skipped}
