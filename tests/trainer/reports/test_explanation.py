"""Pictures, page and numbers of what a model looks at."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.data import astronaut
from tests.helpers.models import make_model_folder
from tests.trainer.conftest import FolderMaker
from trainer.cli import main
from trainer.contract.checked_json import decode_json
from trainer.contract.explained_facts import Explained
from trainer.contract.preset import Color

LABELS = ("angry", "happy", "neutral")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(tmp_path_factory.mktemp("models") / "tiny", LABELS)


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    path = tmp_path / "le cliché <1>.png"
    Image.fromarray(astronaut()[63:172, 170:279, ::-1]).save(path)
    return path


def explain(*words: object) -> int:
    return main(["explain", *map(str, words)])


def read(folder: Path) -> Explained:
    return decode_json((folder / "explanations.json").read_text(encoding="utf-8"), Explained)


@pytest.mark.parametrize("color", ["gray", "rgb"])
def test_a_picture_is_explained(color: Color, portrait: Path, tmp_path: Path) -> None:
    model = make_model_folder(tmp_path / "model", LABELS, color=color)
    out = tmp_path / "why"
    assert explain("--model", model, portrait, "--label", "Anger", "--out", out) == 0
    found = read(out)
    (face,) = found.faces
    assert face.file == str(portrait)
    assert face.label == "angry"
    assert face.emotion in LABELS
    assert np.shape(face.parts) == (8, 8)
    assert found.labels == ()
    with Image.open(out / face.picture) as picture:
        assert picture.width > 500
    page = (out / "explanations.html").read_text(encoding="utf-8")
    assert "le cliché &lt;1&gt;.png" in page
    assert "not what a person feels" in page
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_pictures_that_cannot_be_read_are_named_and_the_others_explained(
    model: Path, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    out = tmp_path / "why"
    assert explain("--model", model, broken, portrait, tmp_path / "gone.png", "--out", out) == 1
    told = capsys.readouterr().err
    assert "broken.png" in told
    assert "gone.png is missing" in told
    assert len(read(out).faces) == 1
    assert explain("--model", model, broken, "--out", tmp_path / "none") == 1
    assert "broken.png" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_dataset_tells_what_the_model_looks_at_for_each_label(
    model: Path, face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = face_folder("angry", "happy", count=5), tmp_path / "why"
    words = ("--model", model, "--data", data, "--split", "all", "--most", 3, "--out", out)
    assert explain(*words, "--json") == 0
    found = read(out)
    assert json.loads(capsys.readouterr().out) == json.loads(
        (out / "explanations.json").read_text(encoding="utf-8")
    )
    assert {face.truth for face in found.faces} <= {"angry", "happy"}
    assert all(face.emotion == face.label for face in found.faces)
    (mean, *_) = found.labels
    same = [face for face in found.faces if face.label == mean.label]
    assert mean.faces == len(same) <= 3
    np.testing.assert_allclose(
        mean.parts, np.mean([face.parts for face in same], axis=0), atol=1e-3
    )
    assert (out / mean.picture).is_file()
    assert any("left out" in note for note in found.notes)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("face.png", "--label", "smug"), "does not know smug. Its labels are angry, happy"),
        (("face.png", "--data", "faces"), "either pictures or --data"),
        ((), "either pictures or --data"),
        (("--data", "faces", "--photos"), "--photos goes with pictures"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    words: tuple[str, ...],
    said: str,
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        status = explain("--model", model, *words, "--out", tmp_path / "why")
    except SystemExit as ended:
        status = ended.code
    assert status in (1, 2)
    told = capsys.readouterr().err.strip()
    assert said in told
    assert "\n" not in told
