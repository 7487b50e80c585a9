"""LiteRT runs ``model.tflite``."""

from pathlib import Path

import numpy as np
import pytest

from fer_desktop.errors import ModelError
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.vision.engines.base import EngineUnavailable
from fer_desktop.vision.engines.litert import LiteRTEngine
from fer_desktop.vision.engines.litert_loading import open_litert
from trainer.contract.preset import (
    LITERT,
    LITERT_FILE,
    LITERT_INT8,
    ModelFile,
    Preset,
    read_preset,
    update_preset,
)
from trainer.presets.conversion.faces import portrait_variants


@pytest.fixture(scope="module")
def content(converted_folder: Path) -> bytes:
    return (converted_folder / LITERT_FILE).read_bytes()


@pytest.fixture(scope="module")
def preset(converted_folder: Path) -> Preset:
    return read_preset(converted_folder)


@pytest.mark.parametrize("threads", [1, 2])
def test_how_many_faces_come_at_once_changes_no_number(content: bytes, threads: int) -> None:
    crops = np.random.default_rng(0).integers(0, 256, (11, 48, 48, 1), np.uint8)
    engine = LiteRTEngine(content, threads=threads)
    alone = np.concatenate([engine.predict(crops[i : i + 1]) for i in range(11)])
    for faces in (1, 3, 4, 7, 8, 11):
        np.testing.assert_allclose(engine.predict(crops[:faces]), alone[:faces], atol=1e-6)
    engine.close()
    engine.close()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("file_format", [LITERT, LITERT_INT8])
def test_faces_of_the_shipped_model_have_the_same_numbers_alone_and_together(
    file_format: str, threads: int
) -> None:
    """To the last bit: tables stay the same however frames and faces are divided among threads."""
    folder = resolve_model("seven-expressions")
    faces = portrait_variants(48, "gray")[:9]
    content = (folder / read_preset(folder).files[file_format].file).read_bytes()
    engine = LiteRTEngine(content, threads=threads)
    together = engine.predict(faces)
    engine.close()
    engine = LiteRTEngine(content, threads=1)
    alone = np.concatenate([engine.predict(faces[i : i + 1]) for i in range(len(faces))])
    engine.close()
    np.testing.assert_array_equal(together, alone)


def test_weights_of_8_bits_change_the_shipped_models_answers_little() -> None:
    folder = resolve_model("seven-expressions")
    preset, faces = read_preset(folder), portrait_variants(48, "gray")
    answers = []
    for file_format in (LITERT, LITERT_INT8):
        engine = open_litert(folder, preset, file_format)
        assert engine.name == file_format
        answers.append(engine.predict(faces))
        engine.close()
    exact, rounded = answers
    assert 0 < np.abs(rounded - exact).max() < 0.03
    assert np.abs(rounded - exact).max(axis=1).mean() < 0.01
    certain = exact.max(axis=1) > 0.5
    np.testing.assert_array_equal(rounded[certain].argmax(axis=1), exact[certain].argmax(axis=1))


@pytest.mark.parametrize("content", [b"", b"TFL3", b"\x1c\0\0\0TFL3" + bytes(100)])
def test_what_is_no_network_is_refused(content: bytes) -> None:
    with pytest.raises(EngineUnavailable, match="LiteRT cannot run"):
        LiteRTEngine(content)


def test_a_missing_litert_is_said(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(EngineUnavailable, match="ai_edge_litert"):
        LiteRTEngine(content)


def test_a_changed_file_is_refused(converted_folder: Path, preset: Preset, tmp_path: Path) -> None:
    (tmp_path / LITERT_FILE).write_bytes((converted_folder / LITERT_FILE).read_bytes() + b"x")
    with pytest.raises(ModelError, match="checksum") as caught:
        open_litert(tmp_path, preset)
    assert caught.value.hint


def test_a_folder_without_the_file_is_left_to_others(tmp_path: Path, preset: Preset) -> None:
    with pytest.raises(EngineUnavailable, match="no file for LiteRT") as caught:
        open_litert(tmp_path, preset)
    assert "fer-train convert" in caught.value.hint


@pytest.mark.parametrize(
    ("fields", "word"), [({"input_size_px": 64}, "input"), ({"labels": ("a", "b")}, "2 labels")]
)
def test_another_network_than_the_preset_says_is_refused(
    converted_folder: Path, tmp_path: Path, fields: dict[str, object], word: str
) -> None:
    for path in converted_folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    update_preset(tmp_path, **fields)
    with pytest.raises(ModelError, match=word):
        open_litert(tmp_path, read_preset(tmp_path))


def test_a_file_of_another_name_may_be_the_one(converted_folder: Path, tmp_path: Path) -> None:
    for path in converted_folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / LITERT_FILE).rename(tmp_path / "other.tflite")
    files = read_preset(tmp_path).files
    entry = ModelFile("other.tflite", files["litert"].sha256)
    update_preset(tmp_path, files={**files, "litert": entry})
    open_litert(tmp_path, read_preset(tmp_path)).close()


@pytest.mark.parametrize("file_format", [LITERT, LITERT_INT8])
def test_a_copy_has_the_very_same_answers(file_format: str) -> None:
    folder = resolve_model("seven-expressions")
    content = (folder / read_preset(folder).files[file_format].file).read_bytes()
    faces = portrait_variants(48, "gray")[:9]
    engine = LiteRTEngine(content, name=file_format)
    make = engine.copier()
    answers = engine.predict(faces)
    engine.close()
    copy = make()
    np.testing.assert_array_equal(copy.predict(faces), answers)
    assert (copy.name, copy.input_shape, copy.output_shape) == (
        file_format,
        engine.input_shape,
        engine.output_shape,
    )


def test_of_a_network_that_reads_faces_otherwise_in_company_there_is_no_copy(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict = LiteRTEngine.predict
    monkeypatch.setattr(
        LiteRTEngine,
        "predict",
        lambda engine, crops: np.nextafter(predict(engine, crops), np.float32(len(crops) > 1)),
    )
    make = LiteRTEngine(content).copier()
    with pytest.raises(EngineUnavailable, match="in company"):
        make()
