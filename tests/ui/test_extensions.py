"""What extensions of other packages do in the window, and what it says of unusable ones."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.errors import FerError
from fer_desktop.pipeline.events import Result
from fer_desktop.pipeline.outputs import ResultOutput
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.settings_dialog import SettingsDialog
from fer_desktop.ui.viewer.measured_rows import measured_rows
from tests.helpers.packages import install
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import CLIP, at_end, messages

pytestmark = pytest.mark.gui


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
    assert measured_rows(card.face) == [("Head roll", "0.00°")]
    tall = card.sizeHint().height()
    app.controller.update_settings(settings())  # the frame that rests is read anew
    qtbot.waitUntil(lambda: not measured_rows(card.face))
    assert card.sizeHint().height() < tall


def test_a_measure_of_another_package_is_chosen_in_the_settings(
    desk: Desk, qtbot: QtBot, site: Path
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
    dialog.measures["seven"].click()
    chosen = dialog.settings
    assert chosen.measures == ("of_a_package_that_is_away", "seven")
    app.controller.update_settings(chosen)
    (card,) = app.window.player.cards.cards
    qtbot.waitUntil(lambda: bool(measured_rows(card.face)))
    assert measured_rows(card.face) == [("Seven up", "7.0"), ("Seven down", "\N{MINUS SIGN}7.0")]
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
    assert measured_rows(card.face) == [("Head roll", "0.00°")]
