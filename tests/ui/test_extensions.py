"""What extensions of other packages do in the window, and what it says of unusable ones."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from fer_desktop.app import make_source
from fer_desktop.errors import FerError
from fer_desktop.pipeline.events import Result
from fer_desktop.pipeline.outputs import ResultOutput
from fer_desktop.settings import Settings
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.measures_dialog import MeasuresDialog
from fer_desktop.ui.dialogs.settings_dialog import SettingsDialog
from fer_desktop.ui.viewer.face_card import FaceCard
from fer_desktop.ui.viewer.measured_rows import measured_rows
from tests.helpers.packages import install
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CLIP, at_end, messages

pytestmark = pytest.mark.gui


def shown(card: FaceCard) -> list[tuple[str, str]]:
    """Return names and numbers of what a card shows."""
    return [(row.name, row.text) for row in measured_rows(card.face)]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder where packages are found."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    sys.modules.pop("others", None)


def settings(**choices: object) -> Settings:
    return Settings(welcome_accepted=True, model=MODEL, **choices)  # type: ignore[arg-type]


def test_an_output_gets_what_the_window_shows(desk: Desk, qtbot: QtBot) -> None:
    results: list[Result] = []
    desk.outputs["notes"] = ResultOutput(results.append)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    read = [result.analysis.frame_index for result in results if result.analysis is not None]
    assert read[-1] == 4
    assert read == sorted(read)


def test_an_output_that_fails_is_told_of_and_the_session_is_written(
    desk: Desk, qtbot: QtBot
) -> None:
    def fail(_: Result) -> None:
        raise FerError("The wire is cut.", hint="Mend it.")

    desk.outputs["wire"] = ResultOutput(fail)
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: "The wire is cut. Mend it." in messages(app))
    qtbot.waitUntil(lambda: at_end(app, 5))
    session = app.controller.session_log.path
    assert session is not None
    assert session.is_file()


def test_a_measure_stands_on_the_card(desk: Desk, qtbot: QtBot) -> None:
    app = desk.start(settings(measures=("head_roll",)), wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    (card,) = app.window.player.cards.cards
    assert shown(card) == [("Head tilt", "0.00°")]
    tall = card.sizeHint().height()
    app.controller.update_settings(settings())  # the frame that rests is read anew
    qtbot.waitUntil(lambda: not measured_rows(card.face))
    assert card.sizeHint().height() < tall


def test_a_measure_of_another_package_is_chosen_in_the_settings(
    desk: Desk, qtbot: QtBot, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
    from fer_desktop.domain.measures import MeasureSpec
    from fer_desktop.vision.measuring import Measure, each_face

    seven = Measure(MeasureSpec("seven", ("up", "down")), each_face(lambda frame, face: (7, -7)))
    """
    install(site, "others", {"fer_desktop.measures": {"seven": "others:seven"}}, {"others": source})
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    dialog = SettingsDialog(settings(measures=("of_a_package_that_is_away",)), app.window)
    assert "others" not in sys.modules
    assert not dialog.has_changes()

    def ask(_: QWidget, names: Sequence[str]) -> tuple[str, ...]:
        asked = MeasuresDialog(names)
        qtbot.addWidget(asked, before_close_func=MeasuresDialog.cancel)
        (item,) = asked.list.findItems("Seven", Qt.MatchFlag.MatchExactly)
        item.setCheckState(Qt.CheckState.Checked)
        return asked.answer()

    monkeypatch.setattr(MeasuresDialog, "ask", ask)
    dialog.analysis.measures_button.click()
    chosen = dialog.answer()
    assert chosen.measures == ("seven", "of_a_package_that_is_away")
    app.controller.update_settings(chosen)
    (card,) = app.window.player.cards.cards
    qtbot.waitUntil(lambda: bool(measured_rows(card.face)))
    assert shown(card) == [("Seven up", "7.0"), ("Seven down", "\N{MINUS SIGN}7.0")]
    assert messages(app) == "There is no measure 'of_a_package_that_is_away'."


