import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import ModelError
from fer_desktop.models.archive import export_model
from fer_desktop.models.catalogue import available_models
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.name_dialog import NameDialog
from fer_desktop.ui.dialogs.prompts import Confirm, OpenFolder, OpenZip, SaveZip
from fer_desktop.ui.models.model_panel import CardView
from fer_desktop.ui.models.models_dialog import ModelsDialog
from tests.helpers.models import make_model_folder
from tests.ui.conftest import MODEL, Desk
from tests.ui.steps import messages
from trainer.contract.preset import CARD_FILE, METRICS_FILE, MODEL_FILE

pytestmark = pytest.mark.gui

LABELS = ("happy", "sad", "wink")
BUNDLED = next(entry.name for entry in available_models() if entry.bundled)
LIMIT_MS = 240_000  # the first network takes long: its libraries are imported
METRICS = (
    '{"data": "FER2013", "n": 3589, "accuracy": 0.652, "accuracy_interval_95": [0.64, 0.67],'
    ' "per_label": {"happy": {"recall": 0.87}, "sad": {"recall": 0.41}}}'
)
CARD = (
    "# Tiny\n\n| figure | value |\n|---|---|\n| accuracy | 0.65 |\n\n"
    "[elsewhere](https://example.org) ![picture](https://example.org/x.png) <b>bold</b>\n"
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_model_folder(tmp_path_factory.mktemp("source") / "tiny", LABELS)
    (folder / METRICS_FILE).write_text(METRICS, encoding="utf-8")
    (folder / CARD_FILE).write_text(CARD, encoding="utf-8")
    return folder


@pytest.fixture
def own(tiny: Path, model_folder: Path) -> Path:
    """One of the user's models, beside the one in use."""
    return Path(shutil.copytree(tiny, model_folder.parent / "tiny"))


@pytest.fixture
def app(desk: Desk, qtbot: QtBot) -> Application:
    app = desk.start()
    qtbot.waitUntil(lambda: app.controller.model.preset is not None)
    return app


@pytest.fixture
def managed(app: Application, own: Path, qtbot: QtBot) -> Iterator[ModelsDialog]:
    """The open dialog, on the model that is not in use."""
    dialogs: list[ModelsDialog] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelsDialog, "exec", lambda dialog: (dialogs.append(dialog), dialog.show()))
        patch.setattr(ModelsDialog, "deleteLater", lambda dialog: None)
        app.window.acts.manage_models.trigger()
    (dialog,) = dialogs
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 0, timeout=LIMIT_MS)
    select(dialog, "tiny")
    yield dialog
    dialog.close()


def names(dialog: ModelsDialog) -> list[str]:
    return [dialog.table.item(row, 0).text() for row in range(dialog.table.rowCount())]


def row_of(dialog: ModelsDialog, name: str) -> list[str]:
    row = names(dialog).index(name)
    return [dialog.table.item(row, column).text() for column in range(dialog.table.columnCount())]


def select(dialog: ModelsDialog, name: str) -> None:
    dialog.table.selectRow(names(dialog).index(name))


def offered(app: Application) -> list[str]:
    chooser = app.window.toolbar.model
    return [chooser.itemText(index) for index in range(chooser.count())]


def own_files() -> list[str]:
    return sorted(path.name for path in paths.user_models_dir().iterdir())


def test_models_are_listed_with_what_is_known(managed: ModelsDialog) -> None:
    assert row_of(managed, MODEL)[1:4] == ["in use", "7", "?"]
    assert row_of(managed, BUNDLED)[1] == "built in"
    name, state, labels, accuracy, elsewhere, parameters, size = row_of(managed, "tiny")
    assert (name, state, labels, accuracy) == ("tiny", "yours", "3", "65.2 % (64.0 to 67.0)")
    assert elsewhere == "?"
    assert row_of(managed, "seven-expressions")[4].startswith("60.0 % (")
    assert int(parameters.replace(",", "")) > 100
    assert size.endswith("MB")
    assert managed.panel.labels.text() == "happy, sad, wink"
    assert "Lowest recall: sad, 41 %" in managed.panel.accuracy.text()
    assert managed.panel.system.text() == "tiny"


