"""The quickest engine that can runs a model, unless the user chose one."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fer_desktop.errors import ModelError
from fer_desktop.plugins import telling
from fer_desktop.settings import EngineChoice
from fer_desktop.vision.engines import factory
from fer_desktop.vision.engines.base import EngineUnavailable
from fer_desktop.vision.engines.factory import load_engine
from trainer.contract.preset import (
    LITERT,
    LITERT_FILE,
    LITERT_INT8_FILE,
    PRESET_FILE,
    file_sha256,
    preset_to_json,
    read_preset,
)
from trainer.presets.conversion.convert import add_litert


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders that were to be tried in another process."""
    tried: list[Path] = []
    monkeypatch.setattr(factory, "try_model", lambda folder, engines: tried.append(folder))
    return tried


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what makes Keras find a graphics card, or nothing but the driver of one."""

    def find(device: str) -> None:
        monkeypatch.setattr(factory, "may_have_gpu", lambda: True)
        monkeypatch.setattr(factory, "device_name", lambda: device)

    return find


@pytest.fixture
def copied(converted_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(converted_folder, tmp_path / "copied"))


def engine_of(folder: Path, choice: EngineChoice = "auto") -> str:
    engine = load_engine(folder, read_preset(folder), choice, warm_up=False)
    engine.close()
    return engine.name


@pytest.mark.parametrize(
    ("choice", "expected"), [("auto", "litert"), ("litert", "litert"), ("keras", "keras")]
)
def test_on_a_processor_litert_is_the_quickest(
    converted_folder: Path, trials: list[Path], choice: EngineChoice, expected: str
) -> None:
    assert engine_of(converted_folder, choice) == expected


def test_weights_of_8_bits_run_where_a_model_has_them_and_only_if_chosen(
    copied: Path, trials: list[Path]
) -> None:
    assert engine_of(copied, "litert-int8") == "litert"
    add_litert(copied, precision="int8")
    assert engine_of(copied, "litert-int8") == "litert-int8"
    assert engine_of(copied) == "litert"


def test_weights_of_8_bits_that_were_changed_are_refused(copied: Path, trials: list[Path]) -> None:
    add_litert(copied, precision="int8")
    (copied / LITERT_INT8_FILE).write_bytes(b"changed")
    with pytest.raises(ModelError, match="checksum"):
        engine_of(copied, "litert-int8")


@pytest.mark.parametrize(
    ("device", "expected"), [("GPU: Card 9", "keras"), ("CPU", "litert")], ids=["card", "driver"]
)
def test_on_a_card_keras_is(
    converted_folder: Path,
    trials: list[Path],
    card: Callable[[str], None],
    device: str,
    expected: str,
) -> None:
    card(device)
    assert engine_of(converted_folder) == expected
    assert engine_of(converted_folder, "litert") == "litert"


def test_a_card_that_no_backend_can_use_is_none(
    converted_folder: Path,
    trials: list[Path],
    card: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise ModelError("Keras cannot start.")

    card("GPU")
    monkeypatch.setattr(factory, "prepare_backend", fail)
    assert engine_of(converted_folder) == "litert"


def test_a_model_of_an_older_version_is_run_by_keras(model_folder: Path) -> None:
    assert engine_of(model_folder) == "keras"
    with pytest.raises(EngineUnavailable, match="no file for LiteRT"):
        engine_of(model_folder, "litert")


def test_a_file_that_got_lost_is_not_missed(copied: Path) -> None:
    (copied / LITERT_FILE).unlink()
    assert engine_of(copied) == "keras"


def test_without_litert_keras_runs(
    converted_folder: Path, trials: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    assert engine_of(converted_folder) == "keras"


def test_a_changed_file_is_refused_rather_than_left_out(copied: Path, trials: list[Path]) -> None:
    (copied / LITERT_FILE).write_bytes(b"changed")
    with pytest.raises(ModelError, match="checksum"):
        engine_of(copied)


def test_models_of_others_are_tried_first(
    copied: Path, trials: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine_of(copied)
    assert trials == [copied]
    monkeypatch.setattr(factory, "bundled_models_dir", lambda: copied.parent)
    engine_of(copied)
    assert trials == [copied]


def test_a_file_that_litert_cannot_run_is_told(copied: Path, trials: list[Path]) -> None:
    file = copied / LITERT_FILE
    file.write_bytes(b"\x1c\0\0\0TFL3" + bytes(100))
    files = dict(read_preset(copied).files)
    files[LITERT] = replace(files[LITERT], sha256=file_sha256(file))
    (copied / PRESET_FILE).write_text(preset_to_json(replace(read_preset(copied), files=files)))
    told: list[str] = []
    with telling(told.append):
        assert engine_of(copied) == "keras"
    (problem,) = told
    assert "LiteRT cannot run the model" in problem
    assert "Keras runs it" in problem
