"""LiteRT runs ``model.tflite``."""

from pathlib import Path

import numpy as np
import pytest

from fer_desktop.errors import ModelError
from fer_desktop.vision.engines.base import EngineUnavailable
from fer_desktop.vision.engines.litert import LiteRTEngine
from fer_desktop.vision.engines.litert_loading import open_litert
from trainer.contract.preset import LITERT_FILE, ModelFile, Preset, read_preset, update_preset


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
