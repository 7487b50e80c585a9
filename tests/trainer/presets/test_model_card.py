"""Model cards: the shipped ones are what their folders say."""

import shutil
from pathlib import Path

import pytest

from trainer.contract.preset import CARD_FILE, METRICS_FILE, PRESET_FILE, read_preset
from trainer.presets.model_card import write_card

pytestmark = pytest.mark.unit

MODELS = sorted(
    path.parent for path in (Path(__file__).parents[3] / "models").glob("*/preset.json")
)


@pytest.mark.parametrize("folder", MODELS, ids=lambda folder: folder.name)
def test_the_shipped_card_is_made_from_its_folder(folder: Path, tmp_path: Path) -> None:
    for name in (PRESET_FILE, METRICS_FILE):
        shutil.copy(folder / name, tmp_path)
    card = write_card(tmp_path).read_text(encoding="utf-8")
    assert card == (folder / CARD_FILE).read_text(encoding="utf-8")
    named = {file.file for file in read_preset(folder).files.values()}
    assert ("`model.int8.tflite`" in card) == ("model.int8.tflite" in named)
