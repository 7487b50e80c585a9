import importlib.util
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.helpers.models import make_model_folder
from tests.trainer.conftest import FolderMaker
from trainer.cli import main
from trainer.contract.calibration import calibrate
from trainer.contract.preset import Color, file_sha256, read_preset
from trainer.errors import RunError
from trainer.presets.conversion import convert
from trainer.presets.conversion.convert import Format, add_litert, convert_model
from trainer.presets.conversion.faces import portrait_variants
from trainer.presets.model_folder import load_model_folder

LABELS = ("angry", "happy", "überrascht")
FORMATS = get_args(Format)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return make_model_folder(tmp_path / "tiny", LABELS, temperature=1.7, unsure_below=0.4)


@pytest.fixture
def other_writer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that replaces parts of the LiteRT writer, which then needs no packages."""

    def change(**parts: Any) -> None:
        changed = replace(convert._WRITERS["litert"], packages=(), **parts)
        monkeypatch.setitem(convert._WRITERS, "litert", changed)

    return change


def _need(file_format: Format) -> None:
    for package in convert._WRITERS[file_format].packages:
        pytest.importorskip(package)


def _expected(folder: Path, images: NDArray[np.float32]) -> NDArray[np.float64]:
    model = load_model_folder(folder)
    answers = np.asarray(model.network.predict_on_batch(images))
    return calibrate(answers, model.preset.temperature)


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("color", ["gray", "rgb"])
def test_the_file_answers_as_the_model_does(
    tmp_path: Path, file_format: Format, color: Color
) -> None:
    _need(file_format)
    folder = make_model_folder(tmp_path / "model", LABELS, color=color, temperature=1.7)
    out = tmp_path / "new" / "mödel.bin"
    done = convert_model(folder, out, file_format)
    assert done.difference < 1e-5
    assert done.size_bytes == out.stat().st_size
    run = convert._WRITERS[file_format].run
    for count in (1, 5):
        images = np.random.default_rng(count).uniform(0, 255, (count, 48, 48, 4)).astype(np.float32)
        images = images[..., : 1 if color == "gray" else 3]
        np.testing.assert_allclose(run(out, images), _expected(folder, images), atol=1e-5)
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("file_format", FORMATS)
def test_constants_of_preprocessing_stay_inside(tmp_path: Path, file_format: Format) -> None:
    _need(file_format)

    def normalization() -> Any:
        import keras

        return keras.layers.Normalization(mean=[0.5], variance=[0.1])

    folder = make_model_folder(tmp_path / "model", LABELS, extra_layer=normalization)
    assert convert_model(folder, tmp_path / "model.bin", file_format).difference < 1e-5


def test_an_onnx_file_says_what_it_is(model: Path, tmp_path: Path) -> None:
    _need("onnx")
    out = tmp_path / "model.onnx"
    convert_model(model, out, "onnx")
    session = pytest.importorskip("onnxruntime").InferenceSession(out)
    (pixels,), (probabilities,) = session.get_inputs(), session.get_outputs()
    assert (pixels.name, pixels.shape) == ("pixels", ["faces", 48, 48, 1])
    assert (probabilities.name, probabilities.shape) == ("probabilities", ["faces", 3])
    said = session.get_modelmeta().custom_metadata_map
    assert json.loads(said["labels"]) == list(LABELS)
    assert json.loads(said["input"])["range"] == [0, 255]
    assert json.loads(said["unsure_below"]) == 0.4
    assert said["Image.BitmapPixelFormat"] == "Gray8"


def test_a_litert_file_says_what_it_is(model: Path, tmp_path: Path) -> None:
    _need("litert")
    out = tmp_path / "model.tflite"
    convert_model(model, out, "litert")
    with zipfile.ZipFile(out) as archive:
        assert archive.read("labels.txt").decode().splitlines() == list(LABELS)
        said = json.loads(archive.read("metadata.json"))
    assert said["labels"] == list(LABELS)
    assert said["input"]["shape"] == ["faces", 48, 48, 1]
    assert said["output"]["name"] == "probabilities"


def test_mediapipe_runs_a_litert_file_and_knows_its_labels(tmp_path: Path) -> None:
    _need("litert")
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    folder = make_model_folder(tmp_path / "model", LABELS, color="rgb", temperature=1.7)
    out = tmp_path / "model.tflite"
    convert_model(folder, out, "litert")
    options = vision.ImageClassifierOptions(BaseOptions(model_asset_path=str(out)))
    face = portrait_variants(48, "rgb")[:1]
    with vision.ImageClassifier.create_from_options(options) as classifier:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=face[0])
        (found,) = classifier.classify(image).classifications
    scores = {category.category_name: category.score for category in found.categories}
    (expected,) = _expected(folder, face.astype(np.float32))
    assert scores == pytest.approx(dict(zip(LABELS, expected, strict=True)), abs=1e-4)


def test_the_faces_of_a_dataset_are_compared(
    model: Path,
    tmp_path: Path,
    face_folder: FolderMaker,
    other_writer: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other_writer(
        write=lambda network, _, path: path.write_bytes(b"file"),
        run=lambda _, images: _expected(model, images),
    )
    words = ["export", "--model", str(model), "--format", "litert"]
    words += ["--out", str(tmp_path / "out"), "--data", str(face_folder("happy", "sad"))]
    assert main(words) == 0
    assert capsys.readouterr().out == (
        f"{tmp_path / 'out'}: 4 bytes, 3 labels; largest difference from Keras 0.0e+00 over "
        "8 faces (faces), 1e-04 allowed\n"
    )


def test_a_file_that_answers_differently_is_refused(
    model: Path, tmp_path: Path, other_writer: Any
) -> None:
    for wrong in (0.01, np.nan):
        other_writer(
            write=lambda network, _, path: path.write_bytes(b"wrong"),
            run=lambda _, images, wrong=wrong: _expected(model, images) + wrong,
        )
        out = tmp_path / "files" / "model.tflite"
        out.parent.mkdir(exist_ok=True)
        out.write_bytes(b"earlier")
        with pytest.raises(
            RunError, match=r"gives different predictions: by up to .* It was not kept"
        ):
            convert_model(model, out, "litert")
        assert out.read_bytes() == b"earlier"
        assert list(out.parent.iterdir()) == [out]


def test_what_a_converter_cannot_do_is_one_line(
    model: Path, tmp_path: Path, other_writer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("no such operation: Warp\nat graph 0\nat node 7")

    other_writer(write=fail)
    out = tmp_path / "model.tflite"
    assert main(["export", "--model", str(model), "--format", "litert", "--out", str(out)]) == 1
    assert capsys.readouterr().err == (
        "fer-train: tiny cannot be converted to LiteRT: no such operation: Warp\n"
    )
    assert not out.exists()


@pytest.mark.parametrize("file_format", FORMATS)
def test_missing_packages_are_named(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_format: Format
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"need the Python packages .* pip install") as caught:
        convert_model(model, tmp_path / "out", file_format)
    for package in convert._WRITERS[file_format].packages:
        assert package in str(caught.value)


def test_another_backend_is_refused(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_writer: Any
) -> None:
    import keras

    other_writer()
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RunError, match=r"not on jax\. Set KERAS_BACKEND=tensorflow"):
        convert_model(model, tmp_path / "out", "litert")


def test_places_that_cannot_be_written_are_named(
    model: Path, tmp_path: Path, other_writer: Any
) -> None:
    other_writer()
    with pytest.raises(RunError, match="is a folder"):
        convert_model(model, tmp_path, "litert")
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be written"):
        convert_model(model, tmp_path / "file" / "model.tflite", "litert")


def test_a_model_folder_gets_its_litert_file(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _need("litert")
    before = read_preset(model)
    assert main(["convert", str(model)]) == 0
    assert "over 64 faces (a portrait, varied)" in capsys.readouterr().out
    preset = read_preset(model)
    assert replace(preset, files={}) == before
    assert {name: entry.file for name, entry in preset.files.items()} == {
        "keras": "model.keras",
        "litert": "model.tflite",
    }
    for entry in preset.files.values():
        assert entry.sha256 == file_sha256(model / entry.file)
    # What model.keras gives: calibration is left to who reads the preset.
    images = np.random.default_rng(0).uniform(0, 255, (5, 48, 48, 1)).astype(np.float32)
    network = load_model_folder(model).network
    given = convert._WRITERS["litert"].run(model / "model.tflite", images)
    np.testing.assert_allclose(given, network.predict_on_batch(images), atol=1e-5)


def test_a_model_folder_gets_weights_of_8_bits_beside_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _need("litert")

    def layer() -> Any:
        import keras

        return keras.layers.Conv2D(64, 3, padding="same")

    folder = make_model_folder(tmp_path / "model", LABELS, extra_layer=layer)
    add_litert(folder)
    whole = (folder / "model.tflite").read_bytes()
    assert main(["convert", "--precision", "int8", str(folder)]) == 0
    assert "1e-01 allowed" in capsys.readouterr().out
    entry = read_preset(folder).files["litert-int8"]
    assert (entry.file, entry.sha256) == (
        "model.int8.tflite",
        file_sha256(folder / "model.int8.tflite"),
    )
    assert (folder / "model.tflite").read_bytes() == whole

    # It answers nearly as the network does, and for each face as if that were alone.
    images = np.random.default_rng(0).uniform(0, 255, (300, 48, 48, 1)).astype(np.float32)
    model, rounded = load_model_folder(folder), load_model_folder(folder, "int8")
    assert rounded.preset.name == f"{model.preset.name} (int8)"
    given = rounded.network.predict_on_batch(images)
    assert 0 < np.abs(given - model.network.predict_on_batch(images)).max() < 0.05
    np.testing.assert_array_equal(rounded.network.predict_on_batch(images[7:8]), given[7:8])


def test_a_model_without_weights_of_8_bits_says_how_to_make_them(model: Path) -> None:
    with pytest.raises(RunError, match=r"no file with weights of 8 bits; .*--precision int8"):
        load_model_folder(model, "int8")


def test_a_folder_whose_file_would_differ_stays_as_it_was(
    model: Path, other_writer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    other_writer(run=lambda _, images: _expected(model, images) + 0.01)
    monkeypatch.setattr(
        convert.litert_format, "write_bare", lambda network, _, path: path.write_bytes(b"wrong")
    )
    with pytest.raises(RunError, match="gives different predictions"):
        add_litert(model)
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before


@pytest.mark.parametrize(
    "words",
    [
        "export --model m --out o",
        "export --run r --format onnx --out o",
        "export --run r --model m --format onnx --out o",
        "export --format onnx --out o",
        "export --model m --format pickle --out o",
    ],
)
def test_wrong_usage_exits_with_2(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words.split())
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err
