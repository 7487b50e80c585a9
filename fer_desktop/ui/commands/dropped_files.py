"""Several files dropped at once: one is opened, the others can follow."""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from fer_desktop.sources.media_names import MEDIA_SUFFIXES
from fer_desktop.ui.messages.announcer import Announcer
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.widgets.drops import is_model_folder

Target = Path | str


class DroppedFiles(QObject):
    """Opens what was dropped: the first file at once, each other one when it is asked for."""

    def __init__(
        self,
        open_target: Callable[[Target], object],
        controller: Controller,
        actions: Actions,
        announcer: Announcer,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._open_target = open_target
        self._announcer = announcer
        self._next = actions.open_next
        self._waiting: deque[Target] = deque()
        self._was_refused = False
        self._next.triggered.connect(self._open_next)
        controller.request_refused.connect(self._on_refused)

    def open(self, targets: Sequence[Target]) -> None:
        """Open the first of the dropped files, or of those in dropped folders."""
        files: list[Target] = []
        for target in targets:
            files += _media_in(target) if _is_folder(target) else [target]
        if files:
            self._waiting = deque(files)
            self._open_next()
        else:
            self._announcer.say_nothing_to_open([str(target) for target in targets])

    def _open_next(self) -> None:
        if not self._waiting:
            return
        target = self._waiting.popleft()
        self._was_refused = False
        self._open_target(target)
        self._next.setVisible(bool(self._waiting))
        if self._waiting:
            name = target.name if isinstance(target, Path) else target
            opened = "" if self._was_refused else name
            self._announcer.say_dropped(opened, len(self._waiting))

    def _on_refused(self) -> None:
        self._was_refused = True


def _is_folder(target: Target) -> bool:
    return isinstance(target, Path) and target.is_dir() and not is_model_folder(target)


def _media_in(folder: Target) -> list[Path]:
    """Return the images and videos of a folder, by name."""
    try:
        entries = sorted(Path(folder).iterdir(), key=lambda entry: entry.name.casefold())
    except OSError:
        return []
    return [entry for entry in entries if entry.suffix.lower() in MEDIA_SUFFIXES]
