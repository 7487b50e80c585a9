"""What people say of the faces of the session that is shown, and who may see it."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.corrections import Correction
from fer_desktop.ui.runtime.rating import Rating
from fer_desktop.ui.runtime.session_log import SessionLog


class SessionCorrections(QObject):
    """Reads and writes corrections.

    Attributes:
        rating: who corrects, and whose corrections they see.

    Signals:
        changed: the corrections, or those that may be seen, are others.
    """

    changed = Signal()

    def __init__(
        self, session_log: SessionLog, rating: Rating, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session_log = session_log
        self.rating = rating
        rating.changed.connect(self.changed)

    def all(self) -> list[Correction]:
        """Return those of all raters, in the order of time."""
        return self._session_log.corrections()

    def visible(self) -> list[Correction]:
        """Return those that the rater may see."""
        return self.rating.visible(self.all())

    def replace(self, corrections: Sequence[Correction]) -> bool:
        """Put corrections in place of all; tell whether there is a session to take them.

        Raises:
            StorageError: if it cannot be written.
        """
        is_set = self._session_log.set_corrections(corrections)
        if is_set:
            self.changed.emit()
        return is_set
