"""Calibrating in the real window: a camera, a video, and every way in which it ends."""

import csv
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.pipeline.events import State
from fer_desktop.recording.csv_export import export_session
from fer_desktop.settings import Settings
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.calibration.calibration_dialog import CalibrationDialog
from tests.helpers.clips import number_of
from tests.helpers.faces import portrait
from tests.helpers.fakes import FakeClassifier, FakeDetector, face_at, fake_preset
from tests.helpers.sources import ScriptedCamera, ScriptedSource
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CAMERA, CLIP, at_end, messages

pytestmark = [pytest.mark.gui, pytest.mark.qt_log_ignore("propagateSizeHints")]

FACE, OTHER = (180.0, 180.0, 300.0, 300.0), (20.0, 20.0, 100.0, 100.0)
REST = [0.01, 0.01, 0.01, 0.01, 0.25, 0.01, 0.7]
ANGRIER = [0.25, 0.01, 0.01, 0.01, 0.2, 0.01, 0.51]
ANGRY = [0.9, 0.02, 0.01, 0.005, 0.03, 0.005, 0.03]
SMILE = [0.01, 0.01, 0.01, 0.9, 0.01, 0.01, 0.05]


class PacedCamera(ScriptedCamera):
    """A camera of 15 frames a second on its own clock, whose next frame comes with the answer.

    However busy the machine is, no frame is missed, and seconds pass as quickly as they can.
    """

    def __init__(self, person: "Person", picture: NDArray[np.uint8]) -> None:
        super().__init__(picture=lambda index: picture)
        self._person = person

    def read(self) -> Frame | None:
        self._person.was_seen.acquire(timeout=0.05)
        frame = super().read()
        return replace(frame, timestamp_us=frame.index * 66_667) if frame is not None else None


class Person:
    """Whoever is in front of the camera.

    Attributes:
        looks: probabilities of each face, in the order of the detector.
        faces: where they are.
        look_of_frame: the same for a video, by the number of the frame.
        model: checksum of the model that reads it.
        was_seen: released whenever faces were looked for.
    """

    def __init__(self) -> None:
        self.looks: list[list[float]] = [REST, REST]
        self.faces: list[Detection] = [face_at(FACE), face_at(OTHER)]
        self.look_of_frame: Callable[[int], list[float]] | None = None
        self.model = "0" * 64
        self.was_seen = threading.Semaphore(0)


class PersonDetector(FakeDetector):
    def __init__(self, person: Person) -> None:
        super().__init__()
        self._person = person

    def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
        self._person.was_seen.release()
        return list(self._person.faces)


class PersonClassifier(FakeClassifier):
    def __init__(self, person: Person, sha256: str) -> None:
        super().__init__(fake_preset(sha256=sha256))
        self._person = person

    def classify(
        self, pixels: NDArray[np.uint8], detections: Sequence[Detection]
    ) -> NDArray[np.float32]:
        look_of_frame = self._person.look_of_frame
        if look_of_frame is not None:
            row = look_of_frame(number_of(pixels))
            return np.array([row] * len(detections), np.float32)
        return np.array(self._person.looks[: len(detections)], np.float32)


