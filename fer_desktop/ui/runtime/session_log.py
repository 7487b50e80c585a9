"""The files of the sessions: written by the engine's thread, marked and exported by ours."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.domain.people import People
from fer_desktop.errors import StorageError
from fer_desktop.recording.former_session import take_along
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_lock import ShownSession
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_people import set_people
from fer_desktop.recording.session_recordings import SessionRecording, add_recording
from fer_desktop.recording.session_store import (
    add_mark,
    delete_session,
    new_session_file,
    set_corrections,
    set_marks,
)
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.settings import Settings
from fer_desktop.sources.fingerprint import fingerprint

SESSION_FILE: Final = "session file"  # as an output
_SETTINGS_OF_INTEREST = (
    "smoothing_ms",
    "min_detection_score",
    "automatic_calibration",
    "face_search",
    "measures",
    "camera_width_px",
    "camera_height_px",
    "camera_fps",
)


class SessionLog:
    """Opens a file for each session, and knows that of each.

    Attributes:
        shown: keeps the session that is shown from being changed by other windows.
    """

    def __init__(self, folder: Path, settings: Callable[[], Settings]) -> None:
        """Take the folder of the sessions, and how to get the settings that hold now."""
        self._folder = folder
        self._settings = settings
        self._lock = threading.Lock()
        self._writers: dict[int, SessionWriter] = {}
        self._paths: dict[int, Path] = {}
        self._extra: dict[int, Mapping[str, Any]] = {}
        self._resumed: dict[int, Path] = {}
        self._former: dict[int, Path] = {}
        self._past: dict[int, Path] = {}
        self._past_marks: list[Mark] = []
        self._past_corrections: list[Correction] = []
        self._live: set[int] = set()
        self._recorded: dict[int, list[SessionRecording]] = {}  # before their sessions had a file
        self._kept: set[Path] = set()  # there before, and not ours to delete
        self.shown = ShownSession()
        self._shown = 0
        self._forgetting: set[int] = set()  # sessions that begin anew, with other face tracks

    @property
    def folder(self) -> Path:
        """Where the sessions lie."""
        return self._folder

    @property
    def path(self) -> Path | None:
        """The file of the session that is shown; None before anything of it was analysed."""
        return self.path_of(self._shown)

    def path_of(self, session: int) -> Path | None:
        """Return the file of a session; None before anything of it was analysed."""
        with self._lock:
            return self._paths.get(session)

    def in_use(self) -> frozenset[Path]:
        """Return the sessions that are being written."""
        with self._lock:
            return frozenset(writer.path for writer in self._writers.values() if writer.end is None)

    def show(self, session: int) -> None:
        """Take which session is shown."""
        with self._lock:
            self._shown = session
        self.shown.let_go()

    def hold(self) -> None:
        """Keep the session that is shown, and is written no more, from other windows.

        Raises:
            StorageError: if one of them has it.
        """
        with self._lock:
            path, writer = self._paths.get(self._shown), self._writers.get(self._shown)
        if path is not None and (writer is None or writer.end is not None):
            self.shown.let_go(but=path)
            self.shown.hold(path)

    def show_past(
        self,
        session: int,
        path: Path,
        marks: Sequence[Mark],
        corrections: Sequence[Correction] = (),
    ) -> None:
        """Take that a past session with these marks and corrections is shown."""
        with self._lock:
            self._shown = session
            self._past = {session: path}
            self._past_marks = list(marks)
            self._past_corrections = list(corrections)
            self._paths[session] = path
        self.shown.let_go(but=path)
        with suppress(StorageError):  # told when something is to be changed in it
            self.shown.hold(path)

    @property
    def is_recorded(self) -> bool:
        """Whether all that was analysed of the session that is shown is in its file."""
        with self._lock:
            writer = self._writers.get(self._shown)
        return writer is not None and not writer.has_failed

    def expect(
        self,
        session: int,
        selection: FrameSelection,
        resumed: Path | None = None,
        former: Path | None = None,
    ) -> None:
        """Take what is known of a session before it is opened.

        Args:
            session: its number.
            selection: which frames it has.
            resumed: the file in which it goes on.
            former: a session whose film is analysed once more; what was said of it is taken along.
        """
        with self._lock:
            self._extra[session] = selection.as_settings()
            if former is not None:
                self._former[session] = former
            if resumed is not None:
                self._resumed[session] = resumed

    def begin_anew(self, resumed: Path) -> None:
        """Take that a file that was to be written on stays as it is; any thread may tell."""
        with self._lock:
            self._resumed = {at: path for at, path in self._resumed.items() if path != resumed}

    def make_output(self) -> SessionOutput:
        """Return what writes one session after the other, each to a file of its own."""
        return SessionOutput(self._create)

    def _create(self, session: int, info: SourceInfo) -> SessionWriter:
        """Create the file of a session; called on the engine's thread.

        A session that begins anew, with other networks, gets another file, and the details and
        marks of the former one and who is who in it; that one is kept only if it was whole.

        Raises:
            StorageError: if that is not possible.
        """
        with self._lock:
            former, resumed = self._writers.get(session), self._resumed.pop(session, None)
            again = self._former.pop(session, None)
            settings = {**self._numbers_depend_on(), **self._extra.get(session, {})}
        writer = SessionWriter(
            resumed or new_session_file(self._folder, info),
            info,
            settings=settings,
            fingerprint=_known_by,
            resumes=resumed is not None,
        )
        if again is not None:
            take_along(again, writer)
        if former is not None:
            take_along(former.path, writer)
            writer.set_marks(former.marks)
            if session not in self._forgetting:
                writer.set_people(former.people)
                writer.set_corrections(former.corrections)
            if not self._is_worth_keeping(former, info):
                delete_session(former.path)
        if resumed is not None:
            self._kept.add(resumed)
        with self._lock:
            for recording in self._recorded.pop(session, ()):
                if info.is_live:
                    writer.add_recording(recording)
            self._live |= {session} if info.is_live else set()
            ended = [number for number, item in self._writers.items() if item.end is not None]
            for number in ended:
                if number != self._shown:
                    del self._writers[number]
            self._forgetting.discard(session)
            self._writers[session] = writer
            self._paths[session] = writer.path
        return writer

    def mark(self, mark: Mark) -> bool:
        """Record a mark of the session that is shown; tell whether there is one.

        Raises:
            StorageError: if it can no longer be written.
        """
        with self._lock:
            writer, past = self._writers.get(self._shown), self._past.get(self._shown)
        self.hold()
        if past is not None:
            add_mark(past, mark)
            self._past_marks.append(mark)
            return True
        if writer is None:
            return False
        if writer.end is None:
            writer.add_mark(mark)
        else:  # a file that is analysed to its end is still looked at
            add_mark(writer.path, mark)
            writer.marks.append(mark)
        return True

    def marks(self) -> list[Mark]:
        """Return the marks of the session that is shown, in the order of the source."""
        with self._lock:
            writer = self._writers.get(self._shown)
            marks = self._past_marks if self._shown in self._past else []
            found = list(writer.marks) if writer is not None else list(marks)
        return sorted(found, key=lambda mark: mark.timestamp_us)

    def set_marks(self, marks: Sequence[Mark]) -> bool:
        """Put marks in place of those of the session that is shown; tell whether there is one.

        Raises:
            StorageError: if it cannot be written.
        """
        with self._lock:
            writer, past = self._writers.get(self._shown), self._past.get(self._shown)
        self.hold()
        if past is not None:
            set_marks(past, marks)
            self._past_marks = list(marks)
        elif writer is None:
            return False
        elif writer.end is None:
            writer.set_marks(marks)
        else:
            set_marks(writer.path, marks)
            writer.marks[:] = marks
        return True

    def corrections(self) -> list[Correction]:
        """Return what people say of the faces of the session that is shown, in order of time."""
        with self._lock:
            writer = self._writers.get(self._shown)
            past = self._past_corrections if self._shown in self._past else []
            return list(writer.corrections) if writer is not None else list(past)

    def set_corrections(self, corrections: Sequence[Correction]) -> bool:
        """Put corrections in place of those of the session that is shown; see ``set_marks``.

        Raises:
            StorageError: if it cannot be written.
        """
        with self._lock:
            writer, past = self._writers.get(self._shown), self._past.get(self._shown)
        self.hold()
        if past is not None:
            set_corrections(past, corrections)
            self._past_corrections = list(corrections)
        elif writer is None:
            return False
        elif writer.end is None:
            writer.set_corrections(corrections)
        else:
            set_corrections(writer.path, corrections)
            writer.corrections[:] = corrections
        return True

    def set_people(self, people: People) -> bool:
        """Keep who is who in the session that is shown; tell whether there is one.

        Raises:
            StorageError: if it cannot be written.
        """
        with self._lock:
            writer, past = self._writers.get(self._shown), self._past.get(self._shown)
            is_over = self._shown in self._forgetting
        self.hold()
        if past is not None:
            set_people(past, people)
        elif writer is None or is_over:
            return False
        elif writer.end is None:
            writer.set_people(people)
        else:
            set_people(writer.path, people)
            writer.people = people
        return True

    def add_recording(self, session: int, recording: SessionRecording) -> None:
        """Note a video that is being recorded, or was, of a session; any thread may tell.

        Only live sessions know their recordings: the pictures of others are in their files.

        Raises:
            StorageError: if that cannot be written.
        """
        with self._lock:
            writer, path = self._writers.get(session), self._paths.get(session)
            if path is None:
                self._recorded.setdefault(session, []).append(recording)
                return
            if session not in self._live:
                return
        if writer is None or not writer.add_recording(recording):
            add_recording(path, recording)

    def forget_people(self) -> None:
        """Take that the session that is shown begins anew, with other face tracks."""
        with self._lock:
            if self._shown in self._writers:
                self._forgetting.add(self._shown)

    def _is_worth_keeping(self, writer: SessionWriter, info: SourceInfo) -> bool:
        if writer.corrections:  # other networks may number faces in another way
            return True
        is_film = info.kind != "image"
        is_whole = writer.end is not None and writer.end.is_whole is True
        return is_film and (is_whole or writer.path in self._kept)

    def _numbers_depend_on(self) -> Mapping[str, Any]:
        settings = self._settings()
        return {name: getattr(settings, name) for name in _SETTINGS_OF_INTEREST}


def _known_by(path: Path) -> tuple[int, str]:
    found = fingerprint(path)
    return found.length, found.digest
