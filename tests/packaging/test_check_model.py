import json
import shutil
from pathlib import Path

import pytest

from tests.helpers.brightness import write_set
from tests.packaging.conftest import Script
from trainer.contract.preset import CARD_FILE, METRICS_FILE

MODELS = Path(__file__).resolve().parents[2] / "models"
FACES = [("angry", "angry"), ("happy", "happy"), ("neutral", "happy"), ("wink", "happy")]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODELS / "fer7", tmp_path / "fer7"))


def test_sets_go_into_figures_and_card(
    script: Script, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = json.loads((model / METRICS_FILE).read_text())
    words = ["--model", model, "--framed", "1.16,0.075"]
    for name in ("one", "other"):
        words += ["--set", write_set(tmp_path / name, FACES)]
    script("check_model", *words, "--only-labels", "one=angry,happy")
    metrics = json.loads((model / METRICS_FILE).read_text())
    found = metrics.pop("sets")
    before.pop("sets", None)
    assert metrics == before
    assert [each["n"] for each in found["sets"]] == [2, 3]
    assert found["command"] == (
        "python packaging/check_model.py --model models/fer7 --set one --set other "
        "--only-labels one=angry,happy --framed 1.16,0.075"
    )
    card = (model / CARD_FILE).read_text()
    section = card[card.index("## On people that it has never seen") :]
    section = section[: section.index("\n## ")]
    assert section.strip() in capsys.readouterr().out
    assert found["command"] in section
    assert "Faces of labels that the model does not know are left out: wink (1)." in section
    assert "- Weakest label on people that it has never seen: " in card
    assert str(tmp_path) not in card


def test_figures_for_choices_on_the_way_are_only_printed(
    script: Script, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [(model / name).read_bytes() for name in (METRICS_FILE, CARD_FILE)]
    one = write_set(tmp_path / "one", FACES)
    script("check_model", "--model", model, "--set", one, "--split", "validation")
    assert "| one |" in capsys.readouterr().out
    assert before == [(model / name).read_bytes() for name in (METRICS_FILE, CARD_FILE)]
