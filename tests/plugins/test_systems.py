"""A network from another package is listed, built and trained like the trainer's own."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.cli import main
from trainer.data.faces import CACHE_VARIABLE
from trainer.errors import UnknownSystemError
from trainer.presets import folder_writing
from trainer.systems.catalogue import get_system, systems

Install = Callable[..., None]

NETWORK = """
    from trainer.config import NO_AUGMENTATION, Recipe
    from trainer.systems.system import System

    def body(x, labels):
        from keras import layers

        x = layers.Flatten()(layers.Conv2D(4, 3, strides=2, activation="relu")(x))
        return layers.Dense(labels)(x)

    tiny = System(
        name="tiny", study="elsewhere", title="A tiny network", layers="two", labels="angry,happy",
        body=body, size_px=16, recipe=Recipe(epochs=1, batch_size=8, augmentation=NO_AUGMENTATION),
    )
"""


@pytest.fixture
def faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return two folders of noise: one dark, one bright."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    random = np.random.default_rng(0)
    for at, label in enumerate(("angry", "happy")):
        folder = tmp_path / "faces" / label
        folder.mkdir(parents=True)
        for number in range(24):
            pixels = random.integers(at * 128, at * 128 + 128, (16, 16), np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    return tmp_path / "faces"


def test_it_is_listed_last_and_found_by_its_name(
    package: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    package("nets", {"trainer.systems": {"tiny": "nets:tiny"}}, {"nets": NETWORK})
    assert main(["systems", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed[-1]["name"], listed[-1]["study"]) == ("tiny", "elsewhere")
    assert get_system("tiny").build(("a", "b", "c")).output_shape == (None, 3)


def test_it_is_trained_and_exported(
    package: Install, faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        folder_writing, "add_litert", lambda *_, **__: None
    )  # seconds, tested elsewhere
    package("nets", {"trainer.systems": {"tiny": "nets:tiny"}}, {"nets": NETWORK})
    out = tmp_path / "run"
    words = ["train", "--system", "tiny", "--data", str(faces), "--out", str(out)]
    assert main(words) == 0
    (preset,) = out.rglob("preset.json")
    assert json.loads(preset.read_text())["system"] == "tiny"
    assert main([*words, "--resume"]) == 0


@pytest.mark.parametrize(
    ("former", "latter", "reason"),
    [
        ("tiny = System(", "tiny = dict(", "it must be a System, and is of type dict"),
        ('name="tiny"', 'name="huge"', "it calls itself 'huge': both names must be the same"),
        ("body=body,", "", "needs either a body or a combination"),
    ],
)
def test_what_is_no_system_is_left_out(
    package: Install,
    capsys: pytest.CaptureFixture[str],
    former: str,
    latter: str,
    reason: str,
) -> None:
    source = NETWORK.replace(former, latter)
    package("nets", {"trainer.systems": {"tiny": "nets:tiny"}}, {"nets": source})
    before = len(systems())
    assert main(["train", "--system", "tiny", "--data", "x", "--out", "y"]) == 1
    warning, refusal = capsys.readouterr().err.splitlines()
    assert reason in warning
    assert refusal.startswith("fer-train: there is no system 'tiny'.")
    assert len(systems()) == before


def test_a_name_of_ours_stays_ours(package: Install, capsys: pytest.CaptureFixture[str]) -> None:
    source = NETWORK.replace('"tiny"', '"study_d_cnn_1"')
    package("nets", {"trainer.systems": {"study_d_cnn_1": "nets:tiny"}}, {"nets": source})
    assert get_system("study_d_cnn_1").study == "D"
    assert [system.study for system in systems() if system.name == "study_d_cnn_1"] == ["D"]
    assert "is taken by one that comes with the program" in capsys.readouterr().err


def test_a_network_that_cannot_be_built_is_told_in_words(package: Install) -> None:
    source = NETWORK.replace("return layers.Dense(labels)(x)", "return x.no_such_thing")
    package("nets", {"trainer.systems": {"tiny": "nets:tiny"}}, {"nets": source})
    with pytest.raises(UnknownSystemError, match=r"tiny of the package nets 1\.0 cannot be built"):
        get_system("tiny").build(("a", "b"))
