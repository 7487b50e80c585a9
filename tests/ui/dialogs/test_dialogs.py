from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.recording.session_facts import SessionFacts
from fer_desktop.recording.session_store import new_session_file
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.about_dialogs import model_text
from fer_desktop.ui.dialogs.login_dialog import LoginDialog
from fer_desktop.ui.dialogs.network_dialog import NetworkDialog, url_problem
from fer_desktop.ui.dialogs.prompts import Confirm, SaveCsv
from fer_desktop.ui.dialogs.settings_dialog import SettingsDialog
from fer_desktop.ui.dialogs.shortcuts_dialog import ShortcutsDialog
from fer_desktop.ui.look.model_facts import read_model_facts
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.source_request import (
    SourceRequest,
    last_request,
    request_for,
)
from fer_desktop.ui.sessions.facts_dialog import FactsDialog
from fer_desktop.ui.sessions.sessions_dialog import SessionsDialog
from fer_desktop.ui.widgets.drops import dropped_targets
from tests.helpers.fakes import fake_preset
from tests.ui.samples import analysis_of, face

pytestmark = pytest.mark.gui


@pytest.mark.parametrize(
    "url",
    ["rtsp://host/stream", "http://name:secret@10.0.0.2:8080/video.mjpg", "https://[::1]/a"],
)
def test_addresses_of_cameras_are_taken(url: str) -> None:
    assert url_problem(url) == ""


@pytest.mark.parametrize(
    "url", ["", "host", "ftp://host/x", "rtsp://", "http://ho st/", "http://host:port/", "http://["]
)
def test_other_addresses_are_explained(url: str) -> None:
    assert url_problem(url)


def test_the_network_dialog_connects_only_to_what_looks_right(qtbot: QtBot) -> None:
    dialog = NetworkDialog(["rtsp://old/one"], True)
    qtbot.addWidget(dialog)
    assert dialog.accept_button.isEnabled()
    dialog.address.setEditText("nonsense")
    assert not dialog.accept_button.isEnabled()
    assert "rtsp://" in dialog.problem.text()
    dialog.address.setEditText(" rtsp://new/two ")
    assert dialog.url == "rtsp://new/two"


def test_a_file_is_called_by_a_name_of_one_line() -> None:
    assert SourceRequest("file", "/clips/two\nlines.mp4").title == "two\\nlines.mp4"


def test_a_login_is_taken_from_the_fields_or_from_the_address(qtbot: QtBot) -> None:
    dialog = NetworkDialog([], True)
    qtbot.addWidget(dialog)
    dialog.address.setEditText("rtsp://host/one")
    assert dialog.answer().private_url == ""
    dialog.login.user.setText("me")
    dialog.login.password.setText("s3#cret")
    assert dialog.answer() == SourceRequest("stream", "rtsp://me@host/one")
    assert dialog.answer().private_url == "rtsp://me:s3%23cret@host/one"
    assert dialog.answer().keeps_password
    dialog.login.kept.setChecked(False)
    assert not dialog.answer().keeps_password
    dialog.address.setEditText("rtsp://you:other@host/one")
    assert not dialog.login.password.isEnabled()
    assert dialog.answer().private_url == "rtsp://you:other@host/one"


def test_the_login_dialog_knows_the_user_already(qtbot: QtBot) -> None:
    for url in ("http://me@host/v", "http://me:wrong@host/v"):
        dialog = LoginDialog(SourceRequest("stream", url), False)
        qtbot.addWidget(dialog)
        assert dialog.fields.user.text() == "me"
        assert dialog.fields.password.echoMode() is QLineEdit.EchoMode.Password
        dialog.fields.password.setText("right")
        assert dialog.answer().private_url == "http://me:right@host/v"
        assert not dialog.answer().keeps_password, "there is nothing to keep it in"


@pytest.mark.parametrize("url", ["http://me:s3cret@host/", "http://host/v?user=me&pwd=s3cret"])
def test_passwords_are_not_shown(url: str) -> None:
    request = SourceRequest("stream", url)
    assert "s3cret" not in request.uri + request.title + repr(request)
    assert request.private_url == url
    assert request == SourceRequest("stream", request.uri)


def test_what_is_typed_as_a_camera_is_understood() -> None:
    assert request_for("1") == SourceRequest("camera", "1")
    assert request_for("HD Webcam") == SourceRequest("camera", "HD Webcam")
    assert request_for("rtsp://host/x") == SourceRequest("stream", "rtsp://host/x")


