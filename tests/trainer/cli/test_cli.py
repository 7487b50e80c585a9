import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import TINY_RECIPE, FolderMaker
from trainer.cli import config_from_args, main
from trainer.cli.options import build_parser
from trainer.contract.preset import read_preset
from trainer.contract.progress import (
    Continued,
    EpochDone,
    Failed,
    Finished,
    Paused,
    Started,
    decode,
)
from trainer.data.votes import COLUMNS
from trainer.presets.conversion import convert
from trainer.runs.run_folder import read_run
from trainer.systems.catalogue import systems

TRAIN = ["train", "--system", "tiny", "--precision", "float32", "--epochs", "1"]


def test_systems_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["systems"]) == 0
    text = capsys.readouterr().out
    assert main(["systems", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in listed] == [system.name for system in systems()]
    assert all(row["name"] in text for row in listed)
    complex_cnn = next(row for row in listed if row["name"] == "study_a_complex_cnn")
    assert complex_cnn["parameters"] == 1_096_452
    assert complex_cnn["reported_accuracy"] == 0.8125
    assert complex_cnn["recipe"]["batch_size"] == 64


def test_a_recipe_is_the_systems_with_what_was_changed() -> None:
    words = [*TRAIN[:2], "study_e_cnn", "--data", "d", "--out", "o", "--epochs", "7"]
    words += ["--flip", "--ema", "0.99"]
    recipe = config_from_args(build_parser().parse_args(words), "study_e_cnn").recipe
    assert (recipe.epochs, recipe.ema, recipe.augmentation.flip) == (7, 0.99, True)
    assert (recipe.optimizer, recipe.schedule, recipe.batch_size) == ("adam", "plateau", 64)
    words = [*TRAIN[:2], "study_a_cnn_1", "--data", "d", "--out", "o"]
    words += ["--no-augmentation", "--erase", ".2"]
    args = build_parser().parse_args(words)
    augmentation = config_from_args(args, "study_a_cnn_1").recipe.augmentation
    assert (augmentation.flip, augmentation.rotate_deg, augmentation.erase) == (False, 0, 0.2)


@pytest.mark.usefixtures("tiny_systems")
def test_train_speaks_json_to_a_program_and_evaluate_too(
    faces_csv: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    out = str(tmp_path / "run")
    command = [*TRAIN, "--data", str(faces_csv), "--out", out, "--progress", "json"]
    assert main(command) == 0
    events = [decode(line) for line in capsys.readouterr().out.splitlines()]
    assert all(events)
    kinds = [type(event) for event in events]
    assert kinds.index(Started) < kinds.index(EpochDone) < kinds.index(Finished)

    assert main(command) == 1
    failed = decode(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(failed, Failed)
    assert "already holds a run" in failed.message

    assert main(["evaluate", "--model", out, "--data", str(faces_csv), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert {
        "n",
        "accuracy",
        "accuracy_interval_95",
        "accuracy_without_copies",
        "balanced_accuracy",
        "macro_f1",
        "ece",
        "per_label",
        "confusion",
    } <= set(figures)
    assert set(figures["per_label"]["fear"]) == {"precision", "recall", "f1", "support"}

    assert main(["evaluate", "--model", out, "--data", str(faces_csv), "--split", "all"]) == 0
    assert "48 all faces of FER2013" in capsys.readouterr().out


@pytest.mark.usefixtures("tiny_systems")
def test_a_model_is_improved_and_compared_with_what_it_was(
    faces_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    data = ["--data", str(faces_csv)]
    assert main([*TRAIN, *data, "--out", first]) == 0
    args = build_parser().parse_args(["train", "--start", first, *data, "--out", second])
    assert config_from_args(args, "tiny").recipe.learning_rate == TINY_RECIPE.learning_rate / 10
    assert main(["train", "--start", first, *data, "--out", second, "--epochs", "1"]) == 0
    assert main(["evaluate", "--model", second, "--against", first, *data, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["against"]["n"] == 12


@pytest.mark.usefixtures("tiny_systems")
def test_one_run_with_two_heads_gives_a_model_for_each_truth(
    faces_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    votes = tmp_path / "votes.csv"
    # Everybody votes for another label than the one that the row has.
    others = [("disgust", "fear", "anger")[at % 3] for at in range(48)]
    rows = [",".join(str(10 * (name == other)) for name in COLUMNS) for other in others]
    votes.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    run, data = str(tmp_path / "run"), ["--data", str(faces_csv)]
    assert (
        main([*TRAIN, *data, "--auxiliary-votes", str(votes), "--epochs", "15", "--out", run]) == 0
    )

    def figures(name: str, *options: str) -> dict[str, Any]:
        out = str(tmp_path / name)
        assert main(["export", "--run", run, "--out", out, *options]) == 0
        capsys.readouterr()
        on_votes = ["--votes", str(votes)] if "auxiliary" in options else []
        assert main(["evaluate", "--model", out, *data, *on_votes, "--json"]) == 0
        measured: dict[str, Any] = json.loads(capsys.readouterr().out)
        written = json.loads((Path(out) / "metrics.json").read_text())
        assert measured["confusion"] == written["confusion"]
        return measured

    assert figures("labels", "--head", "main")["accuracy"] >= 0.75
    assert figures("votes", "--head", "auxiliary", "--balance", "0.5")["accuracy"] >= 0.75
    assert figures("anew", "--renormalize")["accuracy"] >= 0.75
    assert figures("two", "--labels", "disgust,fear")["n"] == 8
    anew = (tmp_path / "anew" / "MODEL_CARD.md").read_text()
    assert f"--renormalize --out {(tmp_path / 'anew').as_posix()}" in anew
    assert "taken anew from training faces" in anew
    assert "taken anew" not in (tmp_path / "labels" / "MODEL_CARD.md").read_text()
    assert "Two heads on one trunk" in (tmp_path / "votes" / "MODEL_CARD.md").read_text()

    two = ["evaluate", "--model", str(tmp_path / "labels"), *data, "--labels"]
    assert main([*two, "fear,angry", "--json"]) == 0
    part = json.loads(capsys.readouterr().out)
    assert (part["n"], part["labels"]) == (8, ["fear", "angry"])
    assert main([*two, "fear,happy"]) == 1
    assert "does not know happy" in capsys.readouterr().err
    assert main(["export", "--run", run, "--out", run, "--labels", "fear,happy"]) == 1


@pytest.mark.usefixtures("tiny_systems")
def test_a_model_is_calibrated_by_faces_that_it_did_not_learn_from(
    faces_csv: Path,
    face_folder: FolderMaker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run, out, others = str(tmp_path / "run"), tmp_path / "model", face_folder("angry", "fear")
    assert main([*TRAIN, "--data", str(faces_csv), "--out", run]) == 0
    words = ["export", "--run", run, "--out", str(out), "--crop", "1.08,0.075"]
    words += ["--calibrate-on", str(others), "--framed", "1.16,0.075", "--sure", "0.9"]
    assert main([*words, "--description", "Made for people."]) == 0
    preset = json.loads((out / "preset.json").read_text())
    assert (preset["crop"]["scale"], preset["description"]) == (1.08, "Made for people.")
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "fitted on the 8 faces of faces" in card
    command = f"--crop 1.08,0.075 --sure 0.9 --calibrate-on {others.as_posix()}"
    assert f"{command} --framed {others.name}=1.16,0.075" in card
    capsys.readouterr()
    assert main([*words[:-2], "--calibrate-on", str(tmp_path / "none")]) == 1
    assert "none does not exist" in capsys.readouterr().err


@pytest.mark.conversion
@pytest.mark.usefixtures("tiny_systems")
def test_export_makes_a_clean_model_folder(
    face_folder: FolderMaker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, model = str(tmp_path / "run"), tmp_path / "models" / "mine"
    data = str(face_folder("angry", "disgust", "fear", count=10))
    assert main([*TRAIN, "--data", data, "--out", run]) == 0
    assert "accuracy" in capsys.readouterr().err
    files = {"model.keras", "model.tflite", "preset.json", "metrics.json", "MODEL_CARD.md"}
    files.add("faces.bin")
    assert main(["export", "--run", run, "--out", str(model)]) == 0
    assert {path.name for path in model.iterdir()} == files
    assert set(read_preset(model).files) == {"keras", "litert", "faces"}
    assert "largest difference from Keras" in capsys.readouterr().out
    monkeypatch.setattr(convert, "TOLERANCE", -1.0)  # as if it differed
    assert main(["export", "--run", run, "--out", str(model)]) == 0
    assert {path.name for path in model.iterdir()} == files - {"model.tflite"}
    assert set(read_preset(model).files) == {"keras", "faces"}
    assert "the LiteRT file gives different predictions" in capsys.readouterr().out
    assert [path.name for path in model.parent.iterdir()] == ["mine"]
    assert main(["evaluate", "--model", str(model), "--data", data]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train --system nix --data {d} --out {o}", "there is no system 'nix'"),
        ("train --system study_a_cnn_1 --data {d}/no --out {o}", "no does not exist"),
        ("train --system study_a_cnn_1 --data {d} --out {o} --labels x", "neither a label set"),
        ("train --start {d} --data {d} --out {o}", "lacks preset.json"),
        ("probe --system nix --data {d}", "there is no system 'nix'"),
        ("compare --systems A --data {d} --out {d}/happy/0.png/x", "x cannot be made"),
        ("evaluate --model {d} --data {d}", "lacks preset.json"),
        ("evaluate --model {d}/no --data {d}", "is not a folder"),
        ("export --run {d} --out {o}", "holds no run"),
    ],
)
def test_what_goes_wrong_is_one_line(
    face_folder: FolderMaker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: str,
    message: str,
) -> None:
    data = face_folder("happy", "sad")
    argv = [word.format(d=data, o=tmp_path / "out") for word in words.split()]
    assert main(argv) == 1
    captured = capsys.readouterr()
    lines = [line for line in captured.err.splitlines() if not line.startswith("reading ")]
    assert captured.out == ""
    assert len(lines) == 1
    assert lines[0].startswith("fer-train: ")
    assert message in lines[0]


@pytest.mark.parametrize(
    "words",
    [
        "train",
        "dance",
        "train --system a --data b --out c --epochs 0",
        "train --system a --data b --out c --batch-size 0",
        "train --system a --data b --out c --folds 1",
        "train --system a --data b --out c --learning-rate nan",
        "train --system a --data b --out c --seed x",
        "train --system a --data b --out c --optimizer lion",
        "train --data b --out c",
        "probe --data b",
    ],
)
def test_wrong_usage_exits_with_2(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words.split())
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def _training(data: Path, folder: Path, epochs: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "trainer", "train", "--system", "study_d_cnn_1"]
    command += ["--labels", "angry,disgust,fear", "--data", str(data), "--epochs", str(epochs)]
    command += ["--out", str(folder / "run"), "--progress", "json", "--precision", "float32"]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "FER_TRAINER_CACHE": str(folder / "cache")},
    )


def test_a_training_pauses_and_outlives_the_program_that_watches_it(
    faces_csv: Path, tmp_path: Path
) -> None:
    with _training(faces_csv, tmp_path, 3) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        words = {EpochDone: "pause", Paused: "continue"}
        for line in process.stdout:
            event = decode(line)
            if isinstance(event, Continued):
                break
            if (word := words.pop(type(event), "")) != "":
                process.stdin.write(f"{word}\n")
                process.stdin.flush()
        process.stdin.close()
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
    assert read_run(tmp_path / "run").facts["epoch"] == 3
    assert (tmp_path / "run" / "model.keras").is_file()


def test_a_program_can_stop_the_training(faces_csv: Path, tmp_path: Path) -> None:
    with _training(faces_csv, tmp_path, 500) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if isinstance(decode(line), EpochDone):
                process.stdin.write("cancel\n")
                process.stdin.flush()
                break
        rest = process.stdout.read().splitlines()
        assert process.wait(30) == 130
        assert json.loads(rest[-1])["event"] == "cancelled"
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("name", "split"), [("PrivateTest", "test"), ("publictest", "validation"), ("train", "train")]
)
def test_splits_have_their_usual_other_names(name: str, split: str) -> None:
    arguments = ["evaluate", "--model", "m", "--data", "d", "--split", name]
    assert build_parser().parse_args(arguments).split == split


@pytest.mark.usefixtures("tiny_systems")
def test_what_a_training_leaves_out_is_told_and_stored(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = face_folder("angry", "disgust", "fear", "bored", "Anger", count=8)
    run = tmp_path / "run"
    assert main([*TRAIN, "--data", str(folder), "--out", str(run)]) == 0
    error = capsys.readouterr().err
    assert "8 faces left out, of labels that are not learned: bored (8)" in error
    assert "Read as angry: Anger, angry." in error
    facts = read_run(run).facts
    assert facts["left_out"] == {"bored": 8}
    assert any("bored (8)" in note for note in facts["notes"])
    assert main(["probe", "--system", "tiny", "--data", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left_out"] == {"bored": 8}


@pytest.mark.usefixtures("tiny_systems")
def test_a_finished_run_is_made_longer_and_needs_no_system_named(
    faces_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, data = str(tmp_path / "run"), ["--data", str(faces_csv)]
    assert main([*TRAIN, *data, "--out", run]) == 0
    assert main(["train", *data, "--out", run, "--resume", "--epochs", "3"]) == 0
    assert "lengthened from 1 to 3 epochs" in capsys.readouterr().err
    again = read_run(tmp_path / "run")
    assert (again.facts["epoch"], again.config.recipe.epochs) == (3, 3)
    assert main(["train", *data, "--out", run, "--resume", "--epochs", "2"]) == 1
    assert "can be made longer, not shorter" in capsys.readouterr().err


def test_ones_own_network_is_trained_with_another_input(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = tmp_path / "net.py"
    net.write_text(
        "from keras import layers\n\ndef build(pixels, labels):\n"
        "    return layers.Dense(labels)(layers.Flatten()(pixels))\n"
    )
    data = ["--data", str(face_folder("happy", "sad", count=8))]
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    words = ["--system", f"{net}:build", *data, "--epochs", "1", "--precision", "float32"]
    assert main(["train", *words, "--input", "20", "--out", first]) == 0
    assert read_preset(tmp_path / "first").input_size_px == 20
    assert main(["evaluate", "--model", first, *data]) == 0
    # What was learned with another input goes on with it.
    assert main(["train", "--start", first, *words, "--out", second]) == 0
    assert read_preset(tmp_path / "second").input_size_px == 20
