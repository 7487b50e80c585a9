"""Files that wait to be analysed, one after the other, whatever is shown meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.errors import FerError
from fer_desktop.pipeline.events import (
    AnalysisEnded,
    AnalysisProgress,
    EngineEvent,
    ModelLoaded,
    OutputFailed,
)
from fer_desktop.recording.session_store import delete_if_empty
from fer_desktop.sources.base import FileSource, FrameSource
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.continuing import Continuation, InUse, continuation_or_none
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.session_log import SESSION_FILE
from fer_desktop.ui.runtime.source_request import SourceRequest

QUEUE_MAX: Final = 10_000
EntryState = Literal["waiting", "running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A file of the queue.

    Attributes:
        path: the file.
        state: where it stands; ``stopped`` is in part, ``failed`` without any frame.
        session: number of its session; 0 before it has one.
        frames, total, faces: what came of it so far, and about how many frames there are.
        problem: why it failed or was stopped, in words.
        session_file: where its numbers are.
        resumes: where they were begun, if an interrupted analysis is to go on.
    """

    path: Path
    state: EntryState = "waiting"
    session: int = 0
    frames: int = 0
    total: int | None = None
    faces: int = 0
    problem: str = ""
    session_file: Path | None = None
    resumes: Path | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ("done", "stopped", "failed")


class AnalysisQueue(QObject):
    """Hands the engine one file after the other.

    Signals:
        added: entries were added or removed.
        changed: position of an entry that changed.
        finished: nothing waits any more.
    """

    added = Signal()
    changed = Signal(int)
    finished = Signal()

    def __init__(
        self, controller: Controller, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._background = background
        self._entries: list[QueueEntry] = []
        self._opening: Path | None = None
        controller.happened.connect(self._on_event)

    @property
    def entries(self) -> Sequence[QueueEntry]:
        """All of them, in order."""
        return tuple(self._entries)

    @property
    def is_busy(self) -> bool:
        """Whether a file waits or is being analysed."""
        return any(not entry.is_over for entry in self._entries)

    def waiting(self) -> dict[Path, Path | None]:
        """Return the files that are not analysed to their end yet, and where some were begun."""
        path_of = self._controller.session_log.path_of  # may know more than was told so far
        return {
            entry.path: path_of(entry.session) or entry.resumes
            for entry in self._entries
            if not entry.is_over
        }

    def add(self, paths: Sequence[Path], begun: Mapping[Path, Path] | None = None) -> None:
        """Let files wait for their turn; those that wait already do so once.

        Args:
            paths: the files.
            begun: the sessions of those whose analysis was interrupted, to go on with.
        """
        known = {entry.path for entry in self._entries if not entry.is_over}
        fresh = [path for path in dict.fromkeys(paths) if path not in known]
        entries = [QueueEntry(path, resumes=(begun or {}).get(path)) for path in fresh]
        self._entries += entries[: QUEUE_MAX - len(self._entries)]
        self.added.emit()
        self._go_on()

    def remove(self, positions: Sequence[int]) -> None:
        """Take files off the list; one that is being analysed ends, what was analysed stays."""
        doomed = set(positions)
        for at in doomed:  # a file may be there several times, and is read once at a time
            entry = self._entries[at]
            if entry.state == "running" and entry.session:
                self._controller.cancel_analysis(entry.session)
            elif entry.state == "running":
                self._opening = None
        self._entries = [entry for at, entry in enumerate(self._entries) if at not in doomed]
        self.added.emit()
        self._go_on()

    def _go_on(self) -> None:
        if any(entry.state == "running" for entry in self._entries):
            return
        at = next((at for at, item in enumerate(self._entries) if item.state == "waiting"), None)
        if at is None:
            return
        entry, controller = self._entries[at], self._controller
        if entry.resumes is not None and controller.model.preset is None:
            return  # whether it can go on is seen once there is a model
        self._opening = path = entry.path
        self._set(at, replace(entry, state="running"))
        request = SourceRequest("file", str(path))
        now = InUse(controller.model.preset, controller.model.engine, controller.settings)

        def work() -> tuple[FrameSource, Continuation | None]:
            further = None
            if entry.resumes is not None:
                further = continuation_or_none(entry.resumes, now, [path.parent])
                if further is None:
                    delete_if_empty(entry.resumes)  # which a killed process has left
            return controller.source_of(request), further

        self._background.run(
            "opening a file",
            work,
            lambda opened: self._begin(path, *opened),
            lambda error: self._refuse(path, error),
        )

    def _begin(self, path: Path, source: FrameSource, further: Continuation | None) -> None:
        at = self._position(path)
        if self._opening != path or at is None:
            return  # it was removed meanwhile
        self._opening = None
        if not isinstance(source, FileSource):
            raise TypeError(f"{source!r} cannot be read twice")
        if further is None:
            selection = FrameSelection(self._controller.settings.analysis_every)
            session = self._controller.analyze(source, selection)
        else:
            session = self._controller.analyze(
                source, further.selection, further.former, further.session_file
            )
        self._set(at, replace(self._entries[at], session=session))

    def _refuse(self, path: Path, error: FerError) -> None:
        at = self._position(path)
        if self._opening != path or at is None:
            return
        self._opening = None
        self._set(at, replace(self._entries[at], state="failed", problem=str(error)))
        self._next()

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, ModelLoaded):
            self._go_on()
        elif isinstance(event, OutputFailed) and event.output == SESSION_FILE:
            self._give_up(event)
        if not isinstance(event, AnalysisProgress | AnalysisEnded):
            return
        at = self._place(event.file)
        if at is None:
            return
        entry = self._entries[at]
        counted = replace(entry, frames=event.frames)
        counted = replace(counted, session_file=self._controller.session_log.path_of(event.file))
        if isinstance(event, AnalysisProgress):
            self._set(at, replace(counted, total=event.total, faces=event.faces))
            return
        problem = str(event.error) if event.error is not None else entry.problem
        state: EntryState = "done" if event.is_whole else "stopped" if event.frames else "failed"
        self._set(at, replace(counted, state=state, faces=event.faces, problem=problem))
        self._next()

    def _give_up(self, event: OutputFailed) -> None:
        """End a file whose numbers cannot be kept, as on a full disk; what was kept stays."""
        at = self._place(event.session)
        if at is not None and not self._entries[at].is_over:
            self._set(at, replace(self._entries[at], problem=str(event.error)))
            self._controller.cancel_analysis(event.session)

    def _place(self, session: int) -> int | None:
        return next(
            (at for at, entry in enumerate(self._entries) if entry.session == session), None
        )

    def _next(self) -> None:
        self._go_on()
        if not self.is_busy:
            self.finished.emit()

    def _position(self, path: Path) -> int | None:
        return next(
            (
                at
                for at, entry in enumerate(self._entries)
                if entry.path == path and entry.state == "running"
            ),
            None,
        )

    def _set(self, at: int, entry: QueueEntry) -> None:
        self._entries[at] = entry
        self.changed.emit(at)
