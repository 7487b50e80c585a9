"""Who may read what the application writes."""

import os
import stat
import sys
from pathlib import Path

import pytest

from fer_desktop import paths
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.log import get_logger, set_up_logging
from fer_desktop.private_files import protect_user_files
from fer_desktop.recording.session_store import new_session_file
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.settings import Settings, aside, load_settings, save_settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")

CAMERA = SourceInfo(kind="camera", name="HD Webcam", uri="0", width_px=64, height_px=48)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def open_mask() -> None:
    """Let files be readable for all unless the application sees to it."""
    os.umask(0o022)


def test_settings_are_their_owners(profile: Path) -> None:
    save_settings(Settings(), paths.settings_file())
    assert rights(paths.settings_file()) == 0o600
    save_settings(Settings(theme="dark"), paths.settings_file())
    assert rights(paths.settings_file()) == 0o600


def test_settings_set_aside_are_their_owners(profile: Path) -> None:
    paths.settings_file().write_text('{"theme": "pink"}')
    load_settings(paths.settings_file())
    assert rights(aside(paths.settings_file())) == 0o600


def test_sessions_are_their_owners(profile: Path) -> None:
    path = new_session_file(paths.sessions_dir(), CAMERA)
    writer = SessionWriter(path, CAMERA, settings={})
    files = list(paths.sessions_dir().iterdir())
    assert len(files) == 4, "the session, SQLite's own beside it, and the lock"
    assert {rights(file) for file in files} == {0o600}
    assert rights(paths.sessions_dir()) == 0o700
    writer.close()


def test_the_log_is_its_owners(profile: Path) -> None:
    set_up_logging(paths.log_file())
    get_logger("app").info("hello")
    set_up_logging(None)
    assert rights(paths.log_file()) == 0o600


def test_what_former_versions_left_open_is_closed(profile: Path) -> None:
    (paths.sessions_dir()).mkdir()
    paths.runs_dir().mkdir()
    files = [
        paths.settings_file(),
        aside(paths.settings_file()),
        paths.log_file(),
        paths.log_file().with_name(f"{paths.log_file().name}.1"),
        paths.sessions_dir() / "old.fersession",
    ]
    for file in files:
        file.write_text("{}")
        file.chmod(0o644)
    export = profile / "table.csv"
    export.write_text("")
    export.chmod(0o644)
    protect_user_files()
    assert [rights(file) for file in files] == [0o600] * len(files)
    assert rights(paths.sessions_dir()) == rights(paths.runs_dir()) == 0o700
    assert rights(export) == 0o644, "what the user exports is for whom the user likes"