@pytest.fixture
def person(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Person:
    """A person whom the networks see as told."""
    person = Person()
    monkeypatch.setattr(desk, "_make_detector", lambda score: PersonDetector(person))
    monkeypatch.setattr(desk, "_load_classifier", lambda *_: PersonClassifier(person, person.model))
    return person


def watch_camera(
    desk: Desk,
    person: Person,
    qtbot: QtBot,
    *,
    settings: Settings | None = None,
    brightness: float = 1.0,
) -> Application:
    """Start on a camera and wait until faces are read."""
    picture = (portrait(0) * brightness).astype(np.uint8)
    desk.sources[CAMERA] = PacedCamera(person, picture)
    app = desk.start(settings, wanted=CAMERA)
    qtbot.waitUntil(lambda: bool(shown(app)) and shown(app)[0].smoothed is not None)
    return app


def shown(app: Application) -> tuple:
    analysis = app.window.player.view.analysis
    return analysis.faces if analysis is not None else ()


def is_calibrated(app: Application, face: int = 0) -> bool:
    return len(shown(app)) > face and shown(app)[face].baseline is not None


def open_dialog(app: Application) -> CalibrationDialog:
    assert app.window.acts.calibrate.isEnabled()
    app.window.acts.calibrate.trigger()
    dialog = app.window.calibration.dialog
    assert dialog is not None
    return dialog


def calibrate(app: Application, qtbot: QtBot) -> CalibrationDialog:
    dialog = open_dialog(app)
    dialog.live.start_button.click()
    qtbot.waitUntil(lambda: is_calibrated(app))
    return dialog


def test_a_person_looks_neutral_for_three_seconds(
    desk: Desk, person: Person, qtbot: QtBot, tmp_path: Path
) -> None:
    app = watch_camera(desk, person, qtbot)
    dialog = open_dialog(app)
    assert [dialog.faces.itemText(row) for row in range(dialog.faces.count())] == [
        "Face 1", "Face 2",
    ]  # fmt: skip
    assert not dialog.remove_button.isEnabled()
    dialog.live.start_button.click()
    assert "Starting in 2" in dialog.live.prompt.text()
    assert not dialog.faces.isEnabled()
    qtbot.waitUntil(lambda: "Keep a neutral face" in dialog.live.prompt.text())
    qtbot.waitUntil(lambda: 100 < dialog.live.progress.value() < 1000)
    qtbot.waitUntil(lambda: is_calibrated(app))
    assert "Face 1 is calibrated" in dialog.note.text()
    qtbot.waitUntil(lambda: dialog.faces.currentText() == "Face 1 (calibrated)")
    assert not is_calibrated(app, face=1)

    person.looks = [ANGRIER, ANGRIER]
    qtbot.waitUntil(lambda: [f.smoothed.emotion for f in shown(app)] == ["angry", "neutral"])
    assert shown(app)[0].scores.emotion == "neutral"
    card, other = app.window.player.cards.cards
    qtbot.waitUntil(lambda: "calibrated" in card.accessibleName())
    assert "calibrated" not in other.accessibleName()
    assert "neutral expression" in card.toolTip()
    qtbot.waitUntil(lambda: "calibrated: 1" in app.window.status.text())

    app.controller.stop()
    qtbot.waitUntil(lambda: app.controller.state is State.IDLE)
    path = app.controller.session_log.path
    qtbot.waitUntil(lambda: not path.with_name(path.name + "-wal").exists())
    export_session(path, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    calibrated = [row for row in rows if row["corrected_angry"]]
    assert {row["face_id"] for row in calibrated} == {"1"}
    assert calibrated[-1]["emotion"] == "angry"
    assert float(calibrated[-1]["p_angry"]) < float(calibrated[-1]["corrected_angry"])
    meta = json.loads((tmp_path / "a.meta.json").read_text(encoding="utf-8"))
    assert [said["origin"] for said in meta["calibrations"]] == ["live"]


def test_both_calibrations_are_removed_at_once_or_each_by_itself(
    desk: Desk, person: Person, qtbot: QtBot
) -> None:
    app = watch_camera(desk, person, qtbot)
    remove = app.window.acts.remove_calibration
    assert not remove.isEnabled()
    dialog = calibrate(app, qtbot)
    dialog.choose(2)
    dialog.live.start_button.click()
    qtbot.waitUntil(lambda: is_calibrated(app, face=1))
    dialog.choose(1)
    dialog.remove_button.click()
    qtbot.waitUntil(lambda: not is_calibrated(app))
    assert is_calibrated(app, face=1)
    assert remove.isEnabled()
    remove.trigger()
    qtbot.waitUntil(lambda: not is_calibrated(app, face=1))
    assert not remove.isEnabled()
    assert "Calibration removed" in messages(app)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda person: setattr(person, "looks", [SMILE, REST]), "Face 1 is smiling"),
        (lambda person: setattr(person, "faces", [face_at(OTHER)]), "Face 1 left the picture"),
        (
            lambda person: setattr(
                person, "faces", [face_at((260.0, 180.0, 380.0, 300.0)), face_at(OTHER)]
            ),
            "Face 1 moved too much",
        ),
    ],
    ids=["smiles", "leaves", "moves"],
)
def test_what_goes_wrong_is_said_and_scores_stay(
    desk: Desk, person: Person, qtbot: QtBot, change: Callable[[Person], None], reason: str
) -> None:
    app = watch_camera(desk, person, qtbot)
    dialog = open_dialog(app)
    dialog.live.start_button.click()
    qtbot.waitUntil(lambda: dialog.live.progress.value() > 0)
    change(person)
    qtbot.waitUntil(lambda: reason in dialog.note.text())
    assert "Its scores have not changed." in dialog.note.text()
    assert not dialog.live.is_busy
    assert dialog.live.progress.value() == 0
    assert not any(face.baseline for face in shown(app))


def test_a_dark_face_is_refused(desk: Desk, person: Person, qtbot: QtBot) -> None:
    app = watch_camera(desk, person, qtbot, brightness=0.2)
    dialog = open_dialog(app)
    dialog.live.start_button.click()
    qtbot.waitUntil(lambda: "Face 1 is too dark" in dialog.note.text())
    assert not is_calibrated(app)


