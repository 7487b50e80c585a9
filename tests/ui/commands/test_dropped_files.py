"""Files, folders and models dropped into the real window."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from fer_desktop.ui.assembly import Application
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.sources import ScriptedSource
from tests.ui.conftest import Desk
from tests.ui.steps import messages, play_clip

pytestmark = pytest.mark.gui


def drop(app: Application, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    app.window.dropEvent(event)


def requested(path: Path) -> SourceRequest:
    return SourceRequest("file", str(path))


def test_several_files_wait_for_their_turn(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    files = [tmp_path / name for name in ("one.png", "two.mp4", "three.jpg")]
    for path in files:
        desk.sources[requested(path)] = ScriptedSource(3)
    drop(app, *files)
    qtbot.waitUntil(lambda: bool(app.window.queue.queue.entries))
    assert [entry.path for entry in app.window.queue.queue.entries] == files
    qtbot.waitUntil(lambda: not app.window.queue.queue.is_busy)
    assert "The analysis of 3 files is done." in messages(app)
    assert app.window.windowTitle().startswith("one.mp4")  # what is shown goes on


def test_of_a_folder_its_images_and_videos_are_taken(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    for name in ("b.MP4", "notes.txt", "A.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "more").mkdir()
    drop(app, tmp_path)
    qtbot.waitUntil(lambda: bool(app.window.queue.queue.entries))
    paths = [entry.path for entry in app.window.queue.queue.entries]
    assert paths == [tmp_path / "A.jpg", tmp_path / "b.MP4"]
    qtbot.waitUntil(lambda: not app.window.queue.queue.is_busy)


def test_one_file_in_a_folder_is_opened(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    (tmp_path / "only.mp4").touch()
    drop(app, tmp_path)
    qtbot.waitUntil(lambda: desk.requests[-1] == requested(tmp_path / "only.mp4"))
    assert not app.window.queue.queue.entries


def test_a_folder_without_pictures_is_told(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    drop(app, tmp_path)
    qtbot.waitUntil(lambda: "There is no image or video in" in messages(app))
    assert tmp_path.name in messages(app)
    assert len(desk.requests) == 1
