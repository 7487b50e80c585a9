"""The main face, as the widgets follow it."""

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.main_face import MainFace


class FaceSelection(QObject):
    """Tells all who show the main face when it is another one.

    Signals:
        changed: the number of its track, or None; it comes also when its person is another one.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._main = MainFace()
        self._told: tuple[int | None, int | None] = None, None

    @property
    def face_id(self) -> int | None:
        """The track of the selected face, in view or seen last."""
        return self._main.face_id

    @property
    def person(self) -> int | None:
        """Whose that is."""
        return self._main.person

    def choose(self, face_id: int, person: int | None = None) -> None:
        """Select a face because the user wants it."""
        self._main.choose(face_id, person=person)
        self._tell()

    def keep(self, face_id: int, person: int | None = None) -> None:
        """Select a face that need not be in view, until another one is chosen."""
        self._main.choose(face_id, person=person, stays=True)
        self._tell()

    def renumber(self, person: int) -> None:
        """The selected face is said to be another person."""
        self._main.person = person
        self._tell()

    def clear(self) -> None:
        """Select nothing."""
        self._main.clear()
        self._tell()

    def take(self, analysis: FrameAnalysis) -> None:
        """Move on to another face when the selected one has been away for some seconds."""
        self._main.take(analysis)
        self._tell()

    def _tell(self) -> None:
        found = self.face_id, self.person
        if self._told != found:
            self._told = found
            self.changed.emit(self.face_id)
