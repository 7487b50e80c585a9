"""Wrong usage is one line with what was probably meant, told before anything slow begins."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainer.conftest import FolderMaker
from trainer.cli import main
from trainer.presets.model_names import model_folder, model_places


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("trian --data d", "fer-train: argument COMMAND: invalid choice: 'trian'"),
        ("trian --data d", "Did you mean train?"),
        ("train --system a --data b --out c --epohcs 3", "Did you mean --epochs?"),
        ("train --system a --data b --out c --optimizer adm", "Did you mean adam?"),
        ("train --system a --out c", "the following arguments are required: --data."),
        ("train --system a --data b --out c --epochs 0", "must be at least 1"),
        ("train --system a --data b --out c --input 9", "must be at least 16"),
        ("train --data b --out c", "one of --system and --start is needed."),
        ("evaluate --model . --data b --split tset", "Did you mean test?"),
        ("cross-validate --system a --data b --out c --folds 1", "must be at least 2"),
        ("fix --data b", "one of the arguments --out --list is required."),
        ("fingerprint m --remove --data b", "--remove takes neither --data nor --start."),
    ],
)
def test_wrong_usage_is_one_line(
    words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words.split())
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err
    assert "--help for the usage." in captured.err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("fer-train ")


def test_labels_that_are_mistyped_are_told_without_keras(face_folder: FolderMaker) -> None:
    folder = face_folder("happy", "sad")
    code = (
        "import sys; from trainer.cli import main; status = main(sys.argv[1:]); "
        "sys.exit(40 + status if 'keras' not in sys.modules else status)"
    )
    words = ["train", "--system", "study_a_cnn_1", "--data", str(folder), "--out", "o"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--labels", "happy,sda"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 41
    assert "has no label sda. Its labels are happy, sad. Did you mean sad?" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("predict --model fer77 x.png", "there is no model 'fer77'.*Did you mean fer7?"),
        ("train --system study_a_cnn1 --data {d} --out {o}", "Did you mean study_a_cnn_1?"),
        (
            "train --system study_a_cnn_1 --data {d} --out {o} --folds 5",
            "is not a stacking ensemble.*`fer-train cross-validate --folds 5` trains a network",
        ),
        ("train --system study_a_cnn_1 --data {d} --out {o} --labels fer8", "neither a label set"),
    ],
)
def test_near_names_are_told(
    words: str,
    message: str,
    face_folder: FolderMaker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import re

    folder = face_folder("happy", "sad")
    assert main([word.format(d=folder, o=tmp_path / "out") for word in words.split()]) == 1
    error = capsys.readouterr().err
    assert re.search(message, error)
    assert error.count("\n") == 1


def test_models_are_found_by_name_or_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_DESKTOP_PROFILE", str(tmp_path))
    own = tmp_path / "models" / "mine"
    own.mkdir(parents=True)
    (own / "preset.json").write_text("{}")
    assert model_folder("mine") == own
    assert model_folder(own) == own
    assert model_folder("fer7") == model_places()[0] / "fer7"


def test_the_trainer_looks_for_models_where_the_application_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_desktop.paths import bundled_models_dir, user_models_dir

    assert model_places() == (bundled_models_dir(), user_models_dir())
    monkeypatch.setenv("FER_DESKTOP_PROFILE", str(tmp_path))
    assert model_places() == (bundled_models_dir(), user_models_dir())
