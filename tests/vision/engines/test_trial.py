"""A foreign model that crashes crashes alone."""

import shutil
import subprocess
from pathlib import Path

import keras
import pytest

from fer_desktop.errors import ModelError
from fer_desktop.vision.engines import trial
from fer_desktop.vision.engines.base import EngineUnavailable
from fer_desktop.vision.engines.trial import try_model, try_on_all_engines
from tests.helpers.models import make_model_folder
from trainer.contract.preset import (
    KERAS,
    LITERT,
    LITERT_INT8,
    MODEL_FILE,
    ModelFile,
    file_sha256,
    read_preset,
    update_preset,
)
from trainer.presets.conversion.convert import add_litert


@pytest.fixture
def copied(converted_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(converted_folder, tmp_path / "copied"))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """Run what would be another process in this one; return the command lines."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[bytes]":
        commands.append(command)
        status = trial.main(command[3:])
        return subprocess.CompletedProcess(command, status, capsys.readouterr().out.encode(), b"")

    monkeypatch.setattr(trial, "run_program", run)
    monkeypatch.setattr(trial, "_limit_memory", lambda: None)
    return commands


def put(folder: Path, content: bytes, file_format: str = LITERT) -> None:
    """Put another LiteRT file into a folder, with the checksum that fits."""
    files = read_preset(folder).files
    name = files[file_format].file
    (folder / name).write_bytes(content)
    entry = ModelFile(name, file_sha256(folder / name))
    update_preset(folder, files={**files, file_format: entry})


def test_a_good_model_passes_in_another_process(copied: Path) -> None:
    try_model(copied, [LITERT])


def test_all_engines_that_can_run_a_model_do(
    copied: Path, model_folder: Path, here: list[list[str]]
) -> None:
    try_on_all_engines(copied)
    try_on_all_engines(model_folder)
    assert [command[3:] for command in here] == [
        [str(copied), KERAS, LITERT],
        [str(model_folder), KERAS],
    ]


def test_without_keras_only_litert_is_asked(
    copied: Path, model_folder: Path, here: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "is_installed", lambda package: package == "ai_edge_litert")
    try_on_all_engines(copied)
    assert here[0][3:] == [str(copied), LITERT]
    monkeypatch.setitem(__import__("sys").modules, "keras", None)
    with pytest.raises(ModelError, match="Keras cannot start"):
        try_on_all_engines(model_folder)


def test_two_networks_under_one_name_are_refused(
    copied: Path, tmp_path: Path, here: list[list[str]]
) -> None:
    other = make_model_folder(tmp_path / "other", output_activation="sigmoid")
    network = keras.models.load_model(other / MODEL_FILE)
    network.export(tmp_path / "other.tflite", format="litert", verbose=False)
    put(copied, (tmp_path / "other.tflite").read_bytes())
    with pytest.raises(ModelError, match="different networks"):
        try_on_all_engines(copied)


def test_weights_of_8_bits_are_tried_too_and_must_be_those_of_the_model(
    copied: Path, tmp_path: Path, here: list[list[str]]
) -> None:
    add_litert(copied, precision="int8")
    try_on_all_engines(copied)
    assert here[0][3:] == [str(copied), KERAS, LITERT, LITERT_INT8]
    other = make_model_folder(tmp_path / "other", output_activation="sigmoid")
    network = keras.models.load_model(other / MODEL_FILE)
    network.export(tmp_path / "other.tflite", format="litert", verbose=False)
    put(copied, (tmp_path / "other.tflite").read_bytes(), LITERT_INT8)
    with pytest.raises(ModelError, match="different networks"):
        try_on_all_engines(copied)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x1c\0\0\0TFL3" + bytes(500)])
def test_nonsense_is_refused_in_one_line(
    copied: Path, content: bytes, here: list[list[str]]
) -> None:
    put(copied, content)
    with pytest.raises(EngineUnavailable) as caught:
        try_model(copied, [LITERT])
    assert "\n" not in str(caught.value)


def test_a_process_that_dies_is_told_as_a_bad_model(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        trial, "module_command", lambda *_: ["python3", "-c", "import os; os.abort()"]
    )
    with pytest.raises(ModelError, match="crashes the program that runs it") as caught:
        try_model(copied, [LITERT])
    assert caught.value.hint


def test_a_process_that_never_ends_is_ended(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_TIMEOUT_S", 0.01)
    with pytest.raises(ModelError, match="takes too long to run"):
        try_model(copied, [LITERT])
