import json
import shlex
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.models import make_model_folder
from tests.trainer.conftest import SIDE, TINY_RECIPE, FolderMaker, write_csv
from trainer.cli import main
from trainer.config import STANDARD_AUGMENTATION, DataSource, Recipe, TrainConfig
from trainer.contract.preset import file_sha256, read_preset
from trainer.contract.progress import Continued, EpochDone, Event, Finished, Paused, StepDone
from trainer.data.cache_room import CACHE_VARIABLE
from trainer.errors import DataError, RunError, UnknownSystemError
from trainer.fit import epochs as fitting
from trainer.fit.epochs import HISTORY_FILE, Controls, Stopped
from trainer.fit.training import train
from trainer.presets.model_names import model_folder
from trainer.presets.repeating import pasted, typed
from trainer.reports.evaluation import evaluate_model
from trainer.runs.checkpoint import BEST_FILE, CHECKPOINT_FILE, epochs_done, load_state
from trainer.runs.event_log import LOG_FOLDER
from trainer.runs.run_folder import read_run
from trainer.systems.catalogue import get_system

pytestmark = pytest.mark.usefixtures("tiny_systems")
BUSY = replace(
    TINY_RECIPE,
    optimizer="adamw",
    schedule="cosine",
    epochs=3,
    ema=0.9,
    clip_norm=1.0,
    class_weights=True,
    augmentation=replace(STANDARD_AUGMENTATION, erase=0.3, mixup=0.2),
)


def _train(
    data: Path,
    out: Path,
    recipe: Recipe = TINY_RECIPE,
    *,
    resume: bool = False,
    stop_after: int = 0,
    **settings: Any,
) -> list[Event]:
    events: list[Event] = []
    cancelled = threading.Event()

    def report(event: Event) -> None:
        events.append(event)
        if isinstance(event, EpochDone) and event.epoch == stop_after:
            cancelled.set()

    defaults = {"system": "tiny", "precision": "float32", "weights": "none"}
    config = TrainConfig(data=data, out=out, recipe=recipe, **(defaults | settings))
    train(config, Controls(resume=resume, report=report, cancelled=cancelled))
    return events


def _weights(folder: Path) -> list[np.ndarray[Any, Any]]:
    return load_state(folder / CHECKPOINT_FILE)[0]


