"""Taking home what was analysed: tables and pictures, written off the GUI thread."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImageWriter
from PySide6.QtWidgets import QWidget

from fer_desktop import paths
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.errors import FerError, StorageError
from fer_desktop.files import new_file, whole_file
from fer_desktop.recording.csv_export import Counts, export_session, meta_path
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.output_folders import output_folder
from fer_desktop.ui.dialogs.prompts import SaveCsv, ask_to_replace
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.viewer.overlay import OverlayLook, render_snapshot


class Exporter(QObject):
    """Writes files that the person asked for.

    Signals:
        exported: a table's path and its ``Counts``.
        snapped: a picture's path.
        failed: what was wanted ("export" or "snapshot"), and the ``FerError``.
    """

    exported = Signal(object, object)
    snapped = Signal(object)
    failed = Signal(str, object)

    def __init__(self, background: Background, parent: QWidget) -> None:
        super().__init__(parent)
        self._background = background
        self._window = parent

    def ask_and_export(
        self, session_file: Path, settings: Settings, parent: QWidget | None = None
    ) -> Path | None:
        """Ask for a name and write a session's table; return where it goes.

        Args:
            session_file: what is exported.
            settings: say where to begin.
            parent: the window that asks, the main window unless given.
        """
        parent = parent or self._window
        folder = output_folder(settings.export_dir, paths.documents_dir())
        path = SaveCsv.ask(parent, folder / f"{session_file.stem}.csv")
        if path is None:
            return None
        overwrite = path.exists() or meta_path(path).exists()
        if overwrite and not ask_to_replace(parent, path):
            return None
        self._run(
            "export",
            lambda: export_session(
                session_file, path, empty_rows=settings.empty_rows, overwrite=overwrite
            ),
            lambda counts: self.exported.emit(path, counts),
        )
        return path

    def snapshot(
        self, frame: Frame, analysis: FrameAnalysis | None, look: OverlayLook, settings: Settings
    ) -> None:
        """Write the frame as it is on screen into the folder of snapshots."""
        folder = output_folder(settings.snapshot_dir, paths.pictures_dir())
        self._run(
            "snapshot",
            lambda: _write_snapshot(folder, frame, analysis, look),
            self.snapped.emit,
        )

    def _run(
        self, name: str, work: Callable[[], Counts | Path], done: Callable[[object], object]
    ) -> None:
        def failed(error: FerError) -> None:
            self.failed.emit(name, error)

        self._background.run(name, work, done, failed)


def _write_snapshot(
    folder: Path, frame: Frame, analysis: FrameAnalysis | None, look: OverlayLook
) -> Path:
    path = new_file(folder, f"{datetime.now():%Y-%m-%d %H.%M.%S}", ".png")
    image = render_snapshot(frame, analysis, look)
    try:
        with whole_file(path, overwrite=True) as part:
            writer = QImageWriter(str(part))
            if not writer.write(image):
                raise StorageError(
                    f"{path} cannot be written: {writer.errorString()}.",
                    hint="Free some space or choose another folder in the settings.",
                )
    except StorageError:
        path.unlink(missing_ok=True)  # only its name was taken so far
        raise
    return path