def test_the_card_is_read_and_nothing_in_it_is_fetched(managed: ModelsDialog) -> None:
    card = managed.panel.card
    assert "accuracy" in card.toPlainText()
    assert "|---|" not in card.toPlainText()
    assert card.isReadOnly()
    card.anchorClicked.emit(QUrl("https://example.org"))
    assert "Tiny" in card.toPlainText()
    assert CardView.loadResource(card, 2, QUrl("https://example.org/x.png")) is None
    select(managed, MODEL)
    assert card.toPlainText() == ""


def test_a_model_that_cannot_be_used_says_why(
    managed: ModelsDialog, own: Path, qtbot: QtBot
) -> None:
    (own / MODEL_FILE).unlink()
    managed._jobs.list_models()
    qtbot.waitUntil(lambda: row_of(managed, "tiny")[1] == "cannot be used")
    assert MODEL_FILE in managed.panel.description.text()
    assert not managed.use_button.isEnabled()
    assert not managed.export_button.isEnabled()
    assert not managed.panel.measure_button.isEnabled()
    assert managed.delete_button.isEnabled()


def test_what_is_bundled_or_in_use_stays(managed: ModelsDialog) -> None:
    assert managed.delete_button.isEnabled()
    for name in (BUNDLED, MODEL):
        select(managed, name)
        assert not managed.delete_button.isEnabled()
        assert not managed.rename_button.isEnabled()
        assert managed.export_button.isEnabled()


def test_another_model_is_used_and_remembered(
    managed: ModelsDialog, app: Application, qtbot: QtBot
) -> None:
    managed.use_button.click()
    qtbot.waitUntil(lambda: row_of(managed, "tiny")[1] == "in use")
    assert row_of(managed, MODEL)[1] == "yours"
    assert app.controller.settings.model == "tiny"
    assert not managed.use_button.isEnabled()
    assert not managed.delete_button.isEnabled()


def test_an_own_model_with_a_bundled_ones_name_is_told_from_it(
    managed: ModelsDialog, app: Application, own: Path, qtbot: QtBot
) -> None:
    namesake = own.rename(own.with_name(BUNDLED))
    managed._jobs.list_models()
    qtbot.waitUntil(lambda: names(managed).count(BUNDLED) == 2)
    rows = [row for row, name in enumerate(names(managed)) if name == BUNDLED]
    managed.table.selectRow(rows[1])
    managed.use_button.click()
    qtbot.waitUntil(lambda: managed.table.item(rows[1], 1).text() == "in use")
    assert managed.table.item(rows[0], 1).text() == "built in"
    assert app.controller.settings.model == str(namesake)


def test_a_model_that_cannot_be_loaded_is_explained(
    managed: ModelsDialog, app: Application, desk: Desk, qtbot: QtBot
) -> None:
    desk.model_error = ModelError("The model is damaged.", hint="Choose another model.")
    managed.use_button.click()
    qtbot.waitUntil(lambda: "damaged" in managed.note.text())
    assert row_of(managed, MODEL)[1] == "in use"
    assert app.controller.settings.model == MODEL


def test_speed_is_measured_on_demand(managed: ModelsDialog, qtbot: QtBot) -> None:
    assert managed.panel.speed.text() == "Not measured yet."
    managed.panel.measure_button.click()
    assert managed.panel.speed.text() == "Measuring…"
    assert not managed.delete_button.isEnabled()
    assert not managed.panel.measure_button.isEnabled()
    qtbot.waitUntil(lambda: "ms per face" in managed.panel.speed.text(), timeout=LIMIT_MS)
    select(managed, MODEL)
    assert managed.panel.speed.text() == "Not measured yet."
    managed.panel.measure_button.click()
    qtbot.waitUntil(lambda: "checksum" in managed.note.text(), timeout=LIMIT_MS)
    assert managed.panel.measure_button.isEnabled()


