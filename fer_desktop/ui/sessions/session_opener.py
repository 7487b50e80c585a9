"""A past session shown in the window again, with its pictures where they are found."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal

from fer_desktop.errors import FerError
from fer_desktop.recording.session_loading import LoadedSession, load_session
from fer_desktop.recording.session_pictures import (
    SessionPictures,
    check_pictures,
    find_pictures,
)
from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.sources.base import FrameSource
from fer_desktop.sources.early_file import EarlyFile
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.recorded_frames import RecordedFramesSource
from fer_desktop.sources.recorded_pictures import RecordedPictures
from fer_desktop.ui.dialogs.output_folders import picture_folders
from fer_desktop.ui.dialogs.prompts import OpenMedia
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.sessions.session_texts import session_name


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A session and what shows its pictures."""

    loaded: LoadedSession
    source: FrameSource
    pictures: SessionPictures


class SessionOpener(Desk):
    """Reads sessions off the GUI thread, and shows the one that was asked for last.

    Signals:
        analyzing_again: the path of a session whose file was opened to be analysed once more.
    """

    analyzing_again = Signal(object)

    def __init__(self, parts: WindowParts) -> None:
        super().__init__(parts)
        actions, controller = parts.actions, parts.controller
        self._wanted: Path | None = None
        self._file: Path | None = None
        self._analyzable: Path | None = None
        controller.session_wanted.connect(self.open)
        controller.request_changed.connect(self._refresh)
        actions.analyze_again.triggered.connect(self._analyze_again)
        self._refresh()

    @property
    def file(self) -> Path | None:
        """The file of the session that is shown, where it is there."""
        return self._file

    @property
    def has_pictures(self) -> bool:
        """Whether what is shown are pictures, and not what stands for those of a past session."""
        return self._controller.past is None or self._file is not None

    def open(self, path: Path, file: Path | None = None) -> None:
        """Show a session.

        Args:
            path: its file.
            file: where its pictures, or some of them, are, if the person says so.
        """
        self._wanted = path
        folders = picture_folders(self._controller.settings)

        def done(prepared: _Prepared) -> None:
            if self._wanted == path:
                self._show(prepared)
            else:
                prepared.source.close()

        log = self._controller.session_log

        def failed(error: FerError) -> None:
            log.shown.let_go(but=log.path)
            self._announcer.say_error("session", error)

        def prepare() -> _Prepared:
            log.shown.hold(path)  # before it is read: nobody changes it from here on
            return _prepare(path, folders, file)

        self._background.run("opening the session", prepare, done, failed)

    def _show(self, prepared: _Prepared) -> None:
        self._wanted = None
        summary = prepared.loaded.summary
        self._controller.show_session(prepared.loaded, prepared.source, session_name(summary))
        self._file = prepared.pictures.file
        self._analyzable = prepared.pictures.analyzable
        self._refresh()
        gone = [one for one in prepared.pictures.recordings if one.problem]
        is_changed = prepared.pictures.problem == "changed"
        if gone:
            place = gone[0].recording.path
            self._announcer.say_recordings_missing(
                place.name, len(gone), is_changed, lambda: self._find_file(summary, place)
            )
        elif prepared.pictures.problem in ("missing", "changed"):
            place = Path(summary.info.source.uri)
            self._announcer.say_pictures_missing(
                summary.info.source.name, is_changed, lambda: self._find_file(summary, place)
            )
        elif not prepared.pictures.is_confirmed:
            self._announcer.say_pictures_unconfirmed(summary.info.source.name)

    def _find_file(self, summary: SessionSummary, place: Path) -> None:
        folder = str(place.parent)
        path = OpenMedia.ask(self._window, folder)
        if path is not None:
            self.open(summary.path, path)

    def _analyze_again(self) -> None:
        past = self._controller.past
        if self._analyzable is not None and past is not None:
            self._controller.open(
                SourceRequest("file", str(self._analyzable)),
                selection=self._controller.selection,
                former=past.summary.path,
            )
            self.analyzing_again.emit(past.summary.path)

    def _refresh(self) -> None:
        can = self._controller.past is not None and self._analyzable is not None
        self._actions.analyze_again.setEnabled(can)


def _prepare(path: Path, folders: Sequence[Path], file: Path | None) -> _Prepared:
    """Read a session and find its pictures; runs on any thread.

    Raises:
        StorageError: if the session cannot be read.
        SourceError: if the file that was chosen is another one.
    """
    found: list[tuple[SessionPictures, EarlyFile | None]] = []

    def begin(summary: SessionSummary) -> None:
        found.append(_begin_pictures(summary, folders, file))

    try:
        loaded = load_session(path, begin)
    except FerError:
        for _, early in found:
            if early is not None:
                early.close()
        raise
    ((pictures, early),) = found
    if early is not None:
        return _Prepared(loaded, early, pictures)
    loaded.known.number_anew()
    parts = pictures.parts()
    source = RecordedFramesSource(
        session_name(loaded.summary),
        loaded.summary.info.source.uri,
        loaded.times_us,
        loaded.sizes_px,
        RecordedPictures(parts) if parts else None,
    )
    return _Prepared(loaded, source, pictures)


def _begin_pictures(
    summary: SessionSummary, folders: Sequence[Path], file: Path | None
) -> tuple[SessionPictures, EarlyFile | None]:
    """Find the pictures of a session, and begin to open the file that has them.

    Raises:
        SourceError: if the file that was chosen is another one.
    """
    if file is not None:
        check_pictures(summary, file)
        folders = [file.parent, *folders]
    if file is not None and not summary.info.source.is_live:
        pictures = SessionPictures(file, is_confirmed=summary.fingerprint is not None)
    else:
        pictures = find_pictures(summary, folders)
    if pictures.file is None:
        return pictures, None
    return pictures, EarlyFile(partial(open_file, pictures.file))