def test_a_file_that_is_gone_is_not_opened_again(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    settings = Settings(source_kind="file", source_uri=str(clip))
    assert last_request(settings) is None
    clip.write_bytes(b"x")
    assert last_request(settings) == SourceRequest("file", str(clip))
    assert last_request(Settings()) is None


def test_the_settings_dialog_changes_what_it_shows_and_nothing_else(qtbot: QtBot) -> None:
    before = Settings(welcome_accepted=True, camera_width_px=1234, camera_height_px=777, model="m")
    dialog = SettingsDialog(before)
    qtbot.addWidget(dialog)
    assert dialog.answer() == before
    dialog.analysis.smoothing.setValue(0)
    dialog.analysis.score.setValue(0.7)
    dialog.analysis.face_search.setCurrentIndex(dialog.analysis.face_search.findData("small"))
    dialog.analysis.engine.setCurrentIndex(dialog.analysis.engine.findData("keras"))
    dialog.mirror.setChecked(False)
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    after = dialog.answer()
    changed = {
        field.name
        for field in fields(Settings)
        if getattr(before, field.name) != getattr(after, field.name)
    }
    assert changed == {
        "smoothing_ms",
        "min_detection_score",
        "face_search",
        "engine",
        "mirror",
        "theme",
    }


def test_defaults_are_restored_on_demand(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(smoothing_ms=900, show_labels=False))
    qtbot.addWidget(dialog)
    buttons = dialog.findChild(QDialogButtonBox)
    buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).click()
    assert dialog.answer().smoothing_ms == Settings().smoothing_ms
    assert dialog.answer().show_labels


def test_the_keys_are_listed(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ShortcutsDialog(Actions(parent), parent)
    assert {"Space", "Left", "Right", "M", "S", "R", "Ctrl+O", "Ctrl+E", "F11", "?"} <= set(
        dialog.keys.values()
    )
    assert len(set(dialog.keys.values())) == len(dialog.keys)


def test_every_action_says_what_it_does(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    actions = Actions(parent)
    for action in actions:
        assert action.toolTip()
        key = actions.key(action).toString()
        assert not key or key in action.toolTip()


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """A folder with two sessions."""
    for name in ("first", "second"):
        info = SourceInfo(kind="video", name=name, uri=f"/{name}", width_px=64, height_px=48)
        writer = SessionWriter(new_session_file(tmp_path, info), info, settings={})
        writer.model_changed(fake_preset(labels=("happy", "sad", "neutral")), 0)
        writer.write(analysis_of(face(1), face(2)))
        writer.close()
    return tmp_path


def dialog_of(
    folder: Path, qtbot: QtBot, **options: object
) -> tuple[SessionsDialog, list[list[tuple[str, Path]]]]:
    exported: list[list[tuple[str, Path]]] = []
    background = Background()
    dialog = SessionsDialog(folder, background, exported.append, exported.append, **options)
    qtbot.addWidget(dialog, before_close_func=lambda _: background.shutdown())
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 2)
    return dialog, exported


def test_past_sessions_are_listed_and_exported(sessions: Path, qtbot: QtBot) -> None:
    dialog, exported = dialog_of(sessions, qtbot)
    texts = [dialog.table.item(0, column).text() for column in range(1, 8)]
    assert texts == ["second", "", "", "0:00", "1", "2", "complete"]
    dialog.export_button.click()
    dialog.table.selectAll()
    dialog.export_button.click()
    dialog.report_button.click()
    assert [[name for name, _ in sessions] for sessions in exported] == [
        ["second"], ["second", "first"], ["second", "first"],
    ]  # fmt: skip


def test_a_session_is_described_and_found_again(
    sessions: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, _ = dialog_of(sessions, qtbot)
    facts = SessionFacts("Interview", "P01", "baseline", "laughs at 0:12\nthen leaves")
    asked: list[str] = []
    monkeypatch.setattr(FactsDialog, "ask", lambda _, name, __: asked.append(name) or facts)
    dialog.facts_button.click()
    qtbot.waitUntil(lambda: dialog.table.item(0, 1).text() == "Interview")
    assert asked == ["second"]
    for search, found in (("p01", 1), ("LAUGHS baseline", 1), ("second", 1), ("first p01", 0)):
        dialog.search.setText(search)
        assert dialog.table.rowCount() == found
    assert not dialog.open_button.isEnabled()
    dialog.search.clear()
    assert dialog.table.rowCount() == 2
    dialog.table.selectRow(1)
    with qtbot.waitSignal(dialog.opened) as opened:
        dialog.table.cellDoubleClicked.emit(1, 0)
    assert "first" in opened.args[0].name


def test_what_is_said_of_a_session_is_asked_for(qtbot: QtBot) -> None:
    dialog = FactsDialog("clip.mp4", SessionFacts("a", "b", "c", "d"))
    qtbot.addWidget(dialog)
    assert not dialog.has_changes()
    dialog.participant.setText(" P02 ")
    assert dialog.has_changes()
    assert dialog.answer() == SessionFacts("a", "P02", "c", "d")
    dialog.participant.setText("b")


def test_a_session_is_deleted_only_after_asking(
    sessions: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, _ = dialog_of(sessions, qtbot)
    monkeypatch.setattr(Confirm, "ask", lambda *_: False)
    dialog.delete_button.click()
    assert len(list(sessions.glob("*.fersession"))) == 2
    monkeypatch.setattr(Confirm, "ask", lambda *_: True)
    dialog.delete_button.click()
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1)
    assert len(list(sessions.glob("*.fersession"))) == 1


def test_the_session_in_use_cannot_be_deleted(sessions: Path, qtbot: QtBot) -> None:
    in_use = next(path for path in sessions.iterdir() if "second" in path.name)
    dialog, _ = dialog_of(sessions, qtbot, in_use={in_use})
    assert not dialog.delete_button.isEnabled()
    dialog.table.selectRow(1)
    assert dialog.delete_button.isEnabled()


def test_a_name_without_suffix_becomes_a_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> None:
    target = "PySide6.QtWidgets.QFileDialog.getSaveFileName"
    parent = QWidget()
    qtbot.addWidget(parent)
    for typed, wanted in (("table", "table.csv"), ("b.CSV", "b.CSV"), ("a.b", "a.b.csv")):
        monkeypatch.setattr(target, lambda *_, typed=typed, **__: (str(tmp_path / typed), ""))
        assert SaveCsv.ask(parent, tmp_path / "x.csv") == tmp_path / wanted
    # The kind that was chosen counts, also for a name that was suggested with another suffix.
    for typed, kind, wanted in (
        ("table", "Excel workbook (*.xlsx)", "table.xlsx"),
        ("a.csv", "Excel workbook (*.xlsx)", "a.xlsx"),
        ("b.csv", "Excel workbook (*.xlsx)", "b.csv"),
        ("c.parquet", "CSV table (*.csv)", "c.parquet"),
    ):
        answer = (str(tmp_path / typed), kind)
        monkeypatch.setattr(target, lambda *_, answer=answer, **__: answer)
        assert SaveCsv.ask(parent, tmp_path / "a.csv") == tmp_path / wanted
    monkeypatch.setattr(target, lambda *_, **__: ("", ""))
    assert SaveCsv.ask(parent, tmp_path) is None


def test_a_drag_brings_a_file_or_a_link(tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "clip ä 😀.mp4"))])
    assert dropped_targets(data) == [tmp_path / "clip ä 😀.mp4"]
    data = QMimeData()
    data.setText("rtsp://host/stream\n")
    assert dropped_targets(data) == ["rtsp://host/stream"]
    data.setText("just words")
    assert dropped_targets(data) == []


