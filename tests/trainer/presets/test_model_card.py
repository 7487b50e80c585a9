"""A card is made from what stands in the model's folder, and from nothing else."""

import json
import shutil
from pathlib import Path

import pytest

from trainer.cli import main
from trainer.contract.preset import CARD_FILE, LITERT_INT8_FILE, METRICS_FILE, PRESET_FILE

MODELS = sorted((Path(__file__).resolve().parents[3] / "models").iterdir())


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.name)
def test_a_shipped_card_says_what_its_figures_say(model: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(model, tmp_path / model.name))
    (folder / CARD_FILE).unlink()
    assert main(["card", str(folder)]) == 0
    card = (folder / CARD_FILE).read_text()
    assert card == (model / CARD_FILE).read_text()
    assert (LITERT_INT8_FILE in card) == (model / LITERT_INT8_FILE).is_file()


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ("{}", "lacks figures that a model card needs"),
        ("[1]", "lacks figures that a model card needs"),
        ("{", "lacks figures that a model card needs"),
        (None, "metrics.json cannot be read"),
    ],
)
def test_figures_that_do_not_suffice_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], metrics: str | None, message: str
) -> None:
    folder = Path(shutil.copytree(MODELS[0], tmp_path / "model"))
    if metrics is None:
        (folder / METRICS_FILE).unlink()
    else:
        (folder / METRICS_FILE).write_text(metrics)
    assert main(["card", str(folder)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert (folder / CARD_FILE).read_text() == (MODELS[0] / CARD_FILE).read_text()


def test_a_folder_that_is_no_model_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["card", str(tmp_path)]) == 1
    assert f"lacks {PRESET_FILE}" in capsys.readouterr().err


def test_a_sentence_about_the_training_is_a_point_of_its_own(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS[0], tmp_path / "model"))
    metrics = json.loads((folder / METRICS_FILE).read_text())
    metrics["provenance"]["training"] = ["Short.", "word " * 40 + "end."]
    (folder / METRICS_FILE).write_text(json.dumps(metrics))
    assert main(["card", str(folder)]) == 0
    card = (folder / CARD_FILE).read_text()
    lines = card[card.index("## Training") : card.index("```")].split("\n- ")[1:]
    assert lines[0] == "Short."
    assert lines[1].startswith("word word")
    assert "\n  word" in lines[1]
    assert lines[1].strip().endswith("end.")