def test_a_model_is_renamed_everywhere(
    managed: ModelsDialog, app: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.controller.update_settings(replace(app.controller.settings, model="tiny"))
    monkeypatch.setattr(NameDialog, "ask", lambda *_: "mine")
    managed.rename_button.click()
    qtbot.waitUntil(lambda: "mine" in names(managed))
    assert "tiny" not in names(managed)
    assert managed.table.selected.name == "mine"
    assert app.controller.settings.model == "mine"
    assert "mine" in offered(app)


def test_a_model_is_deleted_only_after_asking(
    managed: ModelsDialog, app: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Confirm, "ask", lambda *_: False)
    managed.delete_button.click()
    assert "tiny" in own_files()
    monkeypatch.setattr(Confirm, "ask", lambda *_: True)
    managed.delete_button.click()
    qtbot.waitUntil(lambda: "tiny" not in names(managed))
    assert own_files() == [MODEL]
    assert "tiny" not in offered(app)


def test_a_model_goes_out_and_comes_in_under_another_name(
    managed: ModelsDialog,
    app: Application,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "out" / "tiny.zip"
    file.parent.mkdir()
    monkeypatch.setattr(SaveZip, "ask", lambda *_: file)
    managed.export_button.click()
    qtbot.waitUntil(lambda: "Exported" in managed.note.text())
    with zipfile.ZipFile(file) as archive:
        assert f"tiny/{MODEL_FILE}" in archive.namelist()

    suggestions: list[str] = []

    def ask(parent: object, title: str, text: str, suggestion: str, check: object) -> str:
        suggestions.append(suggestion)
        return suggestion

    monkeypatch.setattr(NameDialog, "ask", ask)
    monkeypatch.setattr(OpenZip, "ask", lambda *_: file)
    managed.import_zip.trigger()
    assert not managed.import_button.isEnabled()
    qtbot.waitUntil(lambda: "tiny-2" in names(managed), timeout=LIMIT_MS)
    assert suggestions == ["tiny-2"]
    assert managed.table.selected.preset.name == "tiny-2"
    assert managed.note.text() == "tiny-2 was imported."
    assert "tiny-2" in offered(app)
    assert managed.import_button.isEnabled()


def test_no_other_name_means_no_import(
    managed: ModelsDialog, tiny: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenFolder, "ask", lambda *_: tiny)
    monkeypatch.setattr(NameDialog, "ask", lambda *_: None)
    managed.import_folder.trigger()
    qtbot.waitUntil(lambda: managed.note.text() == "Nothing was imported.")
    assert own_files() == [MODEL, "tiny"]


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda file: file.write_bytes(b"no zip"), "not a zip"),
        (lambda file: add_to(file, "../evil"), "outside the model's folder"),
        (lambda file: file.unlink(), "cannot be read"),
    ],
)
def test_what_cannot_be_imported_is_one_message(
    managed: ModelsDialog,
    own: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], object],
    word: str,
) -> None:
    file = tmp_path / "other.zip"
    export_model(own, file)
    spoil(file)
    monkeypatch.setattr(OpenZip, "ask", lambda *_: file)
    managed.import_zip.trigger()
    qtbot.waitUntil(lambda: word in managed.note.text())
    assert managed.note.property("role") == "error"
    assert own_files() == [MODEL, "tiny"]
    assert managed.import_button.isEnabled()


def add_to(file: Path, name: str) -> None:
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")


def test_an_export_that_cannot_be_written_is_told(
    managed: ModelsDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SaveZip, "ask", lambda *_: tmp_path / "nowhere" / "tiny.zip")
    managed.export_button.click()
    qtbot.waitUntil(lambda: "does not exist" in managed.note.text())
    assert not list(tmp_path.iterdir())


def test_what_fails_after_closing_is_told_in_the_window(
    app: Application, own: Path, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenZip, "ask", lambda *_: tmp_path / "gone.zip")

    def begin_and_close() -> None:
        dialog = QApplication.activeModalWidget()
        dialog.import_zip.trigger()
        dialog.reject()

    QTimer.singleShot(100, begin_and_close)
    app.window.acts.manage_models.trigger()
    qtbot.waitUntil(lambda: "gone.zip cannot be read" in messages(app))


def test_only_names_that_can_be_are_taken(qtbot: QtBot) -> None:
    def check(name: str) -> None:
        if name == "taken":
            raise ModelError("That is taken.")

    dialog = NameDialog("Rename", "Name:", "taken", check)
    qtbot.addWidget(dialog)
    button = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    assert not button.isEnabled()
    assert dialog.problem.text() == "That is taken."
    dialog.edit.setText(" free ")
    assert button.isEnabled()
    assert dialog.answer() == "free"
    assert dialog.problem.text() == ""
