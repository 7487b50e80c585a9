"""A network from one's own file is built, and refused in one line where it cannot be."""

from pathlib import Path

import pytest

from trainer.config import TrainConfig
from trainer.errors import UnknownSystemError
from trainer.systems import own_file
from trainer.systems.catalogue import get_system, system_of
from trainer.systems.own_file import allow

NET = """
from keras import layers

def build(pixels, labels):
    x = layers.Conv2D(4, 3, strides=2, activation="relu")(pixels)
    return layers.Dense(labels)(layers.GlobalAveragePooling2D()(x))

def wrong(pixels, labels):
    return layers.Dense(labels + 1)(layers.Flatten()(pixels))

def fails(pixels, labels):
    raise RuntimeError("no idea")

number = 3
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a file with networks."""
    monkeypatch.setattr(own_file, "_allowed", set())
    monkeypatch.setattr(own_file, "_loaded", {})
    path = tmp_path / "my net.py"
    path.write_text(NET)
    return path


def test_a_function_is_a_system(net: Path) -> None:
    allow(f"{net}:build")
    network = get_system(f"{net}:build").build(("happy", "sad"))
    assert network.output_shape == (None, 2)
    assert network.name == "my_net.py_build"


def test_a_file_that_only_a_run_names_is_not_run(net: Path) -> None:
    net.write_text("raise SystemExit('it was run')")
    with pytest.raises(UnknownSystemError, match=r"run only where you name it.*--system"):
        get_system(f"{net}:build")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("missing", "has no function missing"),
        ("number", "has no function number"),
        ("wrong", r"returns \(None, 3\).*shape \(faces, 2\)"),
        ("fails", "fails: RuntimeError: no idea"),
    ],
)
def test_what_cannot_be_built_is_one_line(net: Path, function: str, message: str) -> None:
    allow(f"{net}:{function}")
    with pytest.raises(UnknownSystemError, match=message) as caught:
        get_system(f"{net}:{function}").build(("happy", "sad"))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_python_is_told(net: Path) -> None:
    allow(f"{net.parent}/no.py:build")
    with pytest.raises(UnknownSystemError, match="there is no file"):
        get_system(f"{net.parent}/no.py:build")
    net.write_text("def build(:")
    allow(f"{net}:build")
    with pytest.raises(UnknownSystemError, match="cannot be loaded: SyntaxError"):
        get_system(f"{net}:build")


def test_a_run_can_have_another_input() -> None:
    def config(system: str) -> TrainConfig:
        return TrainConfig(system=system, data=Path("d"), out=Path("o"), input_px=96, color="rgb")

    system = system_of(config("study_a_cnn_1"))
    assert system.build(("happy", "sad")).input_shape == (None, 96, 96, 3)
    with pytest.raises(UnknownSystemError, match="its input stays as it is"):
        system_of(config("study_e_stacking"))
