"""The marks of the session that is shown, and who hears of new ones."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from fer_desktop.recording.session_format import Mark
from fer_desktop.ui.runtime.session_log import SessionLog


class SessionMarks(QObject):
    """Reads and writes them.

    Signals:
        added: a ``Mark`` that was recorded.
        changed: the marks are others.
    """

    added = Signal(object)
    changed = Signal()

    def __init__(self, session_log: SessionLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session_log = session_log

    def all(self) -> list[Mark]:
        """Return them in the order of the source."""
        return self._session_log.marks()

    def add(self, mark: Mark) -> bool:
        """Add a mark; tell whether the session could take it.

        Raises:
            StorageError: if the session can no longer be written.
        """
        was_recorded = self._session_log.mark(mark)
        if was_recorded:
            self.added.emit(mark)
        return was_recorded

    def replace(self, marks: Sequence[Mark]) -> bool:
        """Put marks in place of those that are there; tell whether there is a session to take them.

        Raises:
            StorageError: if it cannot be written.
        """
        is_set = self._session_log.set_marks(marks)
        if is_set:
            self.changed.emit()
        return is_set
