"""A model that would fill the memory, or hides a program, is refused before it is built."""

import json
import shutil
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras.src.backend.common import global_state

from tests.helpers.models import (
    describe_network,
    described,
    make_model_folder,
    write_preset,
)
from trainer.contract import keras_archive
from trainer.contract.keras_archive import count_parameters
from trainer.contract.network import load_network
from trainer.contract.preset import MODEL_FILE, PresetError, read_preset

LABELS = ("happy", "sad")
SIDE = 16
CONFIG, WEIGHTS = "config.json", "model.weights.h5"

Config = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(tmp_path_factory.mktemp("made") / "model", LABELS, size_px=SIDE)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "model"))


@pytest.fixture
def never_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a network is built with its numbers."""

    def build(*_: object, **__: object) -> None:
        pytest.fail("the network was built")

    monkeypatch.setattr(keras.models, "load_model", build)


def members(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / MODEL_FILE) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_members(folder: Path, contents: dict[str, bytes]) -> None:
    with zipfile.ZipFile(folder / MODEL_FILE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


layers = keras.layers


def to_labels() -> list[Any]:
    return [layers.GlobalMaxPooling2D(), layers.Dense(2, activation="softmax")]


def network(*inside: Any, side: int = SIDE) -> Any:
    return keras.Sequential([keras.Input((side, side, 1)), *inside])


def enlarging_again_and_again() -> Any:
    """Return a network that calls one layer often: small at first, enormous at last."""
    enlarge = layers.UpSampling2D(2)
    pixels = answer = keras.Input((SIDE, SIDE, 1))
    for layer in (*[enlarge] * 14, *to_labels()):
        answer = layer(answer)
    return keras.Model(pixels, answer)


def open_on_a_large_picture() -> Any:
    inner = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(512, 1)])
    return network(layers.UpSampling2D(100), inner, *to_labels())


BOMBS: dict[str, tuple[Callable[[], Any], str]] = {
    "a wide layer": (lambda: network(layers.Dense(10**9), *to_labels()), "parameters"),
    "a layer wider than any": (lambda: network(layers.Dense(10**15), *to_labels()), "parameters"),
    "many filters": (lambda: network(layers.Conv2D(10**8, 3), *to_labels()), "parameters"),
    "a large kernel": (
        lambda: network(layers.Conv2D(8, 20_000, padding="same"), *to_labels()),
        "parameters",
    ),
    "a large table": (
        lambda: network(layers.Flatten(), layers.Embedding(10**9, 8), layers.Flatten()),
        "parameters",
    ),
    "many wide layers": (
        lambda: network(*(layers.Dense(5_000) for _ in range(10)), *to_labels()),
        "parameters",
    ),
    "an enlarged picture": (
        lambda: network(layers.UpSampling2D(10_000), *to_labels()),
        "up_sampling2d",
    ),
    "a padded picture": (
        lambda: network(layers.ZeroPadding2D(100_000), *to_labels()),
        "zero_padding2d",
    ),
    "a resized picture": (
        lambda: network(layers.Resizing(50_000, 50_000), *to_labels()),
        "resizing",
    ),
    "a repeated row": (
        lambda: network(layers.Flatten(), layers.RepeatVector(10**7), layers.Flatten()),
        "repeat_vector",
    ),
    "a layer called again": (enlarging_again_and_again, "up_sampling2d"),
    "an open network": (open_on_a_large_picture, "conv2d"),
    "minutes of work": (
        lambda: network(
            layers.UpSampling2D(16), layers.Conv2D(100, 251, padding="same"), *to_labels()
        ),
        "minutes",
    ),
    "sound": (layers.MelSpectrogram, "for audio"),
    "a program": (lambda: layers.Lambda(lambda x: x), "can hide code"),
    "a file": (layers.StringLookup, "can hide code"),
    "an unrolled layer": (lambda: layers.LSTM(4, unroll=True), "unrolled"),
    "a layer alone": (lambda: layers.Dense(2), "contains no network"),
    "an unbuilt network": (lambda: keras.Sequential([layers.Dense(2)]), "cannot be loaded"),
    "another input": (
        lambda: network(*to_labels(), side=8),
        "expects input of shape (None, 8, 8, 1)",
    ),
    "more labels": (
        lambda: network(layers.Flatten(), layers.Dense(9)),
        "its preset names 2 labels",
    ),
}


def assert_refused(folder: Path, word: str) -> None:
    with pytest.raises(PresetError) as caught:
        load_network(folder, read_preset(folder), keras)
    assert word in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(("bomb", "word"), BOMBS.values(), ids=BOMBS)
def test_a_network_that_would_do_harm_is_not_built(
    folder: Path, never_built: None, bomb: Callable[[], Any], word: str
) -> None:
    describe_network(folder, described(bomb))
    assert_refused(folder, word)


def wrapped(depth: int, times: int) -> Config:
    """Return a network in a network and so on, each of which calls the next one some times."""

    def build() -> Any:
        network: Any = layers.ReLU()
        for _ in range(2):
            pixels = answer = keras.Input((SIDE, SIDE, 1))
            for _ in range(times):
                answer = network(answer)
            network = keras.Model(pixels, answer)
        return network

    def around(inner: Config) -> Config:
        outer: Config = json.loads(text)
        place = outer["config"]["layers"][1]
        outer["config"]["layers"][1] = {
            **inner,
            "name": place["name"],
            "inbound_nodes": place["inbound_nodes"],
        }
        return outer

    text = json.dumps(described(build))
    config: Config = json.loads(text)
    for _ in range(depth):
        config = around(config)
    return config


def with_units(units: object) -> Config:
    config = described(lambda: network(*to_labels()))
    config["config"]["layers"][-1]["config"]["units"] = units
    del config["config"]["layers"][-1]["build_config"]
    return config


ODD: dict[str, tuple[Callable[[], Config], str]] = {
    "400 digits": (lambda: with_units(10**400), "a number in it is too large"),
    "infinitely many": (lambda: with_units(float("inf")), "not JSON"),
    "text for a number": (lambda: with_units("many"), "cannot be loaded"),
    "none": (lambda: with_units(None), "cannot be loaded"),
    "networks in networks": (lambda: wrapped(12, 2), "layers, more than a model can have"),
    "deep networks": (lambda: wrapped(40, 1), "nested too deeply"),
    "thousands of layers": (
        lambda: {
            "class_name": "Sequential",
            "config": {"layers": [{"class_name": "ReLU", "inbound_nodes": []}] * 6_000},
        },
        "6,000 layers",
    ),
    "half a network": (lambda: {"class_name": "Sequential"}, "contains no network"),
    "another module": (
        lambda: {"module": "os", "class_name": "system", "config": "true"},
        "cannot be loaded",
    ),
}


@pytest.mark.parametrize(("config", "word"), ODD.values(), ids=ODD)
def test_a_description_that_cannot_be_is_refused(
    folder: Path, never_built: None, config: Callable[[], Config], word: str
) -> None:
    describe_network(folder, config())
    assert_refused(folder, word)


def test_a_refused_network_gets_no_numbers_later(folder: Path) -> None:
    """Keras gives variables their numbers at the next opportunity: there must be none."""
    describe_network(folder, described(lambda: network(layers.Dense(10**9), *to_labels())))
    assert_refused(folder, "parameters")
    assert not global_state.get_global_attribute("uninitialized_variables")


@pytest.mark.parametrize(
    ("contents", "word"),
    [
        ({CONFIG: b" " * (64 << 20)}, "its config.json would be 67 MB"),
        ({"metadata.json": b" " * (1 << 20)}, "its metadata.json would be 1 MB"),
        ({"assets/zeros": b"0"}, "it also contains 'assets/zeros'"),
        ({"../evil\n": b"0"}, "it also contains '../evil'"),
        ({WEIGHTS: bytes(80 << 20)}, "its model.weights.h5 would be 84 MB"),
        ({WEIGHTS: b"nonsense"}, "damaged"),
        ({CONFIG: b"nonsense"}, "not JSON"),
        ({CONFIG: b"\xff"}, "not JSON"),
        ({CONFIG: b'{"a": ' * 100_000}, "nested too deeply"),
        ({CONFIG: b'{"a": NaN}'}, "not JSON"),
        ({CONFIG: b'{"a": ' + b"9" * 5_000 + b"}"}, "out of range"),
        ({CONFIG: b"[]"}, "expected an object"),
        ({CONFIG: b"{}"}, "contains no network"),
    ],
    ids=range(13),
)
def test_a_file_that_would_fill_the_memory_is_not_unpacked(
    folder: Path, never_built: None, contents: dict[str, bytes], word: str
) -> None:
    write_members(folder, {**members(folder), **contents})
    assert_refused(folder, word)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("damage", ["twice", "missing", "packed", "protected", "cut", "no zip"])
def test_an_odd_archive_is_refused(folder: Path, never_built: None, damage: str) -> None:
    file, contents = folder / MODEL_FILE, members(folder)
    match damage:
        case "twice":
            with zipfile.ZipFile(file, "a") as archive:
                archive.writestr(CONFIG, "{}")
        case "missing":
            write_members(folder, {CONFIG: contents[CONFIG]})
        case "packed":
            with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
                for name, content in contents.items():
                    archive.writestr(name, content)
        case "protected":
            raw = bytearray(file.read_bytes())
            raw[raw.index(b"PK\x01\x02") + 8] |= 1
            file.write_bytes(raw)
        case "cut":
            file.write_bytes(file.read_bytes()[:-100])
        case "no zip":
            file.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(PresetError, match=r"refused|damaged"):
        load_network(folder, read_preset(folder), keras)


def h5(fill: Callable[[h5py.File], object]) -> bytes:
    content = BytesIO()
    with h5py.File(content, "w") as file:
        fill(file)
    return content.getvalue()


def declare(file: h5py.File) -> None:
    """Declare an array of 40 GB of which nothing is stored."""
    file.create_dataset("layers/dense/vars/0", (10**10,), "f4", chunks=(10**6,), compression=4)


def test_weights_that_are_larger_than_their_network_are_not_read(
    folder: Path, never_built: None
) -> None:
    write_members(folder, {**members(folder), WEIGHTS: h5(declare)})
    with pytest.raises(PresetError, match="larger than its network"):
        load_network(folder, read_preset(folder), keras)
    assert count_parameters(folder / MODEL_FILE) == 10**10


def test_weights_beside_their_arrays_are_not_read(folder: Path, never_built: None) -> None:
    with zipfile.ZipFile(folder / MODEL_FILE) as archive:
        config = archive.read(CONFIG)
    with zipfile.ZipFile(folder / MODEL_FILE, "w") as archive:
        archive.writestr(CONFIG, config)
        archive.writestr(WEIGHTS, bytes(34 << 20))
    with pytest.raises(PresetError, match="larger than its network"):
        load_network(folder, read_preset(folder), keras)


def test_an_endless_list_of_weights_is_not_read(
    folder: Path, never_built: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras_archive, "_MOST_ARRAYS", 3)
    with pytest.raises(PresetError, match="more than 3 arrays"):
        load_network(folder, read_preset(folder), keras)


def test_weights_of_another_network_are_refused(folder: Path) -> None:
    other = h5(lambda file: file.create_dataset("layers/dense/vars/0", data=np.zeros((3, 3))))
    write_members(folder, {**members(folder), WEIGHTS: other})
    with pytest.raises(PresetError, match="cannot be loaded"):
        load_network(folder, read_preset(folder), keras)


def nested(size: int | None) -> Any:
    pixels = keras.Input((size, size, 1))
    answer = layers.Rescaling(1 / 255, name="scale")(pixels)
    for _ in range(2):  # as in an ensemble, whose members name their layers alike
        inside = keras.Input((size, size, 1))
        scaled = layers.Rescaling(0.5, name="scale")(inside)
        convolved = layers.Conv2D(1, 3, padding="same", name="look")(scaled)
        answer = keras.Model(inside, convolved)(answer)
    inner = keras.Sequential([keras.Input((size, size, 1)), layers.Conv2D(4, 3)])
    for layer in (inner, layers.Normalization(), *to_labels()):
        answer = layer(answer)
    return keras.Model(pixels, answer)


@pytest.mark.parametrize("size", [SIDE, None], ids=["fixed", "open"])
def test_an_honest_network_is_loaded(folder: Path, size: int | None) -> None:
    network = nested(size)
    network.save(folder / MODEL_FILE)
    preset = write_preset(folder, LABELS, size_px=SIDE)
    loaded = load_network(folder, preset, keras)
    faces = np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE, 1)).astype("f4")
    np.testing.assert_allclose(
        loaded.predict_on_batch(faces), network.predict_on_batch(faces), rtol=1e-6
    )
    assert count_parameters(folder / MODEL_FILE) == network.count_params()
