import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.data import astronaut
from tests.helpers.models import make_model_folder
from tests.trainer.conftest import FolderMaker
from trainer.cli import main
from trainer.config import DataSource
from trainer.contract.preset import Color
from trainer.data.readers import load_dataset
from trainer.presets.model_folder import load_model_folder
from trainer.presets.prediction import Prediction, Refusal, predict

LABELS = ("angry", "happy", "neutral")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return make_model_folder(folder, LABELS, temperature=1.4, unsure_below=0.5)


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    path = tmp_path / "le cliché.png"
    Image.fromarray(astronaut()[40:190, 150:300, ::-1]).save(path)
    return path


@pytest.mark.parametrize("color", ["gray", "rgb"])
def test_a_face_gets_what_it_gets_in_a_dataset(
    tmp_path: Path, face_folder: FolderMaker, color: Color
) -> None:
    folder = make_model_folder(tmp_path / "model", LABELS[:2], color=color, temperature=0.7)
    model = load_model_folder(folder)
    data = face_folder("angry", "happy", count=35)
    dataset = load_dataset(DataSource(path=data), size_px=48, color=color)
    expected = model.probabilities(dataset, np.arange(70))
    found = list(predict(model, [data / name for name in dataset.names]))
    assert [entry.file for entry in found] == [str(data / name) for name in dataset.names]
    rows = [list(entry.probabilities.values()) for entry in found if isinstance(entry, Prediction)]
    np.testing.assert_allclose(rows, expected, atol=1e-6)


def test_any_colour_and_form_is_read(model: Path, portrait: Path, tmp_path: Path) -> None:
    picture = Image.open(portrait)
    gray = picture.convert("L")
    paths = [portrait]
    for name, image in {
        "gray.bmp": gray,
        "rgba.webp": picture.convert("RGBA"),
        "palette.gif": gray.convert("P"),
        "deep.png": Image.fromarray(np.asarray(gray).astype(np.uint16) * 257),
        "cmyk.jpg": picture.convert("CMYK"),
    }.items():
        image.save(tmp_path / name)
        paths.append(tmp_path / name)
    found = list(predict(load_model_folder(model), paths))
    rows = [list(entry.probabilities.values()) for entry in found if isinstance(entry, Prediction)]
    assert len(rows) == len(paths)
    np.testing.assert_allclose(rows, rows[:1] * len(rows), atol=0.02)


def test_bad_images_are_one_line_each_and_the_others_are_done(
    model: Path, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, cut, missing = tmp_path / "notes.txt", tmp_path / "cut.png", tmp_path / "missing.png"
    text.write_text("not a face", encoding="utf-8")
    cut.write_bytes(portrait.read_bytes()[:2000])
    empty = tmp_path / "empty"
    empty.mkdir()
    paths = [text, portrait, cut, empty, missing, portrait]
    assert main(["predict", "--model", str(model), *map(str, paths)]) == 1
    captured = capsys.readouterr()
    done, failed = captured.out.splitlines(), captured.err.splitlines()
    assert len(done) == 2
    assert done[0].startswith(f"{portrait}: unsure (")
    assert [line.partition(" ")[0] for line in failed] == ["fer-train:"] * 4
    for line, path in zip(failed, (text, cut, empty, missing), strict=True):
        assert str(path) in line
    assert "is not an image" in failed[0]


def test_json_has_a_line_an_image(
    model: Path, portrait: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "--json", "--model", str(model), str(portrait), str(portrait)]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    assert list(first["probabilities"]) == list(LABELS)
    assert sum(first["probabilities"].values()) == pytest.approx(1)
    assert first["probabilities"][first["emotion"]] == first["confidence"]
    assert max(first["probabilities"].values()) == first["confidence"]
    assert first["unsure"] is (first["confidence"] < 0.5)
    assert first["file"] == str(portrait)


def test_folders_are_read_whole_and_a_table_is_written(
    model: Path, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "faces"
    (folder / "more").mkdir(parents=True)
    for name in ("=1.png", "more/b.png", ".hidden.png"):
        (folder / name).write_bytes(portrait.read_bytes())
    (folder / "notes.txt").write_text("no face")
    table = tmp_path / "tables" / "answers.csv"
    assert main(["predict", "--model", str(model), str(folder), "--csv", str(table)]) == 0
    assert capsys.readouterr().out == ""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [str(folder / "=1.png"), str(folder / "more/b.png")]
    assert list(rows[0]) == ["file", "emotion", "confidence", "unsure", *(f"p_{n}" for n in LABELS)]
    assert sum(float(rows[0][f"p_{name}"]) for name in LABELS) == pytest.approx(1, abs=1e-4)
    assert float(rows[0][f"p_{rows[0]['emotion']}"]) == float(rows[0]["confidence"])


def test_no_readable_image_asks_nothing_of_the_network(model: Path, tmp_path: Path) -> None:
    found = list(predict(load_model_folder(model), [tmp_path / "a.png", tmp_path / "b.png"]))
    assert all(isinstance(entry, Refusal) for entry in found)


def test_a_folder_without_a_model_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "--model", str(tmp_path), "face.png"]) == 1
    assert (
        capsys.readouterr().err
        == f"fer-train: {tmp_path} lacks preset.json. Give another model folder.\n"
    )
