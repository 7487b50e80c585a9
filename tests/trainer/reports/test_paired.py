import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.models import make_model_folder
from tests.trainer.conftest import FolderMaker, face
from trainer.config import DataSource
from trainer.reports.evaluation import evaluate_model, evaluation_as_text
from trainer.reports.paired import mcnemar, shared_labels

LABELS = ("angry", "disgust", "fear")


@pytest.mark.parametrize(
    ("only_own", "only_theirs", "p_value"),
    # Twice the tail of a fair coin: for 1 of 6, 2 (1 + 6) / 64.
    [(0, 0, 1.0), (3, 3, 1.0), (5, 1, 0.21875), (1, 5, 0.21875), (10, 0, 2 / 1024)],
)
def test_chance_is_judged_by_the_faces_on_which_two_models_differ(
    only_own: int, only_theirs: int, p_value: float
) -> None:
    own = np.array([True] * only_own + [False] * only_theirs + [True] * 50 + [False] * 7)
    theirs = np.array([False] * only_own + [True] * only_theirs + [True] * 50 + [False] * 7)
    assert mcnemar(own, theirs) == pytest.approx(p_value)


@pytest.mark.parametrize(
    ("own", "theirs", "shared"),
    [
        (("happy", "wink", "sad"), ("Sadness", "fear", "happiness"), ("happy", "sad")),
        (("happy", "rest"), ("sad", "happy", "rest"), ("happy",)),
        (("happy", "rest"), ("rest", "happy"), ("happy", "rest")),
    ],
)
def test_labels_are_shared_by_what_they_mean(
    own: tuple[str, ...], theirs: tuple[str, ...], shared: tuple[str, ...]
) -> None:
    assert shared_labels(own, theirs) == shared


@pytest.fixture
def faces(face_folder: FolderMaker) -> Path:
    return face_folder("anger", "disgust", "fear", "wink", count=6, below="test")


def test_two_models_are_compared_on_the_same_faces(faces: Path, tmp_path: Path) -> None:
    own = make_model_folder(tmp_path / "own", (*LABELS, "wink"))
    other = make_model_folder(tmp_path / "other", ("fear", "happy", "Angry"), size_px=32)
    figures = evaluate_model(own, DataSource(path=faces), against=other)
    against = figures["against"]
    assert figures["n"] == 24
    assert (against["name"], against["n"], against["labels"]) == ("other", 12, ["angry", "fear"])
    for key in ("", "own_"):
        low, high = against[f"{key}accuracy_interval_95"]
        assert 0 <= low <= against[f"{key}accuracy"] <= high <= 1
        assert np.sum(against[f"{key}confusion"]) == 12
        assert set(against[f"{key}per_label"]) == {"angry", "fear"}
    assert against["difference"] == against["own_accuracy"] - against["accuracy"]
    assert 0 < against["p_value"] <= 1
    text = evaluation_as_text(figures)
    assert f"p = {against['p_value']:.2g} (McNemar's exact test" in text


def test_a_model_is_no_better_than_itself(faces: Path, tmp_path: Path) -> None:
    model = make_model_folder(tmp_path / "own", LABELS)
    against = evaluate_model(model, DataSource(path=faces), flip=True, against=model)["against"]
    assert (against["difference"], against["p_value"], against["n"]) == (0, 1, 18)
    assert against["confusion"] == against["own_confusion"]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (("angry", "happy"), "other shares fewer than two labels with this model."),
        (("sad", "happy", "neutral"), "no face has a label that other knows as well."),
    ],
)
def test_why_two_models_cannot_be_compared(
    faces: Path, tmp_path: Path, labels: tuple[str, ...], reason: str
) -> None:
    own = make_model_folder(tmp_path / "own", ("angry", "sad", "neutral"))
    other = make_model_folder(tmp_path / "other", labels)
    figures = evaluate_model(own, DataSource(path=faces), against=other)
    assert figures["against"] is None
    assert figures["against_reason"] == reason
    assert f"not compared: {reason}" in evaluation_as_text(figures)


def test_the_most_confident_mistakes_are_listed_with_their_pictures(
    faces: Path, tmp_path: Path
) -> None:
    model, out = make_model_folder(tmp_path / "own", LABELS), tmp_path / "report"
    figures = evaluate_model(model, DataSource(path=faces), out=out)
    mistakes = json.loads((out / "mistakes.json").read_text())
    assert len(mistakes) == figures["n"] - np.trace(figures["confusion"]) > 0
    confidences = [row["confidence"] for row in mistakes]
    assert confidences == sorted(confidences, reverse=True)
    for row in mistakes:
        assert row["truth"] != row["predicted"]
        folder, name = Path(row["name"]).parts[1:]
        assert {"anger": "angry"}.get(folder, folder) == row["truth"]
        label = ("anger", "disgust", "fear").index(folder)
        shown = np.asarray(Image.open(out / row["picture"]).resize((16, 16)), float)
        wanted = face(label, int(Path(name).stem) + 400).astype(float)
        assert np.abs(shown - wanted).mean() < 20