def test_an_extension_that_cannot_be_imported_is_named_once(
    desk: Desk, qtbot: QtBot, site: Path
) -> None:
    install(site, "others", {"fer_desktop.measures": {"seven": "nothing_of_that_name:x"}}, {})
    app = desk.start(settings(measures=("seven", "head_roll")), wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    text = messages(app)
    assert text.count("The extension 'seven' (fer_desktop.measures) of the package others") == 1
    (card,) = app.window.player.cards.cards
    assert shown(card) == [("Head tilt", "0.00°")]


def show_again(app: Application, qtbot: QtBot) -> None:
    """Open the clip once more, and wait for the end of the new session."""
    former = app.controller.session_log.path
    app.controller.reopen()
    qtbot.waitUntil(lambda: app.controller.session_log.path not in (None, former))
    qtbot.waitUntil(lambda: at_end(app, 5))


LINES = """
class Lines:
    def __init__(self, target):
        self.path = target

    def note(self, *words):
        with open(self.path, "a") as file:
            print(*words, file=file)

    def opened(self, session, info):
        self.note("opened", info.name)

    def model_changed(self, preset, frame_index, *, engine, device):
        pass

    def write(self, frame, analysis):
        self.note("write", frame.index)

    def close(self, *, is_complete):
        self.note("close", is_complete)
"""


def test_outputs_are_chosen_in_the_settings_and_unusable_ones_named(
    desk: Desk, qtbot: QtBot, site: Path, tmp_path: Path
) -> None:
    entries = {"lines": "others:Lines", "gone": "nothing_of_that_name:x"}
    install(site, "others", {"fer_desktop.outputs": entries}, {"others": LINES})
    app = desk.start(wanted=CLIP)
    qtbot.waitUntil(lambda: at_end(app, 5))
    before = settings(outputs=("of_a_package_that_is_away:x", "lines:former"))
    dialog = SettingsDialog(before, app.window)
    group = dialog.outputs
    assert not dialog.has_changes()
    assert group.boxes["lines"].isChecked()
    assert group.targets["lines"].text() == "former"
    assert not group.targets["gone"].isEnabled()
    notes = tmp_path / "notes:1.txt"
    group.targets["lines"].setText(f" {notes} ")
    group.boxes["gone"].click()
    chosen = dialog.answer()
    assert chosen.outputs == ("of_a_package_that_is_away:x", f"lines:{notes}", "gone")
    assert "others" not in sys.modules
    app.controller.update_settings(chosen)
    assert not notes.exists()
    show_again(app, qtbot)
    qtbot.waitUntil(lambda: "close True" in notes.read_text())
    assert notes.read_text().split("\n")[0].startswith("opened")
    assert notes.read_text().count("write") == 5
    text = messages(app)
    assert (
        "The extension 'gone' (fer_desktop.outputs) of the package others 1.0 is left out" in text
    )
    assert "There is no output 'of_a_package_that_is_away' that can be used." in text
    group.boxes["lines"].click()
    app.controller.update_settings(dialog.answer())
    show_again(app, qtbot)
    assert notes.read_text().count("opened") == 1


def test_without_packages_only_our_own_streams_can_be_chosen(desk: Desk) -> None:
    app = desk.start()
    dialog = SettingsDialog(settings(outputs=("lines:x",)), app.window)
    assert tuple(dialog.outputs.boxes) == ("udp", "osc", "ws", "lsl")
    assert not any(box.isChecked() for box in dialog.outputs.boxes.values())
    assert dialog.answer().outputs == ("lines:x",)


PATTERN = """
import time
import numpy as np
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.sources.live_clock import LiveClock

class Pattern:
    def __init__(self, target):
        self.target = target
        self.clock = LiveClock()

    def open(self):
        return SourceInfo(kind="camera", name="Bars", uri=self.target, width_px=64, height_px=48)

    def read(self):
        time.sleep(0.01)
        return self.clock.frame(np.zeros((48, 64, 3), np.uint8), time.monotonic_ns())

    def close(self):
        pass
"""


def test_a_source_is_chosen_from_menu_or_toolbar_and_an_unusable_one_named(
    desk: Desk, qtbot: QtBot, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = {"pattern": "others:Pattern", "gone": "nothing_of_that_name:x"}
    install(site, "others", {"fer_desktop.sources": entries}, {"others": PATTERN})
    monkeypatch.setattr(desk, "_make_source", make_source)
    desk.cameras = []
    app = desk.start()
    chooser, menu = app.window.toolbar.source, app.window.menuBar().actions()[1].menu()
    qtbot.waitUntil(lambda: chooser.findText("pattern") >= 0)
    assert "others" not in sys.modules
    offered = [action.text() for action in menu.actions()]
    assert offered[:3] == ["No camera found", "pattern", "gone"]
    menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: app.controller.info is not None and app.controller.is_open)
    qtbot.waitUntil(lambda: app.controller.info.name == "Bars")
    assert chooser.currentText() == "pattern"
    assert menu.actions()[1].isChecked()
    chooser.chosen.emit(chooser._values[chooser.findText("gone")])
    qtbot.waitUntil(
        lambda: (
            "The extension 'gone' (fer_desktop.sources) of the package others 1.0 is left out"
            in messages(app)
        )
    )
