"""Who is who in the session that is shown: kept in its file, and changed by the user."""

from collections import deque
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.people import People
from fer_desktop.pipeline.events import Result
from fer_desktop.ui.runtime.session_log import SessionLog

_UNDO_MAX: Final = 200


class PeopleKeeper(QObject):
    """The present state, and those before it that can be gone back to.

    Attributes:
        present: who is who; any thread may read it.

    Signals:
        changed: it is another one.
    """

    changed = Signal()

    def __init__(self, session_log: SessionLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session_log = session_log
        self._former: deque[People] = deque(maxlen=_UNDO_MAX)
        self.present = People()

    @property
    def can_undo(self) -> bool:
        """Whether something was changed in this session."""
        return bool(self._former)

    def begin(self, people: People | None = None) -> None:
        """Another session is shown, of whose faces this is known."""
        self._former.clear()
        self._become(people or People())

    def forget(self) -> None:
        """What was said of tracks holds no longer: the same file is searched for faces anew."""
        self._session_log.forget_people()
        self.begin()

    def change(self, people: People) -> bool:
        """Let this hold from now on; tell whether there is a session to take it.

        Raises:
            StorageError: if it cannot be written.
        """
        if people == self.present:
            return True
        former = self.present
        if not self._session_log.set_people(people):
            return False
        self._former.append(former)
        self._become(people)
        return True

    def undo(self) -> None:
        """Take the last change back.

        Raises:
            StorageError: if that cannot be written.
        """
        if self._former and self._session_log.set_people(self._former[-1]):
            self._become(self._former.pop())

    def shown(self, result: Result) -> Result:
        """Return a result as it is shown: with names, without hidden faces; from any thread."""
        if result.analysis is None:
            return result
        shown = self.present.shown(result.analysis)
        return result if shown is result.analysis else replace(result, analysis=shown)

    def _become(self, people: People) -> None:
        if people != self.present:
            self.present = people
            self.changed.emit()
