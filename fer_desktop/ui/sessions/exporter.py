"""Taking home what was analysed: tables and pictures, written off the GUI thread."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QWidget

from fer_desktop import paths
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.errors import FerError, StorageError
from fer_desktop.files import distinct_name, new_file, whole_file
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.joint_export import JointExport, export_each, export_together
from fer_desktop.recording.report.writing import observe, write_report
from fer_desktop.recording.summary_table import dictionary_path
from fer_desktop.recording.table_description import meta_path
from fer_desktop.recording.table_files import TABLE_SUFFIXES
from fer_desktop.settings import Settings
from fer_desktop.sources.media_names import is_media_name
from fer_desktop.ui.dialogs.output_folders import output_folder
from fer_desktop.ui.dialogs.prompts import (
    OneTableOrEach,
    OpenFolder,
    SaveCsv,
    SavePicture,
    SaveReport,
    ask_to_replace,
)
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.unfinished import Making
from fer_desktop.ui.sessions.report_pdf import write_pdf
from fer_desktop.ui.viewer.overlay import OverlayLook, render_snapshot


class Exporter(QObject):
    """Writes files that the person asked for.

    Signals:
        exported: a table's path and its ``Counts``.
        exported_several: a ``JointExport``.
        reported: a report's path, and what could not be read, a sentence each.
        snapped: a picture's path.
        failed: what was wanted ("export", "report" or "snapshot"), and the ``FerError``.
    """

    exported = Signal(object, object)
    exported_several = Signal(object)
    reported = Signal(object, object)
    snapped = Signal(object)
    failed = Signal(str, object)

    def __init__(self, background: Background, parent: QWidget) -> None:
        super().__init__(parent)
        self._background = background
        self._window = parent

    def ask_and_export(
        self,
        session_file: Path,
        settings: Settings,
        parent: QWidget | None = None,
        *,
        stem: str = "",
    ) -> Path | None:
        """Ask for a name and write a session's table; return where it goes.

        Args:
            session_file: what is exported.
            settings: say where to begin.
            parent: the window that asks, the main window unless given.
            stem: of the suggested name, that of the session's file unless given.
        """
        parent = parent or self._window
        folder = output_folder(settings.export_dir, paths.documents_dir())
        path = SaveCsv.ask(parent, folder / f"{stem or session_file.stem}.{settings.table_format}")
        if path is None:
            return None
        overwrite = path.exists() or meta_path(path).exists()
        if overwrite and not ask_to_replace(parent, path):
            return None
        self._run(
            "export",
            lambda: export_session(
                session_file,
                path,
                empty_rows=settings.empty_rows,
                dialect=settings.csv_dialect,
                overwrite=overwrite,
            ),
            lambda counts: self.exported.emit(path, counts),
            Making.of("table", path, [(stem or session_file.stem, session_file)]),
        )
        return path

    def ask_and_export_several(
        self,
        sessions: Sequence[tuple[str, Path]],
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        """Ask for one table or one each, and where to, and write what was chosen.

        Args:
            sessions: a name for each, and its file; names that are alike get numbers.
            settings: say where to begin, and which rows are written.
            parent: the window that asks, the main window unless given.
        """
        parent = parent or self._window
        named = _distinct(sessions)
        if len(named) == 1:
            name, file = named[0]
            stem = name[: -len(Path(name).suffix)] if is_media_name(name) else name
            self.ask_and_export(file, settings, parent, stem=stem)
            return
        choice = OneTableOrEach.ask(parent, len(named))
        folder = output_folder(settings.export_dir, paths.documents_dir())
        rows, dialect = settings.empty_rows, settings.csv_dialect
        if choice == "one":
            path = SaveCsv.ask(parent, folder / f"sessions.{settings.table_format}")
            if path is None:
                return
            overwrite = path.exists() or meta_path(path).exists()
            if overwrite and not ask_to_replace(parent, path):
                return
            self._run(
                "export",
                lambda: export_together(
                    named, path, empty_rows=rows, dialect=dialect, overwrite=overwrite
                ),
                self.exported_several.emit,
                Making.of("table", path, named),
            )
        elif choice == "each":
            title = self.tr("Choose a folder for the tables")
            chosen = OpenFolder.ask(parent, title, str(folder))
            if chosen is not None:
                self._run(
                    "export",
                    lambda: export_each(
                        named,
                        chosen,
                        suffix=f".{settings.table_format}",
                        empty_rows=rows,
                        dialect=dialect,
                    ),
                    self.exported_several.emit,
                    Making.of("table", chosen, named),
                )

    def ask_and_report(
        self,
        sessions: Sequence[tuple[str, Path]],
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        """Ask for a name and write what sessions say: a report, or a table over all of them.

        Args:
            sessions: a name for each, and its file.
            settings: say where to begin, what a CSV looks like, and whether all faces count.
            parent: the window that asks, the main window unless given.
        """
        parent = parent or self._window
        stem = f"{sessions[0][1].stem} summary" if len(sessions) == 1 else "summary"
        folder = output_folder(settings.export_dir, paths.documents_dir())
        path = SaveReport.ask(parent, folder / f"{stem}.html")
        if path is None:
            return
        beside = dictionary_path(path) if path.suffix.lower() in TABLE_SUFFIXES else path
        overwrite = path.exists() or beside.exists()
        if overwrite and not ask_to_replace(parent, path):
            return
        files = [file for _, file in sessions]
        self._run(
            "report",
            lambda: _write_report(files, path, settings, overwrite),
            lambda failures: self.reported.emit(path, failures),
            Making.of("report", path, sessions),
        )

    def snapshot(
        self, frame: Frame, analysis: FrameAnalysis | None, look: OverlayLook, settings: Settings
    ) -> None:
        """Write the frame as it is on screen into the folder of snapshots."""
        folder = output_folder(settings.snapshot_dir, paths.pictures_dir())
        self._run(
            "snapshot",
            lambda: _write_snapshot(folder, frame, analysis, look),
            self.snapped.emit,
            Making.of("snapshot", folder),
        )

    def ask_and_save(self, image: QImage, stem: str, settings: Settings, parent: QWidget) -> None:
        """Ask for a name and write a picture.

        Args:
            image: what is written.
            stem: of the suggested name.
            settings: say where to begin.
            parent: the window that asks.
        """
        folder = output_folder(settings.snapshot_dir, paths.pictures_dir())
        path = SavePicture.ask(parent, folder / f"{stem}.png")
        if path is not None and (not path.exists() or ask_to_replace(parent, path)):
            making = Making.of("snapshot", path)
            self._run("snapshot", lambda: _write_image(image, path), self.snapped.emit, making)

    def _run(
        self,
        name: str,
        work: Callable[[], Counts | JointExport | Path | tuple[str, ...]],
        done: Callable[[object], object],
        makes: Making,
    ) -> None:
        def failed(error: FerError) -> None:
            self.failed.emit(name, error)

        self._background.run(name, work, done, failed, makes=makes)


def _distinct(sessions: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Return sessions under names that are all different."""
    taken: set[str] = set()
    named = []
    for name, path in sessions:
        free = distinct_name(name, taken)
        taken.add(free.casefold())
        named.append((free, path))
    return named


