"""Several files, or a folder, dropped into the real window."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from fer_desktop.errors import SourceError
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.ui.conftest import Desk
from tests.ui.steps import messages, play_clip, press_message_button

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


def requested(*paths: Path) -> list[SourceRequest]:
    return [SourceRequest("file", str(path)) for path in paths]


def test_of_several_files_the_first_is_opened_and_the_others_follow(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    files = [tmp_path / name for name in ("one.png", "two.mp4", "three.jpg")]
    drop(app, *files)
    qtbot.waitUntil(lambda: "one.png" in messages(app))
    assert messages(app).startswith("Opened one.png. Dropped with it and not open yet: 2 files.")
    assert "fer-desktop analyze" in messages(app)
    assert desk.requests[1:] == requested(files[0])
    press_message_button(app, "dropped")
    assert "Opened two.mp4. Dropped with it and not open yet: 1 file." in messages(app)
    assert app.window.acts.open_next.isVisible()
    app.window.acts.open_next.trigger()
    assert desk.requests[1:] == requested(*files)
    assert not app.window.acts.open_next.isVisible()
    assert messages(app) == ""


def test_of_a_folder_its_images_and_videos_are_opened(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    for name in ("b.MP4", "notes.txt", "A.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "more").mkdir()
    drop(app, tmp_path)
    qtbot.waitUntil(lambda: "Opened A.jpg" in messages(app))
    assert "1 file." in messages(app)
    app.window.acts.open_next.trigger()
    assert desk.requests[1:] == requested(tmp_path / "A.jpg", tmp_path / "b.MP4")


def test_a_folder_without_pictures_is_told(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    app = play_clip(desk, qtbot)
    drop(app, tmp_path)
    qtbot.waitUntil(lambda: "There is no image or video in" in messages(app))
    assert tmp_path.name in messages(app)
    assert len(desk.requests) == 1


def test_a_first_file_that_cannot_be_opened_does_not_stop_the_others(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    app = play_clip(desk, qtbot)
    files = [tmp_path / "broken.mp4", tmp_path / "two.mp4"]
    desk.refusals[requested(files[0])[0]] = SourceError("broken.mp4 is empty.")
    drop(app, *files)
    qtbot.waitUntil(lambda: "Dropped as well and not open yet: 1 file." in messages(app))
    assert "Opened" not in messages(app)
    assert "broken.mp4 is empty." in messages(app)
    press_message_button(app, "dropped")
    assert desk.requests[1:] == requested(*files)
