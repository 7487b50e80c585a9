"""Collecting with a scripted camera: the real engine, detector, page and trainer."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pytestqt.qtbot import QtBot

from fer_desktop.errors import SourceError
from fer_desktop.pipeline.events import State
from fer_desktop.settings import Settings
from fer_desktop.training import collection
from fer_desktop.training.frame_quality import Flaw
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import OpenFolder
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.training.collecting.camera_view import CollectView, flaw_text
from fer_desktop.ui.training.pictures.pictures_page import PicturesPage
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.faces import portrait
from tests.helpers.sources import ScriptedCamera, ScriptedSource
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CAMERA, CLIP
from tests.ui.training.pages import shown_page

pytestmark = pytest.mark.gui

LIMIT_MS = 240_000
FPS = 30
SOON_S = 0.1  # instead of the seconds that a person needs to get ready
LABELS = ("happy", "sad")


class Person:
    """Sits in front of the camera; what it sees can be spoilt."""

    def __init__(self) -> None:
        self._frames = [np.ascontiguousarray(portrait(seed)[60:420]) for seed in range(30)]
        self.spoil: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda frame: frame

    def seen(self, index: int) -> NDArray[np.uint8]:
        return np.ascontiguousarray(self.spoil(self._frames[index // 3 % 30].copy()))


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def camera(desk: Desk, person: Person) -> ScriptedCamera:
    camera = ScriptedCamera(fps=FPS, picture=person.seen)
    desk.sources[CAMERA] = camera
    return camera


@pytest.fixture
def app(desk: Desk, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Application:
    """The window, with nothing open."""
    monkeypatch.setattr(collection, "GET_READY_S", SOON_S)
    monkeypatch.setattr(
        desk, "_make_detector", lambda score: MediaPipeFaceDetector(min_score=score)
    )
    app = desk.start(Settings(welcome_accepted=True, model=MODEL), wanted=CLIP)
    qtbot.waitUntil(lambda: app.controller.state is State.PAUSED, timeout=LIMIT_MS)
    return app


@pytest.fixture
def page(app: Application, camera: ScriptedCamera, qtbot: QtBot) -> Iterator[PicturesPage]:
    with shown_page(app, qtbot, lambda: [CAMERA]) as page:
        yield page


def prepare(page: PicturesPage, folder: Path, *, rounds: int = 3, per_round: int = 2) -> None:
    """Choose two expressions, the numbers and the folder; agree to nothing."""
    page.choose.camera_button.click()
    setup = page.collection.setup
    for box in setup.boxes:
        if box.isChecked() is not (box.property("label") in LABELS):
            box.click()
    setup.rounds.setValue(rounds)
    setup.per_round.setValue(per_round)
    setup.set_folder(folder)


def start(page: PicturesPage, folder: Path, qtbot: QtBot, **numbers: int) -> CollectView:
    prepare(page, folder, **numbers)
    page.collection.setup.consent.click()
    page.collection.setup.start_button.click()
    qtbot.waitUntil(lambda: page.collection.is_collecting)
    return page.collection.view


def stored(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*.png"))


def wait_stored(folder: Path, count: int, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(stored(folder)) >= count, timeout=LIMIT_MS)


def test_pictures_are_collected_and_ready_to_learn_from(
    page: PicturesPage, app: Application, camera: ScriptedCamera, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "my faces"
    start(page, folder, qtbot, per_round=4)
    assert app.controller.request == CAMERA
    qtbot.waitUntil(lambda: page.inspection.isVisible(), timeout=LIMIT_MS)
    names = stored(folder)
    assert len(names) == 24
    for split in ("train", "validation", "test"):
        for label in LABELS:
            assert sum(name.startswith(f"{split}/{label}/") for name in names) == 4
    assert page.isComplete()
    assert page.dataset().path == folder
    assert page.dataset().labels == {"happy": 12, "sad": 12}
    with Image.open(folder / names[0]) as picture:
        width, height = picture.size
        assert width == height >= 48
        assert picture.mode == "RGB"
    # The video that was open comes back where it was, and the camera is free.
    qtbot.waitUntil(lambda: app.controller.request == CLIP)
    qtbot.waitUntil(lambda: camera.closed)
    assert page.more_button.isVisible()


def test_the_time_to_get_ready_begins_with_the_picture(
    page: PicturesPage,
    camera: ScriptedCamera,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(collection, "GET_READY_S", 1.0)
    camera.may_deliver.clear()
    view = start(page, tmp_path / "faces", qtbot)
    qtbot.wait(1200)
    assert view.status.text() == "Waiting for the camera…"
    camera.may_deliver.set()
    qtbot.waitUntil(lambda: view.status.text() == "Get ready: 1", timeout=LIMIT_MS)
    assert stored(tmp_path / "faces") == []


def test_nothing_is_stored_before_consent(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, other = tmp_path / "faces", tmp_path / "other"
    prepare(page, folder)
    setup = page.collection.setup
    assert not setup.consent.isChecked()
    assert not setup.start_button.isEnabled()
    assert str(folder) in setup.consent.accessibleName()
    setup.consent.click()
    assert setup.start_button.isEnabled()
    # Consent is for a folder: another one needs another consent.
    monkeypatch.setattr(OpenFolder, "ask", lambda *_: other)
    setup.folder.button.click()
    assert not setup.consent.isChecked()
    assert not setup.start_button.isEnabled()
    assert str(other) in setup.consent_text.text().replace("\u200b", "")
    qtbot.wait(100)
    assert not list(tmp_path.glob("*/**/*.png"))
    assert not folder.exists()
    assert not other.exists()


def test_own_expressions(page: PicturesPage, tmp_path: Path, qtbot: QtBot) -> None:
    prepare(page, tmp_path / "faces")
    setup = page.collection.setup
    setup.new_label.setText("wink")
    setup.add_button.click()
    assert setup.labels == ("happy", "sad", "wink")
    setup.new_label.setText("Happiness")
    setup.add_button.click()
    assert "already" in setup.label_note.text()
    setup.new_label.setText("a/b")
    setup.add_button.click()
    assert "cannot contain" in setup.label_note.text()
    assert setup.labels == ("happy", "sad", "wink")
    for box in setup.boxes[:]:
        if box.isChecked():
            box.click()
    setup.consent.click()
    assert not setup.start_button.isEnabled()
    assert setup.sum.text() == "Choose at least two expressions."


def test_bad_frames_are_not_taken_and_the_reason_is_on_screen(
    page: PicturesPage, person: Person, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, per_round=50)
    wait_stored(folder, 1, qtbot)
    spoilt = {
        Flaw.BLURRED: lambda frame: cv2.GaussianBlur(frame, (0, 0), 2.5),
        Flaw.TOO_DARK: lambda frame: (frame * 0.25).astype(np.uint8),
        Flaw.NO_FACE: lambda frame: np.full_like(frame, 128),
        Flaw.SEVERAL_FACES: lambda frame: np.hstack([frame, frame]),
        Flaw.ALIKE: lambda frame: person.seen_still(),
    }
    person.seen_still = lambda: person._frames[0].copy()
    for flaw, spoil in spoilt.items():
        person.spoil = spoil
        qtbot.waitUntil(lambda flaw=flaw: view.status.text() == flaw_text(flaw), timeout=LIMIT_MS)
        before = len(stored(folder))
        qtbot.wait(400)
        assert len(stored(folder)) == before
    person.spoil = lambda frame: frame
    wait_stored(folder, before + 2, qtbot)


def test_redo_skip_and_pause(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, per_round=40)
    wait_stored(folder, 2, qtbot)
    view.pause_button.click()
    qtbot.wait(150)
    before = len(stored(folder))
    qtbot.wait(400)
    assert len(stored(folder)) == before
    assert view.status.text() == "Paused"
    view.redo_button.click()
    assert stored(folder) == []
    view.skip_button.click()
    assert view.prompt.text() == "sad"
    view.pause_button.click()
    wait_stored(folder, 1, qtbot)
    assert stored(folder)[0].startswith("train/sad/")


def test_an_unplugged_camera_is_waited_for(
    page: PicturesPage, desk: Desk, person: Person, tmp_path: Path, qtbot: QtBot
) -> None:
    gone = SourceError("Scripted camera cannot be opened.", hint="Plug it in.")
    desk.sources[CAMERA] = ScriptedCamera([40, gone], fps=FPS, picture=person.seen)
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, per_round=40)
    qtbot.waitUntil(lambda: "Scripted camera" in view.note.text(), timeout=LIMIT_MS)
    kept = stored(folder)
    assert kept
    assert view.note.isVisible()
    assert view.status.text() == "Waiting for the camera…"
    # Back again, it goes on by itself.
    wait_stored(folder, len(kept) + 1, qtbot)
    qtbot.waitUntil(lambda: not view.note.isVisible())
    assert set(kept) <= set(stored(folder))


def test_a_camera_that_runs_already_is_shared(
    page: PicturesPage, app: Application, camera: ScriptedCamera, tmp_path: Path, qtbot: QtBot
) -> None:
    app.controller.open(CAMERA)
    qtbot.waitUntil(lambda: app.controller.playback.is_playing, timeout=LIMIT_MS)
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, rounds=30)
    wait_stored(folder, 4, qtbot)
    assert app.window.player.view.frame is not None
    view.finish_button.click()
    qtbot.waitUntil(lambda: page.inspection.isVisible(), timeout=LIMIT_MS)
    assert camera.opened == 1  # never by two at the same time, never anew
    assert app.controller.request == CAMERA
    assert app.controller.playback.is_playing
    # A round is not enough to be tested with, and that is said.
    assert not page.isComplete()
    assert "Too few" in page.inspection.findings.findings[0].text
    page.more_button.click()
    assert page.collection.setup.isVisible()
    assert not page.collection.setup.consent.isChecked()


def test_one_expression_is_not_enough(page: PicturesPage, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, per_round=40)
    wait_stored(folder, 1, qtbot)
    view.finish_button.click()
    setup = page.collection.setup
    qtbot.waitUntil(lambda: "one label only, happy" in setup.note.text(), timeout=LIMIT_MS)
    assert setup.isVisible()
    assert stored(folder)


def test_another_source_in_the_window_is_noticed(
    page: PicturesPage, app: Application, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, per_round=40)
    wait_stored(folder, 1, qtbot)
    app.controller.open(CLIP)
    qtbot.waitUntil(lambda: "something other than a camera" in view.note.text(), timeout=LIMIT_MS)
    assert view.camera_button.isVisible()
    before = len(stored(folder))
    view.camera_button.click()
    wait_stored(folder, before + 1, qtbot)
    qtbot.waitUntil(lambda: not view.note.isVisible())


def test_a_camera_that_was_stopped_can_be_opened_again(
    page: PicturesPage, app: Application, tmp_path: Path, qtbot: QtBot
) -> None:
    view = start(page, tmp_path / "faces", qtbot, per_round=40)
    wait_stored(tmp_path / "faces", 1, qtbot)
    app.controller.stop()
    qtbot.waitUntil(lambda: view.note.text() == "The camera was stopped.", timeout=LIMIT_MS)
    view.camera_button.click()
    qtbot.waitUntil(lambda: not view.note.isVisible(), timeout=LIMIT_MS)


def test_a_full_disk_is_one_message_and_it_can_go_on(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, per_round=40)
    wait_stored(folder, 2, qtbot)
    with monkeypatch.context() as patch:

        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr(Image.Image, "save", refuse)
        qtbot.waitUntil(lambda: "the disk is full" in view.note.text(), timeout=LIMIT_MS)
        assert f"The pictures stored so far are kept in {folder}." in view.note.text()
        assert view.pause_button.isChecked()
    kept = stored(folder)
    assert len(kept) >= 2
    view.pause_button.click()
    assert not view.note.isVisible()
    wait_stored(folder, len(kept) + 1, qtbot)


def test_a_folder_that_is_deleted_is_one_message(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, per_round=40)
    wait_stored(folder, 1, qtbot)
    view.pause_button.click()
    qtbot.wait(150)
    shutil.rmtree(folder)
    view.pause_button.click()
    qtbot.waitUntil(lambda: "no longer exists" in view.note.text(), timeout=LIMIT_MS)
    view.finish_button.click()
    qtbot.waitUntil(lambda: "no longer exists" in page.choose.note.text())
    assert not folder.exists()


def test_a_folder_with_something_else_is_refused(
    page: PicturesPage, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to ada.txt").touch()
    prepare(page, tmp_path / "letters")
    setup = page.collection.setup
    setup.consent.click()
    setup.start_button.click()
    qtbot.waitUntil(lambda: "already contains something else" in setup.note.text())
    assert not page.collection.is_collecting
    assert setup.start_button.isEnabled()


def test_without_a_camera_there_is_nothing_to_start(
    app: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    cameras: list[SourceRequest] = []
    page = PicturesPage(app.controller, app.background, lambda: cameras, MediaPipeFaceDetector)
    qtbot.addWidget(page)
    page.show()
    prepare(page, tmp_path / "faces")
    page.collection.setup.consent.click()
    assert page.collection.setup.camera.currentText() == "No camera was found"
    assert not page.collection.setup.start_button.isEnabled()
    cameras.append(CAMERA)  # it was plugged in
    qtbot.waitUntil(page.collection.setup.start_button.isEnabled)
    assert page.collection.setup.camera.currentText() == "HD Webcam"
    page.shut_down()


@pytest.mark.parametrize("moment", ["at once", "collecting", "paused"])
def test_closing_in_the_middle_keeps_what_is_stored_and_gives_the_camera_back(
    page: PicturesPage,
    app: Application,
    camera: ScriptedCamera,
    tmp_path: Path,
    qtbot: QtBot,
    moment: str,
) -> None:
    folder = tmp_path / "faces"
    view = start(page, folder, qtbot, per_round=40)
    if moment != "at once":
        wait_stored(folder, 2, qtbot)
    if moment == "paused":
        view.pause_button.click()
    page.shut_down()
    kept = stored(folder)
    page.wizard().close()
    qtbot.waitUntil(lambda: app.controller.request == CLIP)
    qtbot.waitUntil(lambda: camera.closed)
    qtbot.waitUntil(lambda: app.controller.state is State.PAUSED)
    assert stored(folder) == kept
    for name in kept:
        with Image.open(folder / name) as picture:
            picture.load()
    assert not list(folder.rglob(".*"))


def test_a_video_comes_back_where_it_was(
    page: PicturesPage, app: Application, desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk.sources[CLIP] = ScriptedSource(frames=60, fps=30)
    app.controller.open(CLIP)
    qtbot.waitUntil(lambda: app.controller.playback.is_playing)
    app.controller.toggle()
    qtbot.waitUntil(lambda: app.controller.state is State.PAUSED)
    app.controller.playback.seek(1_000_000)
    qtbot.waitUntil(lambda: app.controller.playback.position_us == 1_000_000)
    start(page, tmp_path / "faces", qtbot)
    qtbot.waitUntil(lambda: page.inspection.isVisible(), timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: app.controller.request == CLIP)
    qtbot.waitUntil(lambda: app.controller.state is State.PAUSED)
    qtbot.wait(100)
    frame = app.window.player.view.frame
    assert frame is not None
    assert frame.index == 30


def test_with_nothing_open_the_camera_is_closed_again(
    page: PicturesPage, app: Application, camera: ScriptedCamera, tmp_path: Path, qtbot: QtBot
) -> None:
    app.controller.stop()
    qtbot.waitUntil(lambda: not app.controller.is_open)
    start(page, tmp_path / "faces", qtbot)
    qtbot.waitUntil(lambda: page.inspection.isVisible(), timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: camera.closed and not app.controller.is_open)
    # The next start opens what was open before, not the borrowed camera.
    assert app.controller.settings.source_kind != "camera"
