import json
from pathlib import Path
from typing import Any

import pytest

from fer_desktop.errors import TrainingError
from fer_desktop.training.choices import can_be_trained, read_probe, read_settings, read_systems
from fer_desktop.training.results import Evaluation, read_evaluation
from fer_desktop.ui.training.result.verdict import explanation, verdict

LABELS = ["happy", "sad"]
ROW = {"precision": 0.5, "recall": 0.6, "f1": 0.55, "support": 50}
CONFUSION = [[30, 20], [10, 40]]


def figures(accuracy: float, prefix: str = "") -> dict[str, Any]:
    return {
        f"{prefix}accuracy": accuracy,
        f"{prefix}accuracy_interval_95": [accuracy - 0.1, accuracy + 0.1],
        f"{prefix}per_label": dict.fromkeys(LABELS, ROW),
        f"{prefix}confusion": CONFUSION,
    }


def evaluation(
    folder: Path, own: float, other: float, p_value: float, *, n: int = 100, shared: int = 100
) -> Evaluation:
    (folder / "mistakes.json").write_text("[]")
    against = {
        "name": "fer7",
        "labels": LABELS,
        "n": shared,
        "p_value": p_value,
        **figures(own, "own_"),
        **figures(other),
    }
    raw = {"model": "mine", "split": "test", "n": n, "labels": LABELS, **figures(0.5)}
    return read_evaluation(json.dumps({**raw, "against": against}), folder)


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
        "On the expressions that both know, mine is significantly more"
    )
    assert "in 3.4 % of cases" in explanation(partly)
    assert "Both models know the expressions of 40 of them: happy, sad." in explanation(partly)
    assert "On all 100, mine is right on 50.0 % (40.0 to 60.0)." in explanation(partly)
    few = explanation(evaluation(tmp_path, 0.6, 0.6, 1.0, n=1, shared=1))
    assert few == (
        "Measured on 1 picture held out from the training. With so few, the intervals are wide."
    )


def test_models_without_common_labels_are_not_compared(tmp_path: Path) -> None:
    (tmp_path / "mistakes.json").write_text("[]")
    raw = {"model": "mine", "split": "validation", "n": 200, "labels": LABELS, **figures(0.5)}
    told = {"against": None, "against_reason": "fer7 shares fewer than two labels."}
    found = read_evaluation(json.dumps({**raw, **told}), tmp_path)
    assert verdict(found) == "mine is right on 50.0 % of the pictures."
    assert "No comparison with the model in use: fer7 shares" in explanation(found)
    assert "Its best epoch was chosen with them" in explanation(found)


@pytest.mark.parametrize("printed", ["", "[]", "{}", '{"model": "mine"}'])
def test_an_answer_that_cannot_be_read_is_told(tmp_path: Path, printed: str) -> None:
    with pytest.raises(TrainingError):
        read_evaluation(printed, tmp_path)
    for read in (read_systems, read_settings, read_probe):
        with pytest.raises(TrainingError):
            read(printed if printed != "[]" else "[1]")


def test_an_estimate_becomes_epochs() -> None:
    raw = {"system": "x", "parameters": 1, "faces": 9, "seconds_per_epoch": 10.0, "epochs": 20}
    probe = read_probe(json.dumps(raw))
    assert [probe.epochs_within(seconds) for seconds in (1, 60, 3600)] == [1, 6, 20]


def test_what_the_trainer_does_not_know_cannot_be_improved() -> None:
    assert can_be_trained("frozen_VGG19", ())
    assert not can_be_trained("tiny", ())
