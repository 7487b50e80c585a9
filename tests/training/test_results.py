from pathlib import Path

import pytest

from fer_desktop.errors import TrainingError
from fer_desktop.training.results import TrainingResult, read_result
from fer_desktop.ui.training.result.verdict import explanation, verdict
from trainer.contract.checked_json import encode_json
from trainer.contract.figures import (
    MISTAKES_FILE,
    Evaluation,
    FreshFaces,
    LabelFigures,
    LearnedFaces,
)

pytestmark = pytest.mark.unit

LABELS = ["happy", "sad"]
PER_LABEL = dict.fromkeys(LABELS, LabelFigures(precision=0.5, recall=0.6, f1=0.55, support=50))
CONFUSION = [[30, 20], [10, 40]]


def around(accuracy: float) -> tuple[float, float]:
    return accuracy - 0.1, accuracy + 0.1


def measured(*, n: int = 100, split: str = "test") -> Evaluation:
    """Return what the trainer found of one model."""
    return {
        "model": "mine",
        "sha256": "",
        "data": "smiles",
        "split": split,
        "flip": False,
        "n": n,
        "accuracy": 0.5,
        "accuracy_interval_95": around(0.5),
        "accuracy_without_copies": 0.5,
        "n_without_copies": n,
        "balanced_accuracy": 0.5,
        "macro_f1": 0.5,
        "ece": 0.1,
        "labels": LABELS,
        "per_label": PER_LABEL,
        "confusion": CONFUSION,
        "left_out": {},
        "unreadable": [],
        "notes": [],
        "groups": {},
        "largest_gap": None,
        "against": None,
        "against_reason": "",
    }


def learned(n: int | None, without: float | None, *, of: int = 100) -> LearnedFaces:
    return {
        "n": n,
        "is_complete": n is not None,
        "reason": "" if n is not None else "its folder has no fingerprints of them",
        "n_without": None if n is None else of - n,
        "accuracy_without": without,
        "accuracy_without_interval_95": None if without is None else around(without),
        "balanced_accuracy_without": without,
    }


def fresh(n: int, own: float | None, other: float | None, p_value: float | None) -> FreshFaces:
    return {
        "n": n,
        "is_complete": True,
        "accuracy": other,
        "accuracy_interval_95": None if other is None else around(other),
        "own_accuracy": own,
        "own_accuracy_interval_95": None if own is None else around(own),
        "difference": None if own is None or other is None else own - other,
        "p_value": p_value,
    }


def read(found: Evaluation, folder: Path) -> TrainingResult:
    (folder / MISTAKES_FILE).write_text("[]")
    return read_result(encode_json(found), folder)


def evaluation(
    folder: Path,
    own: float,
    other: float,
    p_value: float,
    *,
    n: int = 100,
    shared: int = 100,
    new: FreshFaces | None = None,
    known: LearnedFaces | None = None,
) -> TrainingResult:
    found = compared(own, other, p_value, n=n, shared=shared, new=new, known=known)
    return read(found, folder)


def compared(
    own: float,
    other: float,
    p_value: float,
    *,
    n: int = 100,
    shared: int = 100,
    new: FreshFaces | None = None,
    known: LearnedFaces | None = None,
    name: str = "fer7",
) -> Evaluation:
    """Return what the trainer found of a model beside another one."""
    found = measured(n=n)
    if known is not None:
        found["learned"] = known
    found["against"] = {
        "name": name,
        "sha256": "",
        "labels": LABELS,
        "n": shared,
        "accuracy": other,
        "accuracy_interval_95": around(other),
        "per_label": PER_LABEL,
        "confusion": CONFUSION,
        "own_accuracy": own,
        "own_accuracy_interval_95": around(own),
        "own_per_label": PER_LABEL,
        "own_confusion": CONFUSION,
        "difference": own - other,
        "p_value": p_value,
        "fresh": new,
    }
    return found


@pytest.mark.parametrize(
    ("own", "other", "p_value", "sentence"),
    [
        (0.7, 0.6, 0.01, "mine is significantly more accurate than fer7: 70.0 % against 60.0 %."),
        (0.5, 0.6, 0.01, "mine is significantly less accurate than fer7: 50.0 % against 60.0 %."),
        (
            *(0.7, 0.6, 0.2),
            "mine and fer7 do not differ significantly: 70.0 % against 60.0 %.",
        ),
        (0.6, 0.6, 1.0, "mine and fer7 are equally accurate: 60.0 %."),
    ],
)
def test_the_verdict_is_honest(
    tmp_path: Path, own: float, other: float, p_value: float, sentence: str
) -> None:
    assert verdict(evaluation(tmp_path, own, other, p_value)) == sentence


