"""What the actions do where more is needed than one call."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices

from fer_desktop import paths
from fer_desktop.domain.bundle_name import is_bundle
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.errors import FerError, StorageError
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.recording.session_format import Mark
from fer_desktop.settings import Settings
from fer_desktop.ui.commands.recording_desk import RecordingDesk
from fer_desktop.ui.dialogs.about_dialogs import AboutDialog, ModelDialog
from fer_desktop.ui.dialogs.analysis_dialog import AnalysisDialog, AnalysisOptions
from fer_desktop.ui.dialogs.measures_dialog import MeasuresDialog
from fer_desktop.ui.dialogs.prompts import OpenFolder, OpenMedia
from fer_desktop.ui.dialogs.settings_dialog import SettingsDialog
from fer_desktop.ui.dialogs.shortcuts_dialog import ShortcutsDialog
from fer_desktop.ui.look.wording import runs_on_text, time_text
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.models.model_jobs import ModelJobs
from fer_desktop.ui.models.models_dialog import ModelsDialog
from fer_desktop.ui.runtime.playback import SEEK_STEP_US
from fer_desktop.ui.runtime.recording_tap import RecordingTap
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.sessions.bundle_desk import BundleDesk
from fer_desktop.ui.sessions.exporter import Exporter
from fer_desktop.ui.sessions.mark_keys import MarkKeys
from fer_desktop.ui.sessions.marks_dialog import MarksDesk
from fer_desktop.ui.sessions.session_opener import SessionOpener
from fer_desktop.ui.sessions.sessions_desk import SessionsDesk
from fer_desktop.ui.viewer.frame_view import FrameView
from fer_desktop.ui.widgets.drops import is_model_folder


class Commands(Desk):
    """Connects actions with the controller, asking the person where only they can decide.

    Signals:
        models_changed: there are other models than before.
    """

    models_changed = Signal()

    def __init__(self, parts: WindowParts, view: FrameView, recorder: RecordingTap) -> None:
        super().__init__(parts)
        self._view = view
        self.exporter = Exporter(parts.background, parts.window)
        self.opener = SessionOpener(parts)
        self.bundles = BundleDesk(parts)
        self.sessions = SessionsDesk(parts, self.exporter, self.bundles, self.opener)
        self.recording = RecordingDesk(parts, view, recorder, lambda: self.opener.file)
        self.marks = MarksDesk(parts)
        self.mark_keys = MarkKeys(parts)
        self._model_jobs = ModelJobs(parts.background, self)
        self._connect_source_actions()
        self._connect_model_actions()
        self._connect_session_actions()
        self._connect_settings_actions()
        self._connect_help_actions()

    def open_target(self, target: Path | str) -> None:
        """Open a file, use a model folder, import a bundle, or connect to a URL."""
        if isinstance(target, str):
            self._controller.open(SourceRequest("stream", target))
        elif is_model_folder(target):
            self._controller.model.load(str(target))
        elif is_bundle(target):
            self.bundles.bring_in(target)
        else:
            self._controller.open(SourceRequest("file", str(target)))

    def add_mark(self) -> None:
        """Mark the present moment."""
        position_us = self._controller.playback.position_us
        when = time_text(position_us, tenths=True)
        try:
            was_recorded = self._controller.marks.add(Mark(position_us, self.tr("Mark")))
        except StorageError as error:
            self._announcer.say_error("mark", error)
        else:
            self._announcer.say_marked(was_recorded, when)

    def _connect_source_actions(self) -> None:
        actions, controller = self._actions, self._controller
        actions.open_file.triggered.connect(self._open_file)
        actions.open_demo.triggered.connect(lambda: controller.open(SourceRequest("demo")))
        actions.start.triggered.connect(controller.start_or_stop)
        actions.play.triggered.connect(controller.toggle)
        actions.pause_analysis.triggered.connect(controller.pause_analysis)
        actions.analysis_options.triggered.connect(self._choose_analysis)
        actions.step_back.triggered.connect(lambda: controller.playback.step(-1))
        actions.step_forward.triggered.connect(lambda: controller.playback.step(1))
        actions.seek_back.triggered.connect(lambda: controller.playback.seek_by(-SEEK_STEP_US))
        actions.seek_forward.triggered.connect(lambda: controller.playback.seek_by(SEEK_STEP_US))

    def _connect_model_actions(self) -> None:
        actions = self._actions
        actions.open_model.triggered.connect(self._open_model)
        actions.manage_models.triggered.connect(self._manage_models)
        actions.about_model.triggered.connect(self._show_model)
        self._model_jobs.changed.connect(self.models_changed)
        self._model_jobs.failed.connect(self._say_model_job_failed)

    def _connect_session_actions(self) -> None:
        actions = self._actions
        actions.snapshot.triggered.connect(self._snapshot)
        actions.mark.triggered.connect(self.add_mark)
        actions.export.triggered.connect(self._export)
        actions.report.triggered.connect(self.save_report)
        files = self._announcer.files
        self.exporter.exported.connect(files.say_exported)
        self.exporter.exported_several.connect(files.say_exported_several)
        self.exporter.reported.connect(files.say_reported)
        self.exporter.snapped.connect(
            lambda path: self._announcer.files.say_snapped(
                path, self._controller.settings.snapshot_dir
            )
        )
        self.exporter.failed.connect(self._announcer.say_error)

    def _connect_settings_actions(self) -> None:
        actions = self._actions
        actions.settings.triggered.connect(self._edit_settings)
        for action, name in (
            (actions.mirror, "mirror"),
            (actions.boxes, "show_boxes"),
            (actions.labels, "show_labels"),
            (actions.bars, "show_bars"),
            (actions.guides, "show_guides"),
        ):
            action.triggered.connect(
                lambda checked, name=name: self._controller.update_settings(
                    replace(self._controller.settings, **{name: checked})
                )
            )
        actions.measures.triggered.connect(self._choose_measures)
        actions.themes.triggered.connect(
            lambda action: self._controller.update_settings(
                replace(self._controller.settings, theme=action.data())
            )
        )
        actions.zoom_in.triggered.connect(lambda: self._view.zoom(1))
        actions.zoom_out.triggered.connect(lambda: self._view.zoom(-1))
        actions.fit.triggered.connect(self._view.fit)
        self._controller.settings_changed.connect(self._on_settings)
        self._on_settings(self._controller.settings)

    def _connect_help_actions(self) -> None:
        actions = self._actions
        actions.shortcuts.triggered.connect(lambda: ShortcutsDialog.ask(self._window, actions))
        actions.about.triggered.connect(lambda: AboutDialog.ask(self._window))
        actions.show_log.triggered.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.log_file().parent)))
        )

    def _on_settings(self, settings: Settings) -> None:
        actions = self._actions
        actions.mirror.setChecked(settings.mirror)
        actions.boxes.setChecked(settings.show_boxes)
        actions.labels.setChecked(settings.show_labels)
        actions.bars.setChecked(settings.show_bars)
        actions.guides.setChecked(settings.show_guides)
        for action in actions.themes.actions():
            action.setChecked(action.data() == settings.theme)

    def _open_file(self) -> None:
        recent = self._controller.settings.recent_files
        folder = str(Path(recent[0]).parent) if recent else str(Path.home())
        path = OpenMedia.ask(self._window, folder)
        if path is not None:
            self.open_target(path)

    def _choose_analysis(self) -> None:
        controller = self._controller
        settings, info = controller.settings, controller.info
        is_open = controller.playback.is_seekable and info is not None
        selection = controller.selection if is_open else FrameSelection(settings.analysis_every)
        former = AnalysisOptions(selection, settings.empty_rows)
        duration_us = info.duration_us if is_open and info is not None else None
        chosen = AnalysisDialog.ask(self._window, former, duration_us)
        if chosen is None:
            return
        every = chosen.selection.every
        controller.update_settings(
            replace(settings, analysis_every=every, empty_rows=chosen.empty_rows)
        )
        if is_open and chosen.selection != selection:
            controller.reopen(chosen.selection)

    def _open_model(self) -> None:
        title = self.tr("Choose a model folder")
        folder = OpenFolder.ask(self._window, title, str(paths.user_models_dir()))
        if folder is not None:
            self._controller.model.load(str(folder))

    def _manage_models(self) -> None:
        # While the dialog is there it tells by itself what failed.
        self._model_jobs.failed.disconnect(self._say_model_job_failed)
        ModelsDialog.ask(self._window, self._controller, self._model_jobs)
        self._model_jobs.failed.connect(self._say_model_job_failed)

    def _say_model_job_failed(self, error: FerError) -> None:
        self._announcer.say_error("models", error)

    def _show_model(self) -> None:
        preset = self._controller.model.preset
        if preset is None:
            return
        try:
            folder = resolve_model(self._controller.settings.model)
        except FerError as error:
            self._announcer.say_error("model", error)
        else:
            runs_on = runs_on_text(self._controller.model.engine, self._controller.model.device)
            ModelDialog.ask(self._window, preset, folder, runs_on)

    def _snapshot(self) -> None:
        view = self._view
        if view.frame is not None:
            shown = view.analysis if view.overlay_is_shown else None
            self.exporter.snapshot(view.frame, shown, view.look, self._controller.settings)

    def _export(self) -> None:
        path = self._controller.session_log.path
        if path is None:
            self._announcer.files.say_nothing_to_export()
        else:
            self.exporter.ask_and_export(path, self._controller.settings)

    def save_report(self) -> None:
        """Save what the session that is shown says."""
        path = self._controller.session_log.path
        if path is None:
            self._announcer.files.say_nothing_to_export()
        else:
            self.exporter.ask_and_report([(path.stem, path)], self._controller.settings)

    def _choose_measures(self) -> None:
        settings = self._controller.settings
        chosen = MeasuresDialog.ask(self._window, settings.measures)
        if chosen is not None:
            self._controller.update_settings(replace(settings, measures=chosen))

    def _edit_settings(self) -> None:
        settings = SettingsDialog.ask(self._window, self._controller.settings)
        if settings is not None:
            self._controller.update_settings(settings)
