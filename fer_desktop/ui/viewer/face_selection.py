"""The main face, as the widgets follow it."""

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.main_face import MainFace


class FaceSelection(QObject):
    """Tells all who show the main face when it is another one.

    Signals:
        changed: the face's id, or None.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._main = MainFace()
        self._told: int | None = None

    @property
    def face_id(self) -> int | None:
        """The selected face."""
        return self._main.face_id

    def choose(self, face_id: int) -> None:
        """Select a face because the user wants it."""
        self._main.choose(face_id)
        self._tell()

    def keep(self, face_id: int) -> None:
        """Select a face that need not be in view, until another one is chosen."""
        self._main.choose(face_id, stays=True)
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
        if self._told != self.face_id:
            self._told = self.face_id
            self.changed.emit(self.face_id)