def test_a_tiny_dataset_is_learned_end_to_end(faces_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "run é 1"
    events = _train(faces_csv, out, replace(TINY_RECIPE, epochs=12))
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.accuracy >= 0.75
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == list(range(1, 13))
    assert any(isinstance(event, StepDone) for event in events)

    best = 0.0
    for event in events:
        if isinstance(event, EpochDone):
            counts = np.array(event.confusion)
            assert counts.shape == (3, 3)
            assert counts.sum(axis=1).tolist() == [4, 4, 4]
            assert np.trace(counts) / 12 == pytest.approx(event.val_accuracy)
            best = max(best, event.val_accuracy)
            assert event.best_accuracy == best
            assert event.best_epoch <= event.epoch
    preset = read_preset(out)
    assert preset.labels == ("angry", "disgust", "fear")
    assert (preset.name, preset.color, preset.input_size_px) == ("run é 1", "gray", 16)
    assert preset.sha256 == file_sha256(out / "model.keras")
    metrics = json.loads((out / "metrics.json").read_text())
    figures = evaluate_model(out, DataSource(path=faces_csv))
    assert figures["accuracy"] == metrics["accuracy"] == finished.accuracy
    assert figures["confusion"] == metrics["confusion"]
    assert metrics["validation"]["n"] == 12
    run = read_run(out)
    assert run.config.recipe.epochs == 12
    assert {"python", "keras", "numpy"} <= set(run.facts["versions"])
    assert len((out / HISTORY_FILE).read_text().splitlines()) == 13
    logs = (out / LOG_FOLDER).glob("*/*.tfevents.*")
    assert {path.parent.name for path in logs} == {"train", "validation"}


def test_the_card_says_what_was_done(
    faces_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _train(faces_csv, tmp_path / "card", seed=5)
    card = (tmp_path / "card" / "MODEL_CARD.md").read_text()
    for text in (
        "fer-train train --system tiny --data fer2013.csv",
        "--seed 5",
        "24 training, 12 validation",
        "95 % interval",
        "Regulation (EU) 2024/1689",
        "FER2013",
        "MIT",
        "| disgust |",
    ):
        assert text in card
    assert str(tmp_path) not in card


def test_the_cards_commands_run_wherever_the_model_was_written(
    faces_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    run, model = tmp_path / "else where" / "run", tmp_path / "models" / "é 1"
    _train(faces_csv, run, replace(TINY_RECIPE, epochs=1))
    assert main(["export", "--run", str(run), "--out", str(model)]) == 0
    for folder, names in ((run, {"train", "evaluate"}), (model, {"train", "export", "evaluate"})):
        commands = json.loads((folder / "metrics.json").read_text())["commands"]
        assert set(commands) == names
        card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
        for name, command in commands.items():
            assert command in card
            words = shlex.split(command)
            assert words[0] == "fer-train"
            if name != "train" or folder is model:  # once is enough
                assert main(words[1:]) == 0, command
    assert (tmp_path / "else where" / "run-again" / "model.keras").is_file()


def test_paths_below_the_home_folder_are_named_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ann"))
    monkeypatch.setenv("FER_DESKTOP_PROFILE", str(tmp_path / "profile"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "ann")
    assert typed(tmp_path / "ann" / "my faces.zip") == "~/my faces.zip"
    assert pasted(["--data", "~/my faces.zip"]) == "--data ~/'my faces.zip'"
    assert typed(Path.cwd() / "runs" / "a") == "runs/a"
    assert typed(tmp_path / "b") == (tmp_path / "b").as_posix()
    # A training of the wizard becomes the model of its name.
    assert typed(tmp_path / "profile" / "runs" / "mine", "model") == "mine"
    assert typed(model_folder("fer7"), "model") == "fer7"


def test_a_resumed_run_equals_an_uninterrupted_one(faces_csv: Path, tmp_path: Path) -> None:
    whole = [e for e in _train(faces_csv, tmp_path / "a", BUSY) if isinstance(e, EpochDone)]
    with pytest.raises(Stopped):
        _train(faces_csv, tmp_path / "b", BUSY, stop_after=1)
    rest = _train(faces_csv, tmp_path / "b", BUSY, resume=True)
    tail = [event for event in rest if isinstance(event, EpochDone)]
    assert [event.epoch for event in tail] == [2, 3]
    for ours, theirs in zip(tail, whole[1:], strict=True):
        assert (ours.loss, ours.val_loss) == (theirs.loss, theirs.val_loss)
    for ours, theirs in zip(_weights(tmp_path / "a"), _weights(tmp_path / "b"), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_training_pauses_and_goes_on(faces_csv: Path, tmp_path: Path) -> None:
    paused, events = threading.Event(), list[Event]()

    def report(event: Event) -> None:
        events.append(event)
        if isinstance(event, StepDone) and event.epoch == 1:
            paused.set()
        if isinstance(event, Paused):
            threading.Timer(1.0, paused.clear).start()

    config = TrainConfig(system="tiny", data=faces_csv, out=tmp_path, recipe=TINY_RECIPE)
    cancelled = threading.Event()
    train(config, Controls(resume=False, report=report, cancelled=cancelled, paused=paused))
    kinds = [type(event) for event in events]
    assert kinds.index(Paused) + 1 == kinds.index(Continued) < kinds.index(EpochDone)
    assert isinstance(events[-1], Finished)


def test_a_pause_costs_no_training_time_and_can_end_in_a_cancellation() -> None:
    paused, cancelled, events = threading.Event(), threading.Event(), list[Event]()
    controls = Controls(resume=False, report=events.append, cancelled=cancelled, paused=paused)
    assert controls.obey() == 0
    paused.set()
    threading.Timer(0.3, paused.clear).start()
    assert controls.obey() >= 0.3
    assert events == [Paused(), Continued()]
    paused.set()
    threading.Timer(0.1, cancelled.set).start()
    with pytest.raises(Stopped):
        controls.obey()
    assert events[2:] == [Paused()]


def test_the_seed_decides(faces_csv: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        _train(faces_csv, tmp_path / name, seed=seed)
    first, same, other = (_weights(tmp_path / name)[0] for name in "abc")
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 0


def test_a_run_is_not_overwritten(faces_csv: Path, tmp_path: Path) -> None:
    _train(faces_csv, tmp_path / "run")
    with pytest.raises(RunError, match=r"already holds a run.*--resume"):
        _train(faces_csv, tmp_path / "run")
    with pytest.raises(RunError, match="holds a run of tiny, not of study_a_cnn_1"):
        _train(faces_csv, tmp_path / "run", resume=True, system="study_a_cnn_1")


def test_a_run_that_never_began_is_in_nobodys_way(faces_csv: Path, tmp_path: Path) -> None:
    settings = {"system": "study_a_vgg16", "labels": "angry,disgust"}
    for _ in range(2):
        with pytest.raises(UnknownSystemError, match=r"missing\.h5 do not exist"):
            _train(faces_csv, tmp_path / "run", weights="missing.h5", **settings)


def test_resuming_a_finished_run_writes_the_model_again(faces_csv: Path, tmp_path: Path) -> None:
    _train(faces_csv, tmp_path / "run")
    before = (tmp_path / "run" / "metrics.json").read_text()
    (tmp_path / "run" / "model.keras").unlink()
    events = _train(faces_csv, tmp_path / "run", resume=True)
    assert not any(isinstance(event, EpochDone) for event in events)
    assert (
        json.loads(before)["confusion"]
        == json.loads((tmp_path / "run" / "metrics.json").read_text())["confusion"]
    )


def test_a_damaged_checkpoint_is_named(faces_csv: Path, tmp_path: Path) -> None:
    _train(faces_csv, tmp_path / "run")
    (tmp_path / "run" / CHECKPOINT_FILE).write_bytes(b"PK damaged")
    with pytest.raises(RunError, match="is damaged"):
        _train(faces_csv, tmp_path / "run", resume=True)


def test_a_loss_that_diverges_ends_with_a_message(faces_csv: Path, tmp_path: Path) -> None:
    recipe = replace(TINY_RECIPE, optimizer="sgd", learning_rate=1e36)
    with pytest.raises(RunError, match="infinite or NaN"):
        _train(faces_csv, tmp_path / "run", recipe)


def test_memory_that_runs_out_ends_with_a_message_and_the_last_checkpoint(
    faces_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fitting._epoch

    def short_of_memory(job: Any, model: Any, watch: Any) -> Any:
        if watch.epoch == 2:
            raise MemoryError("Unable to allocate 9 EiB")
        return whole(job, model, watch)

    monkeypatch.setattr(fitting, "_epoch", short_of_memory)
    with pytest.raises(RunError, match=r"memory ran out in epoch 2.*smaller --batch-size"):
        _train(faces_csv, tmp_path / "run")
    assert epochs_done(tmp_path / "run") == 1


def test_early_stopping_and_plateau_follow_the_validation(faces_csv: Path, tmp_path: Path) -> None:
    recipe = replace(
        TINY_RECIPE,
        learning_rate=1e-9,
        schedule="plateau",
        plateau_patience=1,
        patience=3,
        epochs=20,
    )
    events = _train(faces_csv, tmp_path / "run", recipe)
    rates = [event.learning_rate for event in events if isinstance(event, EpochDone)]
    assert len(rates) == 4
    assert rates[-1] == pytest.approx(1e-9 / 4)


def test_a_frozen_backbone_is_computed_once(
    faces_csv: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    _train(faces_csv, tmp_path / "a", system="study_a_vgg16", labels="angry,disgust,fear")
    features = list(cache.glob("*.features.npy"))
    assert len(features) == 1
    made = features[0].stat().st_mtime_ns
    _train(faces_csv, tmp_path / "b", system="study_a_vgg16", labels="angry,disgust,fear")
    assert [path.stat().st_mtime_ns for path in cache.glob("*.features.npy")] == [made]
    assert read_preset(tmp_path / "b").color == "gray"


@pytest.mark.parametrize("name", ["tiny_average", "tiny_stacking"])
def test_an_ensemble_is_one_model(faces_csv: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    recipe = replace(TINY_RECIPE, epochs=6)
    events = _train(faces_csv, out, recipe, system=name, labels="angry,fear", folds=2)
    assert isinstance(events[-1], Finished)
    assert evaluate_model(out, DataSource(path=faces_csv))["accuracy"] >= 0.7
    stacking = name == "tiny_stacking"
    assert len(list((out / "members").iterdir())) == (2 if stacking else 3)
    assert len(list(out.glob("fold_*/*"))) == (4 if stacking else 0)
    best = load_state(out / BEST_FILE)[0]
    _train(faces_csv, out, system=name, resume=True)
    for ours, theirs in zip(best, load_state(out / BEST_FILE)[0], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_training_begins_with_what_a_model_knows(faces_csv: Path, tmp_path: Path) -> None:
    start = tmp_path / "start"
    _train(faces_csv, start, replace(TINY_RECIPE, epochs=12), labels="fear,angry")
    still = replace(TINY_RECIPE, learning_rate=1e-9)
    with pytest.raises(Stopped):
        _train(faces_csv, tmp_path / "run", still, stop_after=1, start=start)
    run = read_run(tmp_path / "run")
    assert run.facts["start"]["sha256"] == read_preset(start).sha256
    assert run.labels == ("fear", "angry")
    shutil.rmtree(start)
    events = _train(faces_csv, tmp_path / "run", still, resume=True, start=start)
    assert isinstance(events[-1], Finished)
    assert events[-1].accuracy >= 0.75
    card = (tmp_path / "run" / "MODEL_CARD.md").read_text()
    assert "Begun with the weights of `start`" in card
    data = faces_csv.as_posix()
    assert f"--system tiny --start {start.as_posix()} --data {data} " in card


def test_a_frozen_backbone_begins_with_what_a_model_saw(faces_csv: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"system": "study_a_vgg16", "labels": "angry,disgust,fear"}
    _train(faces_csv, tmp_path / "a", seed=1, **settings)
    _train(faces_csv, tmp_path / "b", seed=2, start=tmp_path / "a", **settings)
    first, second = (load_state(tmp_path / name / BEST_FILE)[0] for name in "ab")
    np.testing.assert_array_equal(first[0], second[0])


def test_two_trainers_keep_out_of_one_run(faces_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    script = "\n".join(
        [
            "import sys",
            "from pathlib import Path",
            "from trainer.runs.run_folder import held",
            f"with held(Path({str(out)!r})):",
            "    print('held', flush=True)",
            "    sys.stdin.read()",
        ]
    )
    out.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match=r"being trained by another program.*another --out"):
            _train(faces_csv, out)
        assert not (out / CHECKPOINT_FILE).exists()
        # Whoever is killed lets go as well.
        other.kill()
    assert isinstance(_train(faces_csv, out)[-1], Finished)


def test_a_start_that_does_not_fit_is_refused(faces_csv: Path, tmp_path: Path) -> None:
    start = make_model_folder(tmp_path / "start", ("angry", "disgust", "fear"))
    with pytest.raises(RunError, match=r"start is a tiny, not a study_d_cnn_1"):
        _train(faces_csv, tmp_path / "run", system="study_d_cnn_1", start=start)
    with pytest.raises(RunError, match="tiny_average is an ensemble"):
        _train(faces_csv, tmp_path / "run", system="tiny_average", start=start)
    with pytest.raises(RunError, match="do not fit tiny as this version builds it"):
        _train(faces_csv, tmp_path / "run", start=start)
    with pytest.raises(RunError, match="is not a folder"):
        _train(faces_csv, tmp_path / "run", start=tmp_path / "none")


def test_too_few_faces_to_hold_out_are_refused(faces_csv: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too few training faces to hold out 50 folds"):
        _train(faces_csv, tmp_path / "run", system="tiny_stacking", folds=50)


@pytest.mark.parametrize("count", [1, 5])
def test_too_few_faces_are_refused(face_folder: FolderMaker, tmp_path: Path, count: int) -> None:
    with pytest.raises(DataError, match=r"has no face for the validation split.*at least six"):
        _train(face_folder("angry", "fear", count=count), tmp_path / "run")


def test_faces_that_vanish_while_a_training_runs_are_not_missed(
    face_folder: FolderMaker, tmp_path: Path
) -> None:
    data = face_folder("angry", "fear", count=10)
    config = TrainConfig(system="tiny", data=data, out=tmp_path / "run", recipe=TINY_RECIPE)
    events: list[Event] = []

    def report(event: Event) -> None:
        events.append(event)
        if isinstance(event, EpochDone):
            shutil.rmtree(data, ignore_errors=True)

    train(config, Controls(resume=False, report=report, cancelled=threading.Event()))
    assert isinstance(events[-1], Finished)


def test_six_faces_of_each_label_are_enough(face_folder: FolderMaker, tmp_path: Path) -> None:
    data = face_folder("angry", "fear", count=6)
    events = _train(data, tmp_path / "run", replace(TINY_RECIPE, epochs=1))
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize(("adjustment", "expected"), [(0.0, 0.75), (1.0, 0.5)])
def test_logit_adjustment_keeps_the_network_from_preferring_frequent_labels(
    tmp_path: Path, adjustment: float, expected: float
) -> None:
    random = np.random.default_rng(0)
    # Faces that say nothing about their label, three of four of which are angry.
    rows = [
        (2 if at % 4 == 0 else 0, random.integers(119, 122, (SIDE, SIDE), np.uint8), usage)
        for usage, count in (("Training", 64), ("PublicTest", 8), ("PrivateTest", 8))
        for at in range(count)
    ]
    data, out = write_csv(tmp_path / "fer2013.csv", rows), tmp_path / "run"
    recipe = replace(TINY_RECIPE, epochs=10, learning_rate=0.003, logit_adjustment=adjustment)
    _train(data, out, recipe)
    network = get_system("tiny").build(("angry", "fear"))
    network.set_weights(_weights(out))
    unseen = random.integers(119, 122, (64, SIDE, SIDE, 1)).astype(np.float32)
    answers = network.predict_on_batch(unseen).mean(axis=0)
    assert answers[0] == pytest.approx(expected, abs=0.13)