def test_it_is_told_on_what_the_verdict_rests(tmp_path: Path) -> None:
    text = explanation(evaluation(tmp_path, 0.7, 0.6, 0.0004))
    assert "Measured on 100 pictures held out from the training." in text
    assert "in less than 0.1 % of cases" in text
    assert "few" not in text
    partly = evaluation(tmp_path, 0.7, 0.6, 0.034, shared=40)
    assert verdict(partly).startswith(
        "On the expressions both models know, mine is significantly more"
    )
    assert "in 3.4 % of cases" in explanation(partly)
    assert "Both models know the expressions of 40 of them: happy, sad." in explanation(partly)
    assert "On all 100, mine classifies 50.0 % (40.0 to 60.0) correctly." in explanation(partly)
    few = explanation(evaluation(tmp_path, 0.6, 0.6, 1.0, n=1, shared=1))
    assert few == (
        "Measured on 1 picture held out from the training. "
        "With so few pictures, the intervals are wide."
    )


def test_the_verdict_rests_on_pictures_that_are_new_to_both(tmp_path: Path) -> None:
    found = evaluation(
        tmp_path, 0.857, 0.725, 0.001, known=learned(80, 0.7), new=fresh(20, 0.7, 0.75, 0.6)
    )
    assert verdict(found) == (
        "On the 20 pictures from which neither has learned, mine and fer7 do not differ "
        "significantly: 70.0 % against 75.0 %."
    )
    text = explanation(found)
    assert "mine, or a model that it began with, has learned from 80 of them" in text
    assert "it classifies 50.0 % (40.0 to 60.0) correctly, which says nothing about new" in text
    assert "in 60 % of cases" in text
    assert "With so few pictures" in text
    anew = found.comparison.on_fresh() if found.comparison is not None else None
    assert anew is not None
    assert (anew.own.n, anew.own.accuracy, anew.other.accuracy) == (20, 0.7, 0.75)


def test_where_every_picture_was_learned_from_nothing_can_be_said(tmp_path: Path) -> None:
    found = evaluation(
        tmp_path, 0.9, 0.8, 0.01, known=learned(100, None), new=fresh(0, None, None, None)
    )
    assert verdict(found) == (
        "mine or fer7 has learned from every test picture, so nothing can be said about new ones."
    )
    assert found.comparison is not None
    assert found.comparison.on_fresh() is None


def test_pictures_that_only_the_other_model_learned_from_are_told(tmp_path: Path) -> None:
    found = evaluation(
        tmp_path, 0.7, 0.9, 0.01, known=learned(0, 0.5), new=fresh(60, 0.7, 0.72, 0.7)
    )
    assert "fer7 has learned from 40 of them" in explanation(found)
    assert verdict(found).startswith("On the 60 pictures from which neither has learned, mine")
    # Where both know the same of all, nothing is said.
    same = evaluation(
        tmp_path, 0.7, 0.6, 0.01, known=learned(0, 0.5), new=fresh(100, 0.7, 0.6, 0.01)
    )
    assert verdict(same).startswith("mine is significantly more accurate")
    assert "learned from" not in explanation(same)


@pytest.mark.parametrize(
    ("n", "without", "sentence"),
    [
        (
            *(30, 0.4),
            "mine classifies 40.0 % of the 70 pictures correctly from which it has not learned.",
        ),
        (
            *(100, None),
            "mine, or a model that it began with, has learned from every test picture, so nothing "
            "can be said about new ones.",
        ),
        (0, 0.5, "mine classifies 50.0 % of the pictures correctly."),
        (None, None, "mine classifies 50.0 % of the pictures correctly."),
    ],
)
def test_a_model_alone_is_judged_by_new_pictures_too(
    tmp_path: Path, n: int | None, without: float | None, sentence: str
) -> None:
    raw = measured()
    raw["learned"] = learned(n, without)
    assert verdict(read(raw, tmp_path)) == sentence


def test_models_without_common_labels_are_not_compared(tmp_path: Path) -> None:
    raw = measured(n=200, split="validation")
    raw["against_reason"] = "fer7 shares fewer than two labels."
    found = read(raw, tmp_path)
    assert verdict(found) == "mine classifies 50.0 % of the pictures correctly."
    assert "No comparison with the model in use: fer7 shares" in explanation(found)
    assert "They were used to choose the best epoch" in explanation(found)


@pytest.mark.parametrize("printed", ["", "[]", "{}", '{"model": "mine"}'])
def test_an_answer_that_cannot_be_read_is_told(tmp_path: Path, printed: str) -> None:
    with pytest.raises(TrainingError):
        read_result(printed, tmp_path)