def _write_report(
    files: Sequence[Path], path: Path, settings: Settings, overwrite: bool
) -> tuple[str, ...]:
    """Write a report of sessions, and return what could not be read.

    Raises:
        StorageError: if none can be read, or the report cannot be written.
    """
    sessions, failures = [], []
    for file in files:
        try:
            sessions += observe(file)
        except StorageError as error:
            failures.append(error)
    if not sessions and failures:
        raise failures[0]
    write_report(
        sessions,
        path,
        write_pdf=write_pdf,
        dialect=settings.csv_dialect,
        usable_only=settings.usable_only,
        overwrite=overwrite,
    )
    return tuple(map(str, failures))


def _write_snapshot(
    folder: Path, frame: Frame, analysis: FrameAnalysis | None, look: OverlayLook
) -> Path:
    path = new_file(folder, f"{datetime.now():%Y-%m-%d %H.%M.%S}", ".png")
    image = render_snapshot(frame, analysis, look)
    try:
        return _write_image(image, path)
    except StorageError:
        path.unlink(missing_ok=True)  # only its name was taken so far
        raise


def _write_image(image: QImage, path: Path) -> Path:
    with whole_file(path, overwrite=True) as part:
        writer = QImageWriter(str(part))
        if not writer.write(image):
            raise StorageError(
                f"{path} cannot be written: {writer.errorString()}.",
                hint="Free some space or choose another folder.",
            )
    return path
