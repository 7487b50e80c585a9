"""A tiny dataset of real pictures, and systems small enough to train within a test."""

import csv
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray
from PIL import Image

from tests.helpers.data import astronaut
from trainer.config import NO_AUGMENTATION, Recipe
from trainer.data.cache_room import CACHE_VARIABLE
from trainer.errors import RunError
from trainer.presets import folder_writing
from trainer.systems import catalogue
from trainer.systems.blocks import Tensor
from trainer.systems.system import Combination, System

SIDE = 16
TINY_RECIPE = Recipe(
    optimizer="adam",
    learning_rate=0.01,
    schedule="constant",
    batch_size=8,
    epochs=2,
    label_smoothing=0.0,
    augmentation=NO_AUGMENTATION,
)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep decoded test datasets out of the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session", autouse=True)
def plain_graphs() -> None:
    """Do not optimize TensorFlow's graphs, which takes longer than networks of tests run for."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


@pytest.fixture(autouse=True)
def no_conversion(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Leave out the file for LiteRT, seconds of work, where a test does not ask for it."""
    if "conversion" not in request.keywords:
        monkeypatch.setattr(folder_writing, "add_litert", _not_converted)


def _not_converted(*_: object, **__: object) -> None:
    raise RunError("left out of this test")


def face(label: int, seed: int, side: int = SIDE) -> NDArray[np.uint8]:
    """Return a portrait of which the label decides the bright corner, shape (side, side)."""
    random = np.random.default_rng([label, seed])
    whole = Image.fromarray(astronaut()[60:180, 165:285]).convert("L").resize((side, side))
    picture = np.asarray(whole, np.float64) * 0.5 + random.normal(0, 6, (side, side))
    half = side // 2
    down, right = divmod(label % 4, 2)
    picture[down * half : (down + 1) * half, right * half : (right + 1) * half] += 110
    return picture.clip(0, 255).astype(np.uint8)


def write_csv(path: Path, rows: list[tuple[int, NDArray[np.uint8], str]]) -> Path:
    """Write rows of label, face and usage in the competition's form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("emotion", "pixels", "Usage"))
        for label, pixels, usage in rows:
            writer.writerow((label, " ".join(map(str, pixels.ravel())), usage))
    return path


@pytest.fixture
def faces_csv(tmp_path: Path) -> Path:
    """Write three labels (angry, disgust, fear) with 8 training and 4 faces for each test split."""
    usages = ["Training"] * 8 + ["PublicTest"] * 4 + ["PrivateTest"] * 4
    rows = [
        (label, face(label, seed), usage) for seed, usage in enumerate(usages) for label in range(3)
    ]
    return write_csv(tmp_path / "fer2013.csv", rows)


FolderMaker = Callable[..., Path]


@pytest.fixture
def face_folder(tmp_path: Path) -> FolderMaker:
    """Return a function that writes a folder of faces per label."""

    def make(*labels: str, count: int = 4, below: str = "") -> Path:
        root = tmp_path / "faces"
        for at, label in enumerate(labels):
            folder = root / below / label
            folder.mkdir(parents=True)
            for seed in range(count):
                Image.fromarray(face(at, seed + 100 * len(below))).save(folder / f"{seed}.png")
        return root

    return make


def _tiny(x: Tensor, labels: int) -> Tensor:
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Flatten()(layers.BatchNormalization()(x))
    return layers.Dense(labels)(layers.Dropout(0.1)(layers.BatchNormalization()(x)))


@pytest.fixture
def tiny_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add ``tiny``, ``tiny_average`` and ``tiny_stacking`` for the length of a test."""
    known = catalogue._own()

    def add(name: str, labels: str, combination: Combination | None = None) -> System:
        known[name] = System(
            name=name,
            study="ours",
            title=name,
            layers="a few",
            labels=labels,
            body=None if combination else _tiny,
            combination=combination,
            size_px=SIDE,
            recipe=TINY_RECIPE,
        )
        return known[name]

    labels = ("angry", "disgust", "fear")
    tiny = add("tiny", ",".join(labels))
    singles = tuple(add(f"tiny_{label}", f"{label},rest") for label in labels)
    average = Combination(members=(*singles, tiny), how="average")
    add("tiny_average", ",".join(labels), average)
    add("tiny_stacking", ",".join(labels), Combination(members=singles, how="stacking"))
    monkeypatch.setattr(catalogue, "_own", lambda: known)
