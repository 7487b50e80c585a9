"""Test faces from which a model has learned are told, with the figures without them."""

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.faces import texture
from tests.trainer.conftest import TINY_RECIPE, write_csv
from trainer.cli import main
from trainer.config import DataSource, TrainConfig
from trainer.contract.preset import FACES, FACES_FILE, METRICS_FILE, read_preset
from trainer.fit.epochs import Controls
from trainer.fit.training import train
from trainer.presets.known_faces import read_known_faces
from trainer.reports.comparison import as_markdown, compare
from trainer.reports.evaluation import evaluate_model, evaluation_as_text

# Of each label: faces that the first model trains on, is checked with and is tested on.
USAGES = ["Training"] * 12 + ["PublicTest"] * 4 + ["PrivateTest"] * 4


def faces(seeds: list[int], usages: list[str], path: Path, *, mirrored: bool = False) -> Path:
    """Write faces of two labels; what stands in the bright half is the label."""
    rows = []
    for seed, usage in zip(seeds, usages, strict=True):
        for label in (0, 2):
            picture = texture(10 * seed + label).astype(np.int16)
            picture[24 * (label > 0) :][:24] += 40
            picture = picture[:, ::-1] if mirrored else picture
            rows.append((label, picture.clip(0, 255).astype(np.uint8), usage))
    return write_csv(path, rows)


def learn(data: Path, out: Path, start: Path | None = None) -> Path:
    config = TrainConfig(
        system="tiny",
        data=data,
        out=out,
        start=start,
        labels="angry,fear",
        precision="float32",
        recipe=TINY_RECIPE,
    )
    train(config, Controls(resume=False, report=lambda _: None, cancelled=threading.Event()))
    return out


@pytest.fixture
def first(tmp_path: Path, tiny_systems: None) -> Path:
    """A model of twelve training and four validation faces of each label."""
    return learn(faces(list(range(20)), USAGES, tmp_path / "first.csv"), tmp_path / "first")


@pytest.fixture
def second_data(tmp_path: Path) -> Path:
    """Faces that the first model has learned from, mirrored, as if they were new; and new ones."""
    seeds = [*range(8), 50, 51, *range(8, 12), 60, 61]
    usages = ["Training"] * 8 + ["PublicTest"] * 2 + ["PrivateTest"] * 6
    return faces(seeds, usages, tmp_path / "second.csv", mirrored=True)


def test_a_training_notes_its_faces(first: Path) -> None:
    known = read_known_faces(first)
    assert known is not None
    assert (len(known.learned), len(known.chosen), known.is_complete) == (24, 8, True)
    assert read_preset(first).files[FACES].file == FACES_FILE
    learned = json.loads((first / METRICS_FILE).read_text())["learned"]
    assert (learned["n"], learned["n_without"], learned["is_complete"]) == (0, 8, True)


def test_faces_that_the_starting_model_learned_from_are_told(
    first: Path, second_data: Path, tmp_path: Path
) -> None:
    improved = learn(second_data, tmp_path / "improved", start=first)
    figures = evaluate_model(improved, DataSource(path=second_data), against=first)
    learned = figures["learned"]
    assert (figures["n"], learned["n"], learned["n_without"]) == (12, 8, 4)
    assert figures["n_without_copies"] == 12  # none is an exact copy of its own training faces
    assert "has learned from 8 of these 12 faces" in figures["notes"][0]
    assert figures["against"] is not None
    fresh = figures["against"]["fresh"]
    assert fresh is not None
    assert (fresh["n"], fresh["is_complete"]) == (4, True)
    assert fresh["own_accuracy"] == learned["accuracy_without"]
    text = evaluation_as_text(figures)
    assert "not learned from" in text
    assert "on the 4 faces from which neither has learned" in text

    # The validation faces of a model are compared with what was trained on, not with themselves.
    checked = evaluate_model(first, DataSource(path=tmp_path / "first.csv"), split="validation")
    assert checked["learned"]["n"] == 0
    whole = evaluate_model(first, DataSource(path=tmp_path / "first.csv"), split="train")
    assert whole["learned"]["accuracy_without"] is None
    assert "say nothing about new faces" in whole["notes"][0]


def test_a_model_that_begins_with_one_that_says_nothing_is_not_complete(
    first: Path, second_data: Path, tmp_path: Path
) -> None:
    assert main(["fingerprint", str(first), "--remove"]) == 0
    figures = evaluate_model(first, DataSource(path=second_data))
    assert figures["learned"]["n"] is None
    assert "`fer-train fingerprint` adds" in figures["notes"][0]
    improved = learn(second_data, tmp_path / "improved", start=first)
    figures = evaluate_model(improved, DataSource(path=second_data))
    assert (figures["learned"]["n"], figures["learned"]["is_complete"]) == (0, False)
    assert "does not say which faces it learned from" in figures["notes"][0]


def test_fingerprints_can_be_added_to_models_made_before(
    first: Path, second_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = tmp_path / "older"
    shutil.copytree(first, older)
    assert main(["fingerprint", str(older), "--remove"]) == 0
    assert capsys.readouterr().out == f"{older}: no fingerprints\n"
    words = ["fingerprint", str(older), "--data", str(second_data), "--start", str(first)]
    assert main(words) == 0
    # Of 20 faces of the second data 16 are mirror images of some of the first: both are kept.
    assert "fingerprints of 40 training and 12 validation faces" in capsys.readouterr().out
    assert main(["fingerprint", str(older)]) == 0
    assert "fingerprints of 40 training" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["fingerprint", str(older), "--remove", "--start", str(first)])
    assert ended.value.code == 2


def test_inspect_names_the_models_that_know_the_pictures(
    first: Path, second_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("FER_DESKTOP_PROFILE", str(tmp_path / "profile"))
    shutil.copytree(first, tmp_path / "profile" / "models" / "first")
    page = tmp_path / "page.html"
    assert main(["inspect", "--data", str(second_data), "--json", "--html", str(page)]) == 0
    (found,) = json.loads(capsys.readouterr().out)["known_to_models"]
    assert found["models"] == ["first"]
    assert found["splits"] == {"train": 16, "validation": 0, "test": 8}
    assert len(found["names"]) == 24
    text = page.read_text(encoding="utf-8")
    assert "Pictures from which first learned, told by fingerprints: 16 train, 8 test." in text


def test_a_comparison_and_a_report_say_it_too(
    first: Path, second_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = Controls(resume=False, report=lambda _: None, cancelled=threading.Event())
    out = tmp_path / "compared"
    learn(tmp_path / "first.csv", out / "tiny")

    def configure(name: str) -> TrainConfig:
        return TrainConfig(
            system=name,
            data=tmp_path / "first.csv",
            out=out,
            labels="angry,fear",
            precision="float32",
            recipe=TINY_RECIPE,
        )

    (row,) = compare(["tiny"], configure, out, quiet)
    assert (row.learned_from, row.accuracy_without_learned) == (0, row.accuracy)
    assert "without faces learned from" in as_markdown([row])
    results = tmp_path / "report"
    words = ["report", str(first), "--data", str(second_data), "--out", str(results)]
    assert main(words) == 0
    (found,) = json.loads((results / "results.json").read_text())["results"]
    assert found["learned_from"] == 8
    assert any("has learned from 8 of these 12 faces" in note for note in found["notes"])
    assert "learned_from" in (results / "results.csv").read_text().splitlines()[0]
