"""Every model that is there: to be looked at, used, renamed, deleted, handed out and brought in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from fer_desktop import paths
from fer_desktop.errors import FerError, ModelError
from fer_desktop.models.catalogue import ModelEntry, resolve_model
from fer_desktop.models.store import ModelDetails, check_name, free_name
from fer_desktop.pipeline.events import EngineEvent, ModelFailed, ModelLoaded, ModelLoading
from fer_desktop.ui.dialogs.asking_dialog import fitting_size
from fer_desktop.ui.dialogs.name_dialog import NameDialog
from fer_desktop.ui.dialogs.output_folders import output_folder
from fer_desktop.ui.dialogs.prompts import Confirm, OpenFolder, OpenZip, SaveZip, ask_to_replace
from fer_desktop.ui.look.wording import name_text
from fer_desktop.ui.models.model_jobs import ModelJobs
from fer_desktop.ui.models.model_panel import ModelPanel
from fer_desktop.ui.models.model_table import ModelTable
from fer_desktop.ui.runtime.controller import Controller

_SIZE: Final = QSize(940, 580)


class ModelsDialog(QDialog):
    """A table of models, and below it the selected one in full."""

    def __init__(
        self, controller: Controller, jobs: ModelJobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._jobs = jobs
        self._to_select: Path | None = None
        self.setWindowTitle(self.tr("Models"))
        self.setMinimumSize(800, 440)
        self.resize(fitting_size(self, _SIZE))
        self.table = ModelTable(self)
        self.panel = ModelPanel(self)
        self.note = QLabel(self.tr("Reading the models…"), self)
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.use_button = self._make_button(self.tr("Use"), self._on_use)
        self.use_button.setToolTip(self.tr("Use this model, now and at the next start"))
        self.rename_button = self._make_button(self.tr("Rename…"), self._on_rename)
        self.delete_button = self._make_button(self.tr("Delete…"), self._on_delete)
        self.export_button = self._make_button(self.tr("Export…"), self._on_export)
        self.export_button.setToolTip(self.tr("Save the model as one zip file"))
        self.import_button = QPushButton(self.tr("Import"), self)
        self.import_button.setAutoDefault(False)
        menu = QMenu(self.import_button)
        self.import_zip = menu.addAction(self.tr("Zip file…"))
        self.import_zip.triggered.connect(self._on_import_zip)
        self.import_folder = menu.addAction(self.tr("Folder…"))
        self.import_folder.triggered.connect(self._on_import_folder)
        self.import_button.setMenu(menu)
        self._lay_out()
        self.table.itemSelectionChanged.connect(self._show_selected)
        self.panel.measure_wanted.connect(self._on_measure)
        controller.happened.connect(self._on_event)
        jobs.listed.connect(self._on_listed)
        jobs.looked_into.connect(self._on_looked_into)
        jobs.imported.connect(self._on_imported)
        jobs.exported.connect(self._on_exported)
        jobs.progressed.connect(self._update)
        jobs.failed.connect(self._on_failed)
        self._show_selected()
        jobs.list_models()

    @classmethod
    def ask(cls, parent: QWidget, controller: Controller, jobs: ModelJobs) -> None:
        """Show the models until the dialog is closed."""
        dialog = cls(controller, jobs, parent)
        dialog.exec()
        dialog.deleteLater()

    def _lay_out(self) -> None:
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        row = QHBoxLayout()
        for button in (
            self.use_button,
            self.rename_button,
            self.delete_button,
            self.export_button,
            self.import_button,
        ):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        halves = QSplitter(Qt.Orientation.Vertical, self)
        halves.addWidget(self.table)
        halves.addWidget(self.panel)
        halves.setChildrenCollapsible(False)
        halves.setSizes([180, 320])
        layout = QVBoxLayout(self)
        layout.addWidget(halves, 1)
        layout.addWidget(self.note)
        layout.addLayout(row)

    def _make_button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button

    def _on_listed(self, models: list[ModelDetails]) -> None:
        selected = self.table.selected
        wanted = self._to_select or (selected.folder if selected is not None else self._in_use())
        self._to_select = None
        if self.note.text() == self.tr("Reading the models…"):
            self._say("" if models else self.tr("There are no models yet."))
        self.table.show_models(models, wanted)
        self._show_selected()

    def _show_selected(self) -> None:
        model = self.table.selected
        self.panel.setVisible(model is not None)
        if model is not None:
            self.panel.show_model(model)
        self._update()

    def _update(self) -> None:
        """Show how it stands, and what can be done now."""
        model, jobs = self.table.selected, self._jobs
        in_use = self._in_use()
        self.table.show_states(lambda entry: self._state(entry, in_use))
        is_usable = model is not None and not model.problem
        is_idle = model is not None and not (
            model.folder in (in_use, jobs.measuring) or self._is_loading(model) or jobs.is_moving
        )
        is_own = model is not None and not model.bundled
        self.use_button.setEnabled(is_usable and is_idle)
        self.rename_button.setEnabled(is_own and is_idle)
        self.delete_button.setEnabled(is_own and is_idle)
        self.export_button.setEnabled(is_usable and not jobs.is_moving)
        self.import_button.setEnabled(not jobs.is_moving)
        self.panel.measure_button.setEnabled(is_usable and jobs.measuring is None)
        if model is not None:
            self.panel.show_speed(
                jobs.speeds_ms.get(model.folder), is_measuring=model.folder == jobs.measuring
            )

    def _state(self, entry: ModelEntry, in_use: Path | None) -> str:
        if entry.problem:
            return self.tr("cannot be used")
        if self._is_loading(entry):
            return self.tr("loading…")
        if entry.folder == in_use:
            return self.tr("in use")
        return self.tr("built in") if entry.bundled else self.tr("yours")

    def _in_use(self) -> Path | None:
        if self._controller.model.preset is None:
            return None
        try:
            return resolve_model(self._controller.model.name)
        except ModelError:
            return None

    def _is_loading(self, entry: ModelEntry) -> bool:
        return entry.name == self._controller.model.loading

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, ModelLoading | ModelLoaded | ModelFailed):
            self._update()
        if isinstance(event, ModelFailed):
            self._on_failed(event.error)

    def _on_use(self) -> None:
        model = self.table.selected
        if model is not None:
            self._say("")
            self._controller.model.load(_handle(model))

    def _on_measure(self) -> None:
        model = self.table.selected
        if model is not None:
            self._say("")
            self._jobs.measure(model.folder)

    def _on_rename(self) -> None:
        model = self.table.selected
        if model is None:
            return

        def check(name: str) -> None:
            if name.casefold() != model.name.casefold():  # other letters are free
                check_name(name)

        text = self.tr("Model name:")
        name = NameDialog.ask(self, self.tr("Rename"), text, model.name, check)
        if name is None or name == model.name:
            return
        handle = _handle(model)
        folder = self._jobs.rename(model, name)
        if folder is not None:
            self._let_settings_follow(handle, name)
            self._say("")
            self._reload(folder)

    def _on_delete(self) -> None:
        model = self.table.selected
        text = self.tr(
            "Delete the model {name} and everything in its folder? This cannot be undone."
        )
        if model is None or not Confirm.ask(
            self, self.tr("Delete?"), text.format(name=name_text(model.name)), self.tr("Delete")
        ):
            return
        handle = _handle(model)
        if self._jobs.delete(model):
            self._let_settings_follow(handle, "")
            self._say(self.tr("{name} was deleted.").format(name=name_text(model.name)))
        self._reload(None)

    def _on_export(self) -> None:
        model = self.table.selected
        if model is None:
            return
        folder = output_folder(self._controller.settings.export_dir, paths.documents_dir())
        file = SaveZip.ask(self, folder / f"{model.name}.zip")
        if file is not None and (not file.exists() or ask_to_replace(self, file)):
            self._say(self.tr("Exporting…"))
            self._jobs.hand_out(model.folder, file)

    def _on_import_zip(self) -> None:
        self._look_into(OpenZip.ask(self, self.tr("Choose the zip file of a model")))

    def _on_import_folder(self) -> None:
        title = self.tr("Choose a model folder")
        self._look_into(OpenFolder.ask(self, title, str(Path.home())))

    def _look_into(self, source: Path | None) -> None:
        if source is not None:
            self._say(self.tr("Reading {name}…").format(name=name_text(source.name)))
            self._jobs.look_into(source)

    def _on_looked_into(self, source: Path, name: str) -> None:
        wanted: str | None = name
        if free_name(name) != name:
            text = self.tr(
                "The name {name} is already taken or not allowed on this system. Choose "
                "another name:"
            ).format(name=name)
            wanted = NameDialog.ask(self, self.tr("Import"), text, free_name(name), check_name)
        if wanted is None:
            self._say(self.tr("Nothing was imported."))
        else:
            self._say(self.tr("Checking {name}…").format(name=name_text(source.name)))
            self._jobs.bring_in(source, wanted)

    def _on_imported(self, folder: Path) -> None:
        self._say(self.tr("{name} was imported.").format(name=folder.name))
        self._reload(folder)

    def _on_exported(self, path: Path) -> None:
        self._say(self.tr("Exported to {path}").format(path=path))

    def _on_failed(self, error: FerError) -> None:
        self._say(str(error), is_error=True)

    def _reload(self, to_select: Path | None) -> None:
        self._to_select = to_select
        self._jobs.list_models()

    def _let_settings_follow(self, handle: str, other: str) -> None:
        """Name another model for the next start, if it was this one though it is not in use."""
        settings = self._controller.settings
        if settings.model == handle:
            self._controller.update_settings(replace(settings, model=other))

    def _say(self, text: str, *, is_error: bool = False) -> None:
        self.note.setProperty("role", "error" if is_error else "muted")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        self.note.setText(text)


def _handle(entry: ModelEntry) -> str:
    """Return what stands for a model: its name, or its folder where another has that name too."""
    is_first = resolve_model(entry.name) == entry.folder
    return entry.name if is_first else str(entry.folder)
