"""Files that wait to be analysed, one after the other, whatever is shown meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.errors import FerError
from fer_desktop.pipeline.events import AnalysisEnded, AnalysisProgress, EngineEvent
from fer_desktop.sources.base import FileSource, FrameSource
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.controller import Controller
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
    """

    path: Path
    state: EntryState = "waiting"
    session: int = 0
    frames: int = 0
    total: int | None = None
    faces: int = 0
    problem: str = ""
    session_file: Path | None = None

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

    def waiting(self) -> list[Path]:
        """Return the files that are not analysed to their end yet."""
        return [entry.path for entry in self._entries if not entry.is_over]

    def add(self, paths: Sequence[Path]) -> None:
        """Let files wait for their turn; those that wait already do so once."""
        known = {entry.path for entry in self._entries if not entry.is_over}
        fresh = [path for path in dict.fromkeys(paths) if path not in known]
        self._entries += [QueueEntry(path) for path in fresh][: QUEUE_MAX - len(self._entries)]
        self.added.emit()
        self._go_on()

    def remove(self, positions: Sequence[int]) -> None:
        """Take files off the list; one that is being analysed ends, what was analysed stays."""
        doomed = {self._entries[at].path: self._entries[at] for at in positions}
        for entry in doomed.values():
            if entry.state == "running" and entry.session:
                self._controller.cancel_analysis(entry.session)
        if self._opening in doomed:
            self._opening = None
        self._entries = [entry for entry in self._entries if entry not in doomed.values()]
        self.added.emit()
        self._go_on()

    def _go_on(self) -> None:
        if any(entry.state == "running" for entry in self._entries):
            return
        at = next((at for at, item in enumerate(self._entries) if item.state == "waiting"), None)
        if at is None:
            return
        entry = self._entries[at]
        self._opening = path = entry.path
        self._set(at, replace(entry, state="running"))
        request = SourceRequest("file", str(path))
        self._background.run(
            "opening a file",
            lambda: self._controller.source_of(request),
            lambda source: self._begin(path, source),
            lambda error: self._refuse(path, error),
        )

    def _begin(self, path: Path, source: FrameSource) -> None:
        at = self._position(path)
        if self._opening != path or at is None:
            return  # it was removed meanwhile
        self._opening = None
        if not isinstance(source, FileSource):
            raise TypeError(f"{source!r} cannot be read twice")
        selection = FrameSelection(self._controller.settings.analysis_every)
        session = self._controller.analyze(source, selection)
        self._set(at, replace(self._entries[at], session=session))

    def _refuse(self, path: Path, error: FerError) -> None:
        at = self._position(path)
        if self._opening != path or at is None:
            return
        self._opening = None
        self._set(at, replace(self._entries[at], state="failed", problem=str(error)))
        self._next()

    def _on_event(self, event: EngineEvent) -> None:
        if not isinstance(event, AnalysisProgress | AnalysisEnded):
            return
        at = next(
            (at for at, entry in enumerate(self._entries) if entry.session == event.file), None
        )
        if at is None:
            return
        entry = self._entries[at]
        counted = replace(entry, frames=event.frames)
        counted = replace(counted, session_file=self._controller.session_log.path_of(event.file))
        if isinstance(event, AnalysisProgress):
            self._set(at, replace(counted, total=event.total, faces=event.faces))
            return
        problem = str(event.error) if event.error is not None else ""
        state: EntryState = "done" if event.is_whole else "stopped" if event.frames else "failed"
        self._set(at, replace(counted, state=state, faces=event.faces, problem=problem))
        self._next()

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