def test_a_camera_that_falls_silent_is_told(
    desk: Desk, person: Person, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = watch_camera(desk, person, qtbot)
    dialog = open_dialog(app)
    dialog.live._silence.setInterval(100)
    dialog.live.start_button.click()
    camera = desk.sources[CAMERA]
    assert isinstance(camera, ScriptedCamera)
    camera.may_deliver.clear()
    qtbot.waitUntil(lambda: "is not sending a picture" in dialog.note.text())
    assert not dialog.live.is_busy
    camera.may_deliver.set()


def test_an_attempt_can_be_stopped_and_ends_with_the_dialog(
    desk: Desk, person: Person, qtbot: QtBot
) -> None:
    app = watch_camera(desk, person, qtbot)
    dialog = open_dialog(app)
    dialog.live.start_button.click()
    dialog.live.start_button.click()
    assert not dialog.live.is_busy
    dialog.live.start_button.click()
    dialog.close()
    assert app.window.calibration.dialog is None
    QApplication.processEvents()
    assert not app.window.acts.remove_calibration.isEnabled()
    app.window.acts.calibrate.trigger()  # a new one
    assert not app.window.calibration.dialog.live.is_busy


def test_calibration_ends_with_the_model_and_says_so(
    desk: Desk, person: Person, qtbot: QtBot
) -> None:
    app = watch_camera(desk, person, qtbot)
    calibrate(app, qtbot)
    person.model = "1" * 64
    app.controller.model.load(MODEL)
    qtbot.waitUntil(lambda: "calibration has ended" in messages(app))
    qtbot.waitUntil(lambda: not is_calibrated(app))


def test_calibration_ends_with_the_source(desk: Desk, person: Person, qtbot: QtBot) -> None:
    app = watch_camera(desk, person, qtbot)
    calibrate(app, qtbot)
    app.controller.reopen()
    assert app.window.calibration.dialog is None
    assert app.window.status.text().count("calibrated") == 0
    qtbot.waitUntil(lambda: bool(shown(app)) and shown(app)[0].smoothed is not None)
    assert not is_calibrated(app)
    assert not app.window.acts.remove_calibration.isEnabled()


def play_person(desk: Desk, person: Person, qtbot: QtBot) -> Application:
    """Play a video of a person who, unless told otherwise, is neutral for the first 3 of 4 s."""
    if person.look_of_frame is None:
        person.look_of_frame = lambda number: REST if number < 75 else ANGRIER
    desk.sources[CLIP] = ScriptedSource(frames=100, times_us=[40_000 * at for at in range(100)])
    app = desk.start(wanted=CLIP)
    app.controller.playback.set_speed(8)
    qtbot.waitUntil(lambda: at_end(app, 100))
    return app


def test_an_interval_of_a_video_is_marked_as_neutral(
    desk: Desk, person: Person, qtbot: QtBot
) -> None:
    app = play_person(desk, person, qtbot)
    assert shown(app)[0].smoothed.emotion == "neutral"
    dialog = open_dialog(app)
    assert (dialog.interval.begin.value(), dialog.interval.end.value()) == (0.96, 3.96)
    app.controller.playback.seek(0)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 0)
    dialog.interval.begin_here.click()
    app.controller.playback.seek(2_800_000)
    qtbot.waitUntil(lambda: app.window.player.view.frame.index == 70)
    dialog.interval.end_here.click()
    assert (dialog.interval.begin.value(), dialog.interval.end.value()) == (0.0, 2.8)
    dialog.interval.button.click()
    qtbot.waitUntil(lambda: is_calibrated(app))
    assert shown(app)[0].baseline.origin == "interval"
    app.controller.playback.seek(3_960_000)
    qtbot.waitUntil(lambda: bool(shown(app)) and shown(app)[0].scores.probabilities[0] > 0.2)
    assert shown(app)[0].smoothed.emotion == "angry"


@pytest.mark.parametrize(
    ("interval", "reason"),
    [((2.9, 3.4), "Less than a second"), ((0.0, 3.9), "The expression changes")],
)
def test_an_interval_that_does_not_do_is_refused(
    desk: Desk, person: Person, qtbot: QtBot, interval: tuple[float, float], reason: str
) -> None:
    person.look_of_frame = lambda number: REST if number % 20 < 12 else ANGRY
    app = play_person(desk, person, qtbot)
    dialog = open_dialog(app)
    for time, value in zip((dialog.interval.end, dialog.interval.begin), interval, strict=True):
        time.setValue(value)  # the wrong way round: the earlier one is the beginning
    dialog.interval.button.click()
    qtbot.waitUntil(lambda: reason in dialog.note.text())
    assert not is_calibrated(app)


def test_faces_are_calibrated_automatically_where_wanted(
    desk: Desk, person: Person, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_desktop.domain.resting_expression._FEWEST", 4)
    monkeypatch.setattr("fer_desktop.domain.resting_expression._UPDATE_EVERY", 2)
    settings = Settings(welcome_accepted=True, model=MODEL, automatic_calibration=True)
    app = watch_camera(desk, person, qtbot, settings=settings)
    qtbot.waitUntil(lambda: is_calibrated(app) and is_calibrated(app, face=1))
    assert shown(app)[0].baseline.origin == "automatic"
    card = app.window.player.cards.cards[0]
    qtbot.waitUntil(lambda: "from an estimate" in card.toolTip())
    app.window.acts.remove_calibration.trigger()
    assert not app.controller.settings.automatic_calibration
    qtbot.waitUntil(lambda: not is_calibrated(app) and not is_calibrated(app, face=1))


def test_a_model_without_neutral_cannot_be_calibrated(
    desk: Desk, person: Person, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Classifier(FakeClassifier):
        def __init__(self) -> None:
            super().__init__(fake_preset(labels=("happy", "sad")))

    monkeypatch.setattr(desk, "_load_classifier", lambda *_: Classifier())
    app = watch_camera(desk, person, qtbot)
    assert not app.window.acts.calibrate.isEnabled()
