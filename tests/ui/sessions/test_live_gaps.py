"""What a live source did not deliver is told: in the list of sessions, and with an export."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.ui.dialogs.prompts import SaveCsv
from fer_desktop.ui.sessions.sessions_dialog import SessionsDialog
from tests.recording import samples
from tests.ui.conftest import Desk
from tests.ui.steps import messages

pytestmark = pytest.mark.gui

_STATE = 7


@pytest.mark.parametrize(
    ("times_s", "missed", "state", "said"),
    [
        ((0, 0.9, 1.8), 0, "complete", ""),
        ((0, 0.5, 28.0), 0, "1 gap", "There is a gap of 27.5 s."),
        (
            (0, 2.5, 3.0, 30.5),
            724,
            "724 dropped, 2 gaps",
            "724 frames came too fast and were not analysed."
            " There are 2 gaps, the longest of 27.5 s.",
        ),
    ],
)
def test_gaps_of_a_camera_are_told(
    desk: Desk,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    times_s: tuple[float, ...],
    missed: int,
    state: str,
    said: str,
) -> None:
    app = desk.start()
    paths.sessions_dir().mkdir(parents=True, exist_ok=True)
    session = paths.sessions_dir() / "live.fersession"
    writer = SessionWriter(session, samples.CAMERA, settings={})
    writer.model_changed(samples.PRESET, 0)
    for index, time_s in enumerate(times_s):
        seen = samples.face(raw=samples.scores(0.5, 0.25, 0.25))
        writer.write(samples.frame(index, seen, timestamp_us=round(1e6 * time_s)))
    writer.close(SessionEnd(missed=missed))
    shown: list[str] = []

    def exec_(dialog: SessionsDialog) -> int:
        qtbot.waitUntil(lambda: dialog.table.rowCount() == 1)
        cell = dialog.table.item(0, _STATE)
        shown.extend([cell.text(), cell.toolTip()])
        return int(QDialog.DialogCode.Rejected)

    monkeypatch.setattr(SessionsDialog, "exec", exec_)
    app.window.acts.sessions.trigger()
    assert shown[0] == state
    assert ("longest gap between two frames is 27.5 s" in shown[1]) is ("gap" in state)
    monkeypatch.setattr(SaveCsv, "ask", lambda *_: tmp_path / "live.csv")
    app.window.commands.opener.open(session)
    qtbot.waitUntil(lambda: app.controller.past is not None)
    app.window.acts.export.trigger()
    qtbot.waitUntil(lambda: "Exported" in messages(app))
    assert messages(app).replace("\u200b", "").split("live.csv.")[1].split("\n")[0].strip() == said
