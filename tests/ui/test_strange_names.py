"""Whatever strangers call their models, labels, cameras and files, the window keeps its form."""

from html import escape
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import ModelError, SourceError
from fer_desktop.models.catalogue import ModelEntry, available_models
from fer_desktop.ui.dialogs.about_dialogs import model_text
from fer_desktop.ui.look.wording import action_text, label_text, message_text, name_text
from fer_desktop.ui.messages.message_bar import Message, MessageBar
from fer_desktop.ui.models.model_panel import ModelPanel
from fer_desktop.ui.runtime.source_request import SourceRequest
from tests.helpers.fakes import FakeClassifier, fake_preset
from tests.ui.conftest import Desk
from trainer.contract.preset import MODEL_FILE, PRESET_FILE, preset_to_json

pytestmark = pytest.mark.gui

SCREEN = QSize(1024, 640)
WIDE = tuple(f"{'W' * 61}{number:03}" for number in range(40))
NAME = "=W<b>&\u202e" + "W" * 200


def settle(qtbot: QtBot) -> None:
    for _ in range(5):
        QApplication.processEvents()
        qtbot.wait(10)


def test_long_labels_do_not_widen_the_window(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = fake_preset("wide", WIDE)
    monkeypatch.setattr(desk, "_load_classifier", lambda *_: FakeClassifier(preset))
    desk.faces = (((20, 10, 60, 60), (70, 10, 110, 60)),)
    application = desk.start(wanted=SourceRequest("demo"))
    qtbot.waitUntil(lambda: application.controller.model.preset is not None)
    settle(qtbot)
    assert application.window.minimumSizeHint().width() <= SCREEN.width()
    application.window.resize(SCREEN)
    settle(qtbot)
    assert application.window.width() == SCREEN.width()
    assert application.window.height() <= SCREEN.height()


def test_long_names_do_not_widen_window_and_menus(
    desk: Desk, qtbot: QtBot, model_folder: Path
) -> None:
    hostile = model_folder.with_name(NAME[:80])
    hostile.mkdir()
    (hostile / MODEL_FILE).write_bytes(b"weights")
    (hostile / PRESET_FILE).write_text(preset_to_json(fake_preset("x")), encoding="utf-8")
    desk.cameras = [NAME]
    file = paths.data_dir() / f"{NAME[:200]}.mp4"
    desk.refusals[SourceRequest("file", str(file))] = SourceError(f"{file} cannot be opened.")
    window = desk.start(wanted=SourceRequest("file", str(file))).window
    qtbot.waitUntil(lambda: window.messages.row is not None)
    settle(qtbot)
    assert window.minimumSizeHint().width() <= SCREEN.width()
    for menu in window.findChildren(QMenu):
        for action in menu.actions():
            assert len(action.text()) < 130
            assert "\u202e" not in action.text()
    (entry,) = [entry for entry in available_models() if entry.folder == hostile]
    texts = [action.text() for menu in window.findChildren(QMenu) for action in menu.actions()]
    assert action_text(name_text(entry.name)) in texts


def test_a_long_message_does_not_widen_its_bar(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_message(Message("a", "error", "W" * 5_000, "\u202ehint\n" * 9))
    bar.resize(600, 200)
    bar.show()
    settle(qtbot)
    assert bar.minimumSizeHint().width() < 600
    row = bar.row
    assert row is not None
    assert row.label.text().isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("happy", "happy"), ("W" * 64, "W" * 23 + "…"), ("a\nb", "a b"), ("\u202eab", "ab")],
)
def test_labels_are_short(text: str, shown: str) -> None:
    assert label_text(text) == shown


def test_paths_in_messages_can_still_be_broken() -> None:
    assert message_text("Saved as /a/\u200bb c.csv.  Done") == "Saved as /a/\u200bb c.csv. Done"


def test_markup_of_a_model_has_no_effect(qtbot: QtBot, tmp_path: Path) -> None:
    evil = '<img src="file:///etc/passwd"><a href="https://a">b</a>'
    preset = fake_preset(evil, ("<b>a</b>", "<h1>b"))
    for field in ("description", "training_data", "licence", "system"):
        object.__setattr__(preset, field, evil)
    text = model_text(preset, tmp_path, evil)
    assert "<img" not in text
    assert "<a " not in text
    assert escape("<h1>b") in text
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / MODEL_FILE).write_bytes(b"weights")
    (folder / PRESET_FILE).write_text(preset_to_json(preset), encoding="utf-8")
    panel = ModelPanel()
    qtbot.addWidget(panel)
    panel.show_model(ModelEntry("model", folder, False, preset, ""))
    assert panel.description.text() == evil
    plain = [label for label in panel.findChildren(QLabel) if "<" in label.text()]
    assert plain
    assert all(label.textFormat().name == "PlainText" for label in plain)


def test_errors_about_models_are_bounded(desk: Desk, qtbot: QtBot) -> None:
    desk.model_error = ModelError(
        f"The model {'W' * 3_000} cannot be used.", hint="Choose another."
    )
    window = desk.start().window
    qtbot.waitUntil(lambda: window.messages.row is not None)
    settle(qtbot)
    assert window.minimumSizeHint().width() <= SCREEN.width()
