"""Sessions that are recorded while results are sent without a window."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fer_desktop import paths
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.errors import StreamError
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.joint_export import export_together
from fer_desktop.recording.session_facts import SessionFacts, write_facts
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_store import new_session_file
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.streaming.commands import export_path


class RecordedSessions(SessionOutput):
    """Writes each session of a camera to a file of its own, and its marks with it.

    Attributes:
        folder: of the files.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        """Take the folder of the files, and the choices that matter for the numbers."""
        super().__init__(self._make)
        self.folder = folder
        self._settings = settings
        self._newest: SessionWriter | None = None
        self._title = self._source = ""

    def opened(self, session: int, info: SourceInfo) -> None:
        """Begin a session."""
        self._newest, self._source = None, info.name
        super().opened(session, info)

    def name(self, title: str) -> None:
        """Name the session that has just been opened, now or when its file is made."""
        self._title = title
        if (writer := self._newest) is not None:
            self._write_title(writer.path)

    def mark(self, timestamp_us: int, text: str) -> None:
        """Record a mark; any thread may call it.

        Raises:
            StorageError: if the session can no longer be written.
        """
        if (writer := self._newest) is not None:
            writer.add_mark(Mark(timestamp_us, text))

    def export(self, text: str) -> Path:
        """Write the session's table into the folder of the sessions; return where it is.

        Raises:
            StreamError: if it may not go there, or there is no session yet.
            StorageError: if it cannot be written.
        """
        if (writer := self._newest) is None:
            raise StreamError("nothing has been analysed yet")
        path = export_path(text, self.folder)
        export_session(writer.path, path)
        return path

    @property
    def newest(self) -> tuple[str, Path] | None:
        """The name of the source that was opened last, and its session's file, once it is made."""
        writer, name = self._newest, self._source
        return (name, writer.path) if writer is not None else None

    def _make(self, session: int, info: SourceInfo) -> SessionWriter:
        is_ours = self.folder == paths.sessions_dir()
        path = new_session_file(self.folder, info, is_ours=is_ours)
        writer = self._newest = SessionWriter(path, info, settings=self._settings)
        self._write_title(path)
        return writer

    def _write_title(self, path: Path) -> None:
        title, self._title = self._title, ""
        if title:
            write_facts(path, SessionFacts(title=title))


def export_all(recorded: Sequence[RecordedSessions], text: str) -> Path:
    """Write one table of the sessions of several cameras, on the clock that they share.

    Args:
        recorded: of each camera, all in one folder.
        text: where in the folder the table goes.

    Raises:
        StreamError: if it may not go there, or no camera has a session yet.
        StorageError: if it cannot be written.
    """
    found = [one.newest for one in recorded]
    sessions = [
        (f"{number} {newest[0]}", newest[1])
        for number, newest in enumerate(found, start=1)
        if newest is not None
    ]
    if not sessions:
        raise StreamError("nothing has been analysed yet")
    path = export_path(text, recorded[0].folder)
    export_together(sessions, path)
    return path
