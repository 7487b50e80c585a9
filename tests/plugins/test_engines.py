"""An engine from another package runs models when it is chosen, and its failures are told."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fer_desktop import cli
from fer_desktop.errors import ModelError
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.plugins import telling
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.engines.factory import load_engine, usable_choice
from fer_desktop.vision.engines.plugin_engines import engine_names
from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut
from trainer.contract.preset import read_preset

Install = Callable[..., None]

# It is sure of the first label, whatever it sees.
ENGINE = """
    import numpy as np

    class Abacus:
        name = "abacus"
        device = "a table of beads"

        def __init__(self, labels):
            self.labels = labels

        def predict(self, crops):
            return np.eye(self.labels, dtype=np.float32)[np.zeros(len(crops), int)]

        def close(self):
            pass

    def load(folder, preset, *, warm_up):
        assert (folder / "model.keras").is_file()
        return Abacus(len(preset.labels))
"""


def install_abacus(package: Install, former: str = "", latter: str = "") -> None:
    assert former in ENGINE
    source = ENGINE.replace(former, latter) if former else ENGINE
    package("beads", {"fer_desktop.engines": {"abacus": "beads:load"}}, {"beads": source})


def test_it_is_chosen_by_its_name_and_never_unasked(package: Install) -> None:
    install_abacus(package)
    assert engine_names() == ("auto", "litert", "litert-int8", "keras", "abacus")
    folder = resolve_model("")
    preset = read_preset(folder)
    engine = load_engine(folder, preset, "abacus")
    answer = engine.predict(np.zeros((2, preset.input_size_px, preset.input_size_px, 1), np.uint8))
    assert answer[:, 0].tolist() == [1, 1]
    assert (engine.name, engine.device) == ("abacus", "a table of beads")
    engine.close()
    assert usable_choice("abacus") == "abacus"
    unasked = load_engine(folder, preset)
    unasked.close()
    assert unasked.name != "abacus"


def test_analyze_runs_it_and_says_so(package: Install, tmp_path: Path) -> None:
    install_abacus(package)
    clip = write_clip(tmp_path / "a.mp4", [astronaut()] * 2)
    words = ["analyze", str(clip), "--out", str(tmp_path / "out"), "--engine", "abacus"]
    assert cli.main(words, lambda _: 1) == 0
    meta = json.loads((tmp_path / "out" / "a.meta.json").read_text())
    assert (meta["engine"], meta["device"]) == ("abacus", "a table of beads")
    rows = (tmp_path / "out" / "a.csv").read_text().splitlines()
    assert rows[1].split(",")[9] == meta["labels"][0]


@pytest.mark.parametrize(
    ("former", "latter", "reason"),
    [
        ("return Abacus(len(preset.labels))", "return None", "must be an Engine, and is of type N"),
        ("return Abacus(len(preset.labels))", "return Abacus(2)", "it answers with "),
        ("assert (folder", "1 / 0; assert (folder", "ZeroDivisionError"),
        ("return np.eye", "raise MemoryError; np.eye", "MemoryError"),
        ("def load(folder, preset, *, warm_up)", "def load(folder)", "TypeError"),
    ],
)
def test_what_goes_wrong_in_it_is_told_with_its_package(
    package: Install, former: str, latter: str, reason: str
) -> None:
    install_abacus(package, former, latter)
    with pytest.raises(ModelError, match=reason) as caught:
        ModelClassifier.load(resolve_model(""), engine="abacus")
    assert "The engine abacus of the package beads 1.0" in caught.value.message
    assert caught.value.hint == "Choose another engine."


def test_one_that_is_not_there_any_more_is_replaced_and_told_of(package: Install) -> None:
    told: list[str] = []
    with telling(told.append):
        assert usable_choice("abacus") == "auto"
    assert told == ["The engine 'abacus' from the settings cannot be used: the quickest is."]
    with pytest.raises(ModelError, match="There is no engine 'abacus'"):
        ModelClassifier.load(resolve_model(""), engine="abacus")


def test_one_that_cannot_be_imported_is_told_of_on_standard_error(
    package: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package("beads", {"fer_desktop.engines": {"abacus": "no_beads:load"}}, {})
    clip = write_clip(tmp_path / "a.mp4", [astronaut()])
    words = ["analyze", str(clip), "--out", str(tmp_path / "out"), "--engine", "abacus"]
    assert cli.main(words, lambda _: 1) == 1
    left_out, refusal = capsys.readouterr().err.splitlines()
    assert left_out.startswith("fer-desktop: The extension 'abacus' (fer_desktop.engines) of the ")
    assert "No module named 'no_beads'" in left_out
    assert refusal.startswith("fer-desktop: There is no engine 'abacus'")


def test_the_name_of_one_of_ours_stays_ours(package: Install) -> None:
    package("beads", {"fer_desktop.engines": {"litert": "no_beads:load"}}, {})
    told: list[str] = []
    with telling(told.append):
        assert engine_names() == ("auto", "litert", "litert-int8", "keras")
    assert "its name is taken by one that comes with the program" in told[0]
