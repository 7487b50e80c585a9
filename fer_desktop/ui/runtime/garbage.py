"""Garbage collection where it does no harm."""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

from fer_desktop.allocator import give_back
from fer_desktop.beside import beside

_EVERY_MS: Final = 1000
_GIVE_BACK_EVERY_MS: Final = 20_000


class Collector(QObject):
    """Collects Python's garbage on the GUI thread, and leaves libraries out of it.

    By itself Python collects on whichever thread has just allocated something. Widgets must not be
    destroyed on another thread than theirs, and with a network loaded a full collection looks
    through 400,000 objects: 150 ms in which nothing is analysed or painted.

    Now and then, what the pictures of a film have needed goes back to the system.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._has_set_aside = False
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(_EVERY_MS)
        self._giving_back = QTimer(self)
        self._giving_back.timeout.connect(lambda: beside("memory", give_back))
        self._giving_back.start(_GIVE_BACK_EVERY_MS)

    def set_libraries_aside(self) -> None:
        """Never look again at what is loaded now, except when something else is set aside."""
        if self._has_set_aside:  # a former model is garbage by now
            gc.unfreeze()
            gc.collect()
        gc.freeze()
        self._has_set_aside = True

    def stop(self) -> None:
        """Leave collecting to Python again."""
        self._timer.stop()
        self._giving_back.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        pairs = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, most) in enumerate(pairs) if count > most]
        if due:
            gc.collect(max(due))
