"""Pipes in the place of files: nobody waits for whoever might write into them."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_desktop.errors import FerError
from fer_desktop.models.archive import import_model
from fer_desktop.recording.bundle_import import import_bundle
from fer_desktop.recording.correction_files import read_corrections
from fer_desktop.recording.mark_files import read_marks
from fer_desktop.recording.table_observer import observe_table
from fer_desktop.settings import load_settings
from trainer.contract.keras_archive import count_parameters
from trainer.contract.preset import PresetError, file_sha256
from trainer.data.tables import table_form
from trainer.errors import DataError

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes"),
]

_PATIENCE_S = 10.0
READERS: dict[str, Callable[[Path], object]] = {
    "b.ferbundle": lambda path: import_bundle(path, path.parent / "sessions"),
    "m.zip": lambda path: import_model(path, "mine"),
    "m.keras": count_parameters,
    "m.tflite": file_sha256,
    "c.csv": read_corrections,
    "m.csv": read_marks,
    "m.eaf": read_marks,
    "r.csv": observe_table,
    "t.csv": table_form,
}


@pytest.mark.parametrize("name", READERS)
def test_a_pipe_is_refused_at_once(profile: Path, tmp_path: Path, name: str) -> None:
    pipe = tmp_path / name
    os.mkfifo(pipe)
    told: list[str] = []

    def read() -> None:
        try:
            READERS[name](pipe)
        except (FerError, PresetError, DataError, OSError) as error:
            told.append(str(error))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(_PATIENCE_S)
    if reader.is_alive():
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))  # lets it go
    assert told
    assert name == "m.keras" or "not an ordinary file" in told[0]


def test_settings_that_are_a_pipe_are_set_aside(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.json")
    settings, error = load_settings(tmp_path / "settings.json")
    assert settings == type(settings)()
    assert "not an ordinary file" in str(error)
    assert (tmp_path / "settings.damaged.json").is_fifo()
