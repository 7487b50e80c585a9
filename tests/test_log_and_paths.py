"""Log lines and files go where they should."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_desktop import paths
from fer_desktop.errors import FerError, SourceError
from fer_desktop.log import get_logger, set_up_logging

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _restore_handlers() -> Iterator[None]:
    root = logging.getLogger("fer")
    handlers, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_topic_lines_reach_the_file(tmp_path: Path) -> None:
    log_file = tmp_path / "logs" / "app.log"
    set_up_logging(log_file)
    get_logger("vision").info("detector ready")
    get_logger("vision").debug("too much")
    text = log_file.read_text(encoding="utf-8")
    assert "INFO fer.vision [MainThread] detector ready" in text
    assert "too much" not in text


@pytest.mark.parametrize("happens", ["at the start", "later"])
def test_a_log_that_cannot_be_written_is_given_up_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], happens: str
) -> None:
    log_file = tmp_path / "logs" / "app.log"
    set_up_logging(log_file)
    if happens == "later":
        get_logger("app").info("so far so good")
        (handler,) = logging.getLogger("fer").handlers
        assert isinstance(handler, logging.FileHandler)
        handler.stream.close()
        handler.stream = open("/dev/full", "w")  # noqa: SIM115 - closed with the handler
    else:
        log_file.parent.write_text("in the way")
    for _ in range(5):
        get_logger("app").warning("still here")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith(f"No log is kept: {log_file}: ")


def test_unknown_topic_is_a_bug() -> None:
    with pytest.raises(ValueError, match="unknown log topic"):
        get_logger("visoin")


def test_error_says_what_happened_and_what_to_do() -> None:
    error = SourceError("The camera is busy.", hint="Close the other program.")
    assert isinstance(error, FerError)
    assert error.message == "The camera is busy."
    assert str(error) == "The camera is busy. Close the other program."
    assert str(SourceError("No camera.")) == "No camera."


def test_bundled_files_are_found_in_a_checkout() -> None:
    assert paths.demo_clip().is_file()
    assert (paths.assets_dir() / "mediapipe" / "face_detection_short_range.tflite").is_file()


def test_bundled_files_are_found_in_a_frozen_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.bundled_models_dir() == tmp_path / "fer_desktop" / "bundled" / "models"


def test_profile_keeps_everything_together(profile: Path) -> None:
    for path in (
        paths.settings_file(),
        paths.sessions_dir(),
        paths.user_models_dir(),
        paths.log_file(),
        paths.pictures_dir(),
    ):
        assert profile in path.parents
