"""Sessions that leave for another computer, and those that come from one, as bundles."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fer_desktop import paths
from fer_desktop.domain.bundle_name import BUNDLE_SUFFIX
from fer_desktop.files import fitting_name
from fer_desktop.recording.bundle_import import ImportedBundle, import_bundle
from fer_desktop.recording.bundle_writing import WrittenBundle, write_bundle
from fer_desktop.ui.dialogs.output_folders import output_folder, picture_folders
from fer_desktop.ui.dialogs.prompts import BundleFile, BundleVideos, ask_to_replace
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.runtime.unfinished import Making

_NAME_MAX = 80


class BundleDesk(Desk):
    """Writes and reads bundles off the GUI thread.

    Signals:
        written: a ``WrittenBundle``.
        imported: an ``ImportedBundle``.
        failed: the ``FerError`` why not.
    """

    written = Signal(object)
    imported = Signal(object)
    failed = Signal(object)

    def __init__(self, parts: WindowParts) -> None:
        super().__init__(parts)
        parts.actions.import_bundle.triggered.connect(lambda: self.ask_and_import())
        self.written.connect(parts.announcer.files.say_bundled)
        self.failed.connect(lambda error: parts.announcer.say_error("bundle", error))

    def ask_and_export(
        self, sessions: Sequence[tuple[str, Path]], parent: QWidget | None = None
    ) -> None:
        """Ask what goes into a bundle and where to, and write it.

        Args:
            sessions: a name for each, and its file.
            parent: the window that asks, the main window unless given.
        """
        if not sessions:
            return
        parent = parent or self._window
        with_videos = BundleVideos.ask(parent, len(sessions))
        if with_videos is None:
            return
        settings = self._controller.settings
        folder = output_folder(settings.export_dir, paths.documents_dir())
        name = sessions[0][0] if len(sessions) == 1 else self.tr("sessions")
        stem = fitting_name(name, longest=_NAME_MAX, otherwise="session")
        path = BundleFile.ask_to_write(parent, folder / f"{stem}{BUNDLE_SUFFIX}")
        if path is None:
            return
        overwrite = path.exists()
        if overwrite and not ask_to_replace(parent, path):
            return
        folders = picture_folders(settings)

        def work() -> WrittenBundle:
            return write_bundle(
                sessions, path, with_videos=with_videos, folders=folders, overwrite=overwrite
            )

        self._background.run(
            "writing a bundle",
            work,
            self.written.emit,
            self.failed.emit,
            makes=Making.of("bundle", path, sessions),
        )

    def ask_and_import(self, parent: QWidget | None = None) -> None:
        """Ask for a bundle and bring its sessions in."""
        recent = self._controller.settings.recent_files
        folder = Path(recent[0]).parent if recent else Path.home()
        path = BundleFile.ask_to_read(parent or self._window, str(folder))
        if path is not None:
            self.bring_in(path, shows=parent is None)

    def bring_in(self, path: Path, *, shows: bool = True) -> None:
        """Make the sessions of a bundle the user's.

        Args:
            path: the bundle.
            shows: whether the only one in it is shown, or it is told how many came.
        """
        folder = self._controller.session_log.folder
        self._background.run(
            "importing a bundle",
            lambda: import_bundle(path, folder),
            lambda bundle: self._on_imported(bundle, shows),
            self.failed.emit,
            makes=Making.of("import", path),
        )

    def _on_imported(self, bundle: ImportedBundle, shows: bool) -> None:
        if shows and len(bundle.sessions) == 1:
            self._controller.open(SourceRequest("session", str(bundle.sessions[0])))
        elif shows:
            self._announcer.files.say_imported(bundle)
        self.imported.emit(bundle)
