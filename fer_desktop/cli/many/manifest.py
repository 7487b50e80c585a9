"""What is done: a line for each finished file, so that an interrupted run can go on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from fer_desktop import __version__
from fer_desktop.cli.analysis_options import AnalysisOptions
from fer_desktop.cli.file_run import FileResult
from fer_desktop.cli.many.jobs import ModelIdentity
from fer_desktop.errors import StorageError
from fer_desktop.files import storage_error
from fer_desktop.recording.session_format import library_versions
from fer_desktop.sources.fingerprint import Fingerprint, fingerprint
from trainer.contract.checked_json import JsonError, decode_json

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that was analysed.

    Attributes:
        path: where it is, absolute.
        stem: how its results are called.
        content: what it was known by.
        settings: fingerprint of what its numbers depend on besides.
        result: what came of it.
        written: what its table is known by; None where that could not be told.
        format: of this line.
    """

    path: str
    stem: str
    content: Fingerprint
    settings: str
    result: FileResult
    written: Fingerprint | None
    format: int = _FORMAT

    def holds(self, settings: str) -> bool:
        """Tell whether the results are what an analysis would come to now.

        Another run, with other settings, may have put a table of its own in the place of this one.
        """
        if self.settings != settings:
            return False
        try:
            return (
                fingerprint(Path(self.result.table)) == self.written
                and fingerprint(Path(self.path)) == self.content
            )
        except OSError:
            return False


class Manifest:
    """The finished files of a folder with results; a line is appended for each."""

    def __init__(self, path: Path) -> None:
        """Read what there is; a line that was cut short by a crash is passed over."""
        self._path = path
        self.entries: dict[str, Entry] = {}
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
            self._file = path.open("a", encoding="utf-8")
            if text and not text.endswith("\n"):
                self._file.write("\n")
        except FileNotFoundError:
            text = ""
            self._file = self._created()
        except OSError as error:
            raise storage_error(path, error) from error
        for line in text.splitlines():
            try:
                entry = decode_json(line, Entry, has_odd_names=True)
            except JsonError:
                continue
            if entry.format == _FORMAT:
                self.entries[entry.path] = entry

    def _created(self) -> Any:
        try:
            return self._path.open("a", encoding="utf-8")
        except OSError as error:
            raise storage_error(self._path, error) from error

    def __enter__(self) -> "Manifest":
        """Give the manifest."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    def add(self, entry: Entry) -> None:
        """Note a file.

        Raises:
            StorageError: if it cannot be noted: the folder with the results has gone, or is full.
        """
        if not self._path.exists():  # what was removed could still be written to
            raise folder_gone(self._path.parents[1])
        try:
            self._file.write(json.dumps(asdict(entry)) + "\n")
            self._file.flush()
        except OSError as error:
            raise storage_error(self._path, error) from error
        self.entries[entry.path] = entry


def folder_gone(out: Path) -> StorageError:
    """Return what to say where the folder with the results is not there any more."""
    return StorageError(
        f"The folder {out} is not there any more.",
        hint="When it is there again, the same command goes on with what is left.",
    )


def settings_digest(options: AnalysisOptions, model: ModelIdentity) -> str:
    """Return what tells settings apart that may lead to other results."""
    settings: Mapping[str, Any] = {
        "options": asdict(options),
        "model": model.sha256,
        "version": __version__,
        "libraries": dict(library_versions()),
    }
    text = json.dumps(settings, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
