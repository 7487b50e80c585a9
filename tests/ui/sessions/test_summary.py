"""The summary in the real window follows the session, and reports are saved from it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from fer_desktop.domain.people import People
from fer_desktop.recording.report.reported import Reported
from fer_desktop.recording.report.writing import observe
from fer_desktop.recording.session_format import Mark
from fer_desktop.settings import Settings
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import Confirm, SaveReport
from fer_desktop.ui.sessions.report_pdf import write_pdf
from fer_desktop.ui.sessions.summary_view import SummaryView
from tests.helpers.clips import numbered
from tests.helpers.sources import SIZE_PX, ScriptedCamera, ScriptedSource
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CAMERA, CLIP, messages

pytestmark = pytest.mark.gui


@pytest.fixture
def app(desk: Desk, qtbot: QtBot) -> Application:
    """The window with a file that was analysed, of two faces, one for a part of the time."""
    desk.faces = (((20, 10, 60, 60),), ((20, 10, 60, 60), (90, 10, 130, 60)))
    desk.sources[CLIP] = ScriptedSource(frames=60, fps=30.0)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: app.controller.analysis is not None and app.controller.analysis.is_over)
    return app


def texts(view: SummaryView) -> list[str]:
    """Return the first column."""
    return [view.table.item(row, 0).text() for row in range(view.table.rowCount())]


def test_the_summary_comes_when_it_is_wanted_and_follows_the_marks(
    app: Application, qtbot: QtBot
) -> None:
    window = app.window
    view = window.summary.view
    assert not view.isVisible()
    window.acts.summary.trigger()
    qtbot.waitUntil(lambda: "face 1" in texts(view))
    assert view.isVisible()
    heads = [view.table.horizontalHeaderItem(at).text() for at in range(view.table.columnCount())]
    assert heads[:2] == ["Person", "Seen"]
    assert heads[-2:] == ["Unsure", "Notes"]
    assert view.interval.count() == 1
    app.controller.marks.replace([Mark(0, "first half", 1_000_000)])
    qtbot.waitUntil(lambda: view.interval.count() == 2)
    view.interval.setCurrentIndex(1)
    assert "first half" in view.interval.currentText()
    assert "0:01 analysed" in view.facts.text()
    view.quantity.setCurrentIndex(1)
    tip = view.table.item(0, 2).toolTip()
    assert tip.startswith(heads[2].strip())
    image = view.grab().toImage()  # bars are painted
    colors = {
        QColor(image.pixel(x, y)).name()
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 2)
    }
    assert len(colors) > 8


def test_the_summary_follows_a_camera(desk: Desk, qtbot: QtBot) -> None:
    # Always the same picture: between two far apart there would be a cut, and another face.
    desk.sources[CAMERA] = ScriptedCamera(picture=lambda _: numbered(1, SIZE_PX))
    app = desk.start(wanted=CAMERA)
    app.window.acts.summary.trigger()
    view = app.window.summary.view

    def frames() -> int:
        found = re.search(r"(\d+) frame", view.facts.text())
        return int(found[1]) if found is not None else 0

    qtbot.waitUntil(lambda: frames() > 0)
    former = frames()
    qtbot.waitUntil(lambda: frames() > former)
    # On a busy machine frames may be so far apart that the face is another one.
    assert texts(view)[0] == "face 1"


@pytest.mark.parametrize("suffix", [".html", ".pdf", ".xlsx", ".csv"])
def test_a_report_is_saved_and_replaced_only_after_asking(
    app: Application,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    path = tmp_path / f"a{suffix}"
    suggested: list[Path] = []
    monkeypatch.setattr(SaveReport, "ask", lambda _, name: suggested.append(name) or path)
    with qtbot.waitSignal(app.window.commands.exporter.reported):
        app.window.acts.report.trigger()
    assert suggested[0].suffix == ".html"
    begins = {".html": b"<!doctype html>", ".pdf": b"%PDF-", ".xlsx": b"PK", ".csv": b"session,"}
    assert path.read_bytes().startswith(begins[suffix])
    assert "Saved the report" in messages(app)
    asked: list[str] = []
    monkeypatch.setattr(Confirm, "ask", lambda *args: asked.append(args[1]) is not None)
    app.window.acts.report.trigger()
    assert len(asked) == 1


def test_nothing_to_sum_up_is_said_in_words(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start()
    app.window.acts.summary.trigger()
    view = app.window.summary.view
    qtbot.waitUntil(lambda: view.note.isVisible())
    assert view.note.text() == "Nothing has been analysed yet."
    assert not view.table.isVisible()
    app.window.acts.report.trigger()
    assert "nothing to export" in messages(app)


def test_a_pdf_has_a_page_for_everything(app: Application, tmp_path: Path) -> None:
    path = app.controller.session_log.path
    assert path is not None
    (session,) = observe(path)
    one, several = tmp_path / "one.pdf", tmp_path / "several.pdf"
    write_pdf([Reported.of(session)], one)
    write_pdf([Reported.of(session)] * 6, several)
    count: Callable[[Path], int] = lambda file: file.read_bytes().count(b"/Type /Page\n")  # noqa: E731
    assert 1 <= count(one) < count(several)
    full = Path("/dev/full")
    if full.exists():
        with pytest.raises(OSError, match="the end of the PDF is missing"):
            write_pdf([Reported.of(session)], full)


def test_the_window_still_fits_the_smallest_screen_with_a_summary(
    app: Application, qtbot: QtBot
) -> None:
    app.window.acts.summary.trigger()
    assert app.window.minimumSizeHint().height() <= QSize(1024, 640).height()
    assert app.window.minimumSizeHint().width() <= QSize(1024, 640).width()
    # Names of labels are not cut either, where a person's name takes the room.
    view = app.window.summary.view
    qtbot.waitUntil(lambda: "face 1" in texts(view))
    app.controller.people.change(People().named(1, "Participant twelve of the second wave, left"))
    app.window.resize(1024, 640)
    qtbot.waitUntil(lambda: any("twelve" in text for text in texts(view)))
    header = view.table.horizontalHeader()
    for column in range(header.count()):
        assert header.sectionSize(column) >= header.sectionSizeHint(column)
    assert header.sectionSize(0) < view.table.sizeHintForColumn(0)  # its tool tip has all of it


def test_measures_are_summed_up_and_unusable_faces_left_out(desk: Desk, qtbot: QtBot) -> None:
    chosen = Settings(welcome_accepted=True, model=MODEL, measures=("quality", "valence"))
    desk.sources[CLIP] = ScriptedSource(frames=60, fps=30.0)
    app = desk.start(chosen, wanted=CLIP)
    view = app.window.summary.view
    app.window.acts.summary.trigger()
    qtbot.waitUntil(lambda: "face 1" in texts(view))
    view.quantity.setCurrentText("Measures")
    heads = [view.table.horizontalHeaderItem(at).text() for at in range(view.table.columnCount())]
    assert heads == ["Person", "Usable", "Valence"]
    assert view.table.item(0, 1).text() == "0 %"  # plain pictures show no face
    assert view.table.item(0, 2).text() != "-"
    assert view.usable_only.isEnabled()
    view.usable_only.click()
    qtbot.waitUntil(lambda: view.table.columnCount() == 2)
    assert app.controller.settings.usable_only
    view.quantity.setCurrentText("Share of time")
    assert texts(view) == ["face 1"]
