"""What is done with model folders; the slow part of it off the GUI thread."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from fer_desktop.errors import FerError, ModelError
from fer_desktop.files import whole_file
from fer_desktop.models.archive import export_model, import_model, name_of_model
from fer_desktop.models.catalogue import ModelEntry
from fer_desktop.models.store import delete_model, measure_speed, model_details, rename_model
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.unfinished import Making

T = TypeVar("T")


class ModelJobs(QObject):
    """Outlives the dialog that asks for it, so that closing it interrupts nothing.

    Attributes:
        measuring: the folder whose speed is being measured.
        is_moving: whether a model is being brought in or handed out.
        speeds_ms: what was measured, by folder.

    Signals:
        listed: every model, as ``ModelDetails``.
        looked_into: a source, and the name that the model in it calls itself.
        imported: the new folder.
        exported: the file that was written.
        changed: there are other models than before.
        progressed: something began or ended.
        failed: a ``FerError``.
    """

    listed = Signal(object)
    looked_into = Signal(object, str)
    imported = Signal(object)
    exported = Signal(object)
    changed = Signal()
    progressed = Signal()
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self.measuring: Path | None = None
        self.is_moving = False
        self.speeds_ms: dict[Path, float] = {}

    def list_models(self) -> None:
        """Read what is known of every model."""
        self._background.run(
            "reading the models", model_details, self.listed.emit, self.failed.emit
        )

    def measure(self, folder: Path) -> None:
        """Measure how long a model takes for a face."""

        def keep(milliseconds: float) -> None:
            self.speeds_ms[folder] = milliseconds
            end()

        def end() -> None:
            self.measuring = None
            self.progressed.emit()

        def fail(error: FerError) -> None:
            end()
            self.failed.emit(error)

        self.measuring = folder
        self.progressed.emit()
        self._background.run("measuring the model", lambda: measure_speed(folder), keep, fail)

    def look_into(self, source: Path) -> None:
        """Find out what a model calls itself that is to be brought in."""
        self._move(
            "reading the model",
            lambda: name_of_model(source),
            lambda name: self.looked_into.emit(source, name),
        )

    def bring_in(self, source: Path, name: str) -> None:
        """Make a folder or zip file one of the user's models."""

        def tell(folder: Path) -> None:
            self.changed.emit()
            self.imported.emit(folder)

        self._move(
            "importing the model",
            lambda: import_model(source, name),
            tell,
            Making.of("model", source),
        )

    def hand_out(self, folder: Path, file: Path) -> None:
        """Write a model into a zip file, in place of a former one."""

        def write() -> None:
            with whole_file(file, overwrite=True) as part:
                export_model(folder, part)

        self._move(
            "exporting the model",
            write,
            lambda _: self.exported.emit(file),
            Making.of("file", file),
        )

    def rename(self, entry: ModelEntry, name: str) -> Path | None:
        """Give a model another name; return its new folder, None where that failed."""
        try:
            folder = rename_model(entry, name)
        except ModelError as error:
            self.failed.emit(error)
            return None
        self._forget(entry.folder)
        return folder

    def delete(self, entry: ModelEntry) -> bool:
        """Delete a model, and tell whether that succeeded."""
        try:
            delete_model(entry)
        except ModelError as error:
            self.failed.emit(error)
            return False
        self._forget(entry.folder)
        return True

    def _forget(self, folder: Path) -> None:
        self.speeds_ms.pop(folder, None)
        self.changed.emit()

    def _move(
        self,
        name: str,
        work: Callable[[], T],
        done: Callable[[T], object],
        makes: Making | None = None,
    ) -> None:
        def succeed(result: T) -> None:
            end()
            done(result)

        def fail(error: FerError) -> None:
            end()
            self.failed.emit(error)

        def end() -> None:
            self.is_moving = False
            self.progressed.emit()

        self.is_moving = True
        self.progressed.emit()
        self._background.run(name, work, succeed, fail, makes=makes)