@pytest.mark.parametrize(
    "metrics",
    [
        "nonsense",
        "[]",
        "[" * 100_000,
        '{"n": 1e999, "accuracy": 0.5, "per_label": {}}',
        '{"n": 3, "accuracy": NaN, "per_label": {}}',
        '{"n": 3, "accuracy": "high", "per_label": {}}',
        '{"n": 3, "accuracy": 0.5, "per_label": {"happy": {"recall": 7}}}',
        '{"n": ' + "9" * 400 + ', "accuracy": 0.5, "per_label": {}}',
    ],
    ids=range(8),
)
def test_figures_that_cannot_be_are_left_out_with_the_reason(
    tmp_path: Path, metrics: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "metrics.json").write_text(metrics)
    assert read_model_facts(tmp_path) is None
    assert str(tmp_path / "metrics.json") in caplog.text
    caplog.clear()


def test_a_model_is_described_with_its_figures(tmp_path: Path) -> None:
    assert read_model_facts(tmp_path) is None
    (tmp_path / "metrics.json").write_text(
        '{"data": "FER2013", "n": 3589, "accuracy": 0.652,'
        ' "per_label": {"happy": {"recall": 0.87}, "fear": {"recall": 0.41}}}'
    )
    text = model_text(fake_preset(), tmp_path, "CPU")
    assert "65 % of cases" in text
    assert "Lowest recall: fear, 41 %" in text
    (tmp_path / "metrics.json").write_text("[]")
    assert read_model_facts(tmp_path) is None
    assert "without accuracy figures" in model_text(fake_preset(), tmp_path, "CPU")


def test_table_cells_cannot_be_edited(sessions: Path, qtbot: QtBot) -> None:
    dialog, _ = dialog_of(sessions, qtbot)
    qtbot.keyClick(dialog.table, Qt.Key.Key_F2)
    assert dialog.table.state() is dialog.table.State.NoState


def test_the_format_of_tables_is_a_setting(qtbot: QtBot) -> None:
    for kept in (Settings(), Settings(csv_dialect="semicolon"), Settings(table_format="parquet")):
        dialog = SettingsDialog(kept)
        qtbot.addWidget(dialog)
        assert not dialog.has_changes()
        dialog.folders.format.setCurrentText("Excel workbook")
        chosen = dialog.answer()
        assert (chosen.table_format, chosen.csv_dialect) == ("xlsx", "comma")
