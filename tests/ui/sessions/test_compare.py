"""Two sessions drawn together, with what they agree and differ in."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from fer_desktop.recording.session_facts import SessionFacts, write_facts
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.sessions.compare_dialog import CompareDialog
from tests.recording.samples import OTHER_PRESET, PRESET, VIDEO, face, frame, scores
from tests.recording.test_shared_clock import BEGAN_NS, every_33_ms, record

pytestmark = pytest.mark.gui
REST = scores(0.1, 0.1, 0.8)


def _session(path: Path, *, is_other: bool, delay: int = 0, less: float = 0) -> Path:
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(OTHER_PRESET if is_other else PRESET, 0)
    for index in range(60):
        at = index - delay
        if is_other:
            value = 0.9 if at < 40 else 0.2
            raw = scores(value, 1 - value, labels=OTHER_PRESET.labels)
        else:
            raw = REST if at < 30 else scores(0.7 - less, 0.1 + less, 0.2)
        others = [face(2, raw=raw)] * (index < 10)
        writer.write(frame(index, face(1, raw=raw), *others))
    writer.add_mark(Mark(delay * 1_000_000 // 30, "begin"))
    writer.close()
    return path


def _dialog(qtbot: QtBot, first: Path, second: Path) -> CompareDialog:
    background = Background()
    dialog = CompareDialog((first, second), background)
    qtbot.addWidget(dialog, before_close_func=lambda _: background.shutdown())
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def test_a_difference_that_is_rounded_to_nought_is_none(qtbot: QtBot, tmp_path: Path) -> None:
    first = _session(tmp_path / "a.fersession", is_other=False)
    dialog = _dialog(qtbot, first, _session(tmp_path / "b.fersession", is_other=False, less=0.0004))
    qtbot.waitUntil(lambda: "60 common moments" in dialog.summary.text())
    assert [dialog.means.item(row, 3).text() for row in range(2)] == ["+0.0", "+0.0"]


def test_sessions_of_one_file_are_told_apart_by_their_start(qtbot: QtBot, tmp_path: Path) -> None:
    files = [_session(tmp_path / f"{name}.fersession", is_other=False) for name in "ab"]
    days = [datetime(2026, 5, day, 14, 30) for day in (1, 2)]
    for file, day in zip(files, days, strict=True):
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("UPDATE session SET started_ns = ?", (int(day.timestamp()) * 10**9,))
    dialog = _dialog(qtbot, *files)
    qtbot.waitUntil(lambda: "common moments" in dialog.summary.text())
    titles = [label.text() for label in dialog.findChildren(QLabel) if " · " in label.text()]
    assert [title[-16:] for title in titles] == ["2026-05-01 14:30", "2026-05-02 14:30"]


def test_two_models_on_one_file(qtbot: QtBot, tmp_path: Path) -> None:
    first = _session(tmp_path / "a.fersession", is_other=False)
    second = _session(tmp_path / "b.fersession", is_other=True)
    write_facts(second, SessionFacts("Again", "P01"))
    dialog = _dialog(qtbot, first, second)
    qtbot.waitUntil(lambda: "50.0 % of 60 common moments" in dialog.summary.text())
    rows = [
        [dialog.differences.item(row, column).text() for column in range(4)]
        for row in range(dialog.differences.rowCount())
    ]
    assert rows == [
        ["0:01.0", "0:01.3", "happy", "neutral"],
        ["0:01.3", "0:01.9", "happy", "surprise"],
    ]
    means = {
        dialog.means.item(row, 0).text(): [dialog.means.item(row, at).text() for at in (1, 2, 3)]
        for row in range(dialog.means.rowCount())
    }
    assert means["neutral"] == ["50.0 %", "66.7 %", "+16.7"]
    assert means["surprise"] == ["", "33.3 %", ""]
    dialog.differences.cellDoubleClicked.emit(1, 0)
    first_canvas, second_canvas = dialog.canvases
    assert first_canvas.content.playhead_us == second_canvas.content.playhead_us == 1_333_333
    dialog.legend.entry("happy").click()
    assert "happy" in first_canvas.content.hidden
    dialog.face_boxes[0].setCurrentIndex(1)
    dialog.face_boxes[0].activated.emit(1)
    qtbot.waitUntil(lambda: "of 10 common moments" in dialog.summary.text())


def test_two_cameras_are_aligned_by_the_clock_that_they_share(qtbot: QtBot, tmp_path: Path) -> None:
    first = record(tmp_path / "a.fersession", every_33_ms(BEGAN_NS))
    second = record(tmp_path / "b.fersession", every_33_ms(BEGAN_NS + 330_000_000))
    dialog = _dialog(qtbot, first, second)
    qtbot.waitUntil(lambda: "of 20 common moments" in dialog.summary.text())
    assert [box.currentText() for box in dialog.align_boxes] == ["the same time"] * 2
    assert dialog.offset_us == -330_000


def test_two_sessions_aligned_at_a_mark_move_together(qtbot: QtBot, tmp_path: Path) -> None:
    first = _session(tmp_path / "a.fersession", is_other=False)
    second = _session(tmp_path / "b.fersession", is_other=False, delay=12)
    dialog = _dialog(qtbot, first, second)
    qtbot.waitUntil(lambda: "of 60 common moments" in dialog.summary.text())
    assert dialog.differences.rowCount() == 1
    dialog.align_boxes[1].setCurrentIndex(1)
    dialog.align_boxes[1].activated.emit(1)
    assert dialog.offset_us == 400_000
    box, option = dialog.align_boxes[1], QStyleOptionComboBox()
    box.initStyleOption(option)
    assert box.shown_text(option) == "0:00.4  begin"
    assert "100.0 % of 48 common moments" in dialog.summary.text()
    assert dialog.differences.rowCount() == 0
    qtbot.waitUntil(lambda: all(canvas.plot is not None for canvas in dialog.canvases))
    plot = dialog.canvases[0].plot
    assert plot is not None
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    stretches = [canvas.content.stretch for canvas in dialog.canvases]
    assert stretches[0].width_us == pytest.approx(stretches[1].width_us, abs=2)
    assert stretches[1].start_us - stretches[0].start_us == pytest.approx(400_000, abs=2)


def test_a_session_that_cannot_be_read_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    first = _session(tmp_path / "a.fersession", is_other=False)
    (tmp_path / "b.fersession").write_bytes(b"nothing")
    dialog = _dialog(qtbot, first, tmp_path / "b.fersession")
    qtbot.waitUntil(lambda: "cannot be read as a session" in dialog.summary.text())
