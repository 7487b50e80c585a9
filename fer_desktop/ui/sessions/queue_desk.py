"""What the main window knows of the queue: its list, what is dropped, what is exported and kept."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fer_desktop.errors import FerError, SettingsError, SourceError
from fer_desktop.files import shown_name
from fer_desktop.log import get_logger
from fer_desktop.recording.joint_export import JointExport
from fer_desktop.sources.media_names import with_folders_opened
from fer_desktop.ui.dialogs.prompts import OpenFolder, OpenSeveralMedia
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.analysis_queue import AnalysisQueue, QueueEntry
from fer_desktop.ui.runtime.queue_file import load_queue, save_queue
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.sessions.exporter import Exporter
from fer_desktop.ui.sessions.queue_dialog import QueueDialog

log = get_logger("ui")


class QueueDesk(Desk):
    """Owns the queue and its list.

    Attributes:
        queue: the files.
        dialog: their list, once it was opened.
        is_kept: whether what waits is offered again at the next start.
    """

    def __init__(self, parts: WindowParts, exporter: Exporter) -> None:
        super().__init__(parts)
        self._exporter = exporter
        self.queue = AnalysisQueue(parts.controller, parts.background, self)
        self.dialog: QueueDialog | None = None
        self.is_kept = True
        parts.actions.analyze_files.triggered.connect(self.show)
        self.queue.added.connect(self._keep)
        self.queue.changed.connect(self._on_changed)
        self.queue.finished.connect(self._say_finished)
        exporter.exported_several.connect(self._say_exported)
        self._kept: dict[Path, Path | None] = {}
        self._left: dict[Path, Path | None] = {}  # of the last start, and not taken up yet

    def status(self) -> str:
        """Return how far the queue is; empty if nothing waits."""
        entries = self.queue.entries
        if not self.queue.is_busy:
            return ""
        over = sum(entry.is_over for entry in entries)
        return self.tr("queue: {done} of {files}").format(done=over, files=len(entries))

    def show(self) -> None:
        """Show the list."""
        if self.dialog is None:
            self.dialog = QueueDialog(self.queue, self._actions.pause_analysis, self._window)
            self.dialog.files_wanted.connect(self._choose_files)
            self.dialog.folder_wanted.connect(self._choose_folder)
            self.dialog.dropped.connect(self.add)
            self.dialog.shown.connect(self._show_entry)
            self.dialog.exported.connect(self._export)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def add(self, paths: Sequence[Path]) -> None:
        """Let files, and those in folders, wait for their turn; show the list."""
        found = list(with_folders_opened(paths))
        self.queue.add([path for path, refusal in found if refusal is None])
        self.show()
        refusals = [refusal for _, refusal in found if refusal is not None]
        if refusals and self.dialog is not None:
            self.dialog.say(str(refusals[0]))

    def go_on(self, files: Mapping[Path, Path | None]) -> None:
        """Let files wait, those with a session to go on with it; show the list."""
        begun = {path: session for path, session in files.items() if session is not None}
        self._left = {path: at for path, at in self._left.items() if path not in files}
        self.queue.add(list(files), begun)
        self.show()

    def offer_leftovers(self) -> None:
        """Offer what was waiting when the application was closed; read off the GUI thread."""

        def done(files: dict[Path, Path | None]) -> None:
            known = {entry.path for entry in self.queue.entries}
            self._left = {path: at for path, at in files.items() if path not in known}
            if left := dict(self._left):
                self._announcer.say_queue_left(len(left), lambda: self.go_on(left))

        self._background.run("reading the queue", load_queue, done, self._say_unreadable)

    def keep_at_end(self) -> None:
        """Write down what still waits, once nothing is analysed any more.

        A file may have been begun since the window last heard of it.
        """
        waiting = self.queue.waiting()
        if self.is_kept and waiting != self._kept:
            self._kept = waiting
            try:
                save_queue(lambda: waiting)
            except SettingsError as error:
                log.warning("%s", error)

    def _choose_files(self) -> None:
        recent = self._controller.settings.recent_files
        folder = str(Path(recent[0]).parent) if recent else str(Path.home())
        paths = OpenSeveralMedia.ask(self.dialog or self._window, folder)
        if paths:
            self.add(paths)

    def _choose_folder(self) -> None:
        title = self.tr("Choose a folder with images and videos")
        folder = OpenFolder.ask(self.dialog or self._window, title, str(Path.home()))
        if folder is not None:
            self.add([folder])

    def _show_entry(self, entry: QueueEntry) -> None:
        """Show the session of a file that is done; any other one is opened, and analysed first."""
        if entry.state == "failed":
            self._announcer.say_error("queue", SourceError(entry.problem))
            return
        if entry.is_over and entry.session_file is not None:
            self._controller.open(SourceRequest("session", str(entry.session_file)))
            return
        self.queue.remove([self.queue.entries.index(entry)])
        self._controller.open(SourceRequest("file", str(entry.path)))

    def _export(self, entries: Sequence[QueueEntry]) -> None:
        sessions = [
            (shown_name(entry.path.stem), entry.session_file)
            for entry in entries
            if entry.session_file is not None
        ]
        parent = self.dialog or self._window
        self._exporter.ask_and_export_several(sessions, self._controller.settings, parent)

    def _say_exported(self, export: JointExport) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.say(self._announcer.files.joint_text(export))

    def _say_finished(self) -> None:
        entries = self.queue.entries
        failed = sum(entry.state == "failed" for entry in entries)
        self._announcer.say_queue_finished(len(entries), failed, self.show)

    def _say_unreadable(self, error: FerError) -> None:
        self._announcer.say_error("queue", error)

    def _on_changed(self, at: int) -> None:
        entry = self.queue.entries[at]
        if entry.is_over or entry.session_file != self._kept.get(entry.path):
            self._keep()

    def _keep(self) -> None:
        """Write down what still waits, so that it is offered again after whatever end."""
        known = {entry.path for entry in self.queue.entries}
        self._left = {path: at for path, at in self._left.items() if path not in known}
        waiting = {**self._left, **self.queue.waiting()}
        if self.is_kept and waiting != self._kept:
            self._kept = waiting
            self._background.run(
                "keeping the queue",
                lambda: save_queue(lambda: self._kept),
                lambda _: None,
                self._say_unreadable,
            )
