"""Whatever says how accurate a model is says it of people it has never seen as well."""

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from fer_desktop import paths
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.ui.dialogs.about_dialogs import model_text
from fer_desktop.ui.look.model_facts import read_model_facts
from fer_desktop.ui.viewer.welcome_page import WelcomeText
from tests.helpers.fakes import fake_preset

METRICS: dict[str, Any] = {
    "data": "FER2013",
    "n": 100,
    "accuracy": 0.8,
    "per_label": {"happy": {"recall": 0.9}, "sad": {"recall": 0.7}},
    "sets": {
        "sets": [{"name": "press", "n": 1200}, {"name": "films", "n": 34}],
        "mean_balanced_accuracy": 0.51,
        "mean_balanced_accuracy_interval_95": [0.48, 0.545],
        "lowest_recall": {"label": "sad", "recall": 0.2},
    },
}


def write(folder: Path, **changes: Any) -> None:
    (folder / "metrics.json").write_text(json.dumps(METRICS | changes), encoding="utf-8")


def test_the_figures_on_other_collections_follow_those_on_its_own(tmp_path: Path) -> None:
    write(tmp_path)
    facts = read_model_facts(tmp_path)
    assert facts is not None
    assert facts.sentence() == (
        "On 100 test faces (FER2013) it agrees with the label that people gave in 80 % of cases. "
        "Lowest recall: sad, 70 %. On 1,234 faces from 2 other collections it reaches 51 %, with "
        "every expression counted equally (95 % interval 48 to 55 %). Lowest recall: sad, 20 %."
    )
    assert facts.unseen_text() == "51.0 % (48.0 to 54.5)"
    assert "51 %" in model_text(fake_preset(), tmp_path, "CPU")


def test_it_is_said_where_the_collections_have_chosen_the_model(tmp_path: Path) -> None:
    write(tmp_path, unsure={"confidence": 0.6, "sets": ["films"]})
    facts = read_model_facts(tmp_path)
    assert facts is not None
    assert facts.sentence().endswith(
        "It was chosen using these faces: expect slightly less on yours."
    )


def test_a_model_without_them_is_told_by_its_own_alone(tmp_path: Path) -> None:
    write(tmp_path, sets=None)
    facts = read_model_facts(tmp_path)
    assert facts is not None
    assert facts.unseen_text() == ""
    assert "collections" not in facts.sentence()


@pytest.mark.parametrize(
    "sets", [{}, {"sets": [], "mean_balanced_accuracy": 0.5}, METRICS["sets"] | {"sets": [{}]}]
)
def test_figures_that_cannot_be_are_left_out(tmp_path: Path, sets: dict[str, Any]) -> None:
    write(tmp_path, sets=sets)
    assert read_model_facts(tmp_path) is None


@pytest.mark.parametrize("folder", sorted(paths.bundled_models_dir().iterdir()), ids=str)
def test_every_shipped_model_was_measured_on_strangers(folder: Path) -> None:
    facts = read_model_facts(folder)
    assert facts is not None
    assert facts.unseen is not None
    assert facts.unseen.interval is not None


def test_the_readme_begins_with_the_figures_of_the_default() -> None:
    facts = read_model_facts(resolve_model(""))
    assert facts is not None
    assert facts.unseen is not None
    assert facts.unseen.interval is not None
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    beginning = " ".join(readme.partition("\n## Install")[0].split())
    low, high = (round(100 * bound) for bound in facts.unseen.interval)
    assert f"in {round(100 * facts.accuracy)} % of cases" in beginning
    assert (
        f"balanced accuracy is {round(100 * facts.unseen.accuracy)} % (95 % interval {low} to"
        f" {high} %)" in beginning
    )


@pytest.mark.usefixtures("qapp")
def test_the_first_page_has_room_for_both() -> None:
    facts = read_model_facts(resolve_model(""))
    assert facts is not None
    assert facts.unseen is not None
    text = WelcomeText(facts.sentence())
    assert any(facts.unseen.sentence() in label.text() for label in text.findChildren(QLabel))
