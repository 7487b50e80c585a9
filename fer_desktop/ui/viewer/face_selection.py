"""Which face the timeline shows."""

from typing import Final

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.emotion import FrameAnalysis

_PATIENCE_US: Final = 3_000_000


class FaceSelection(QObject):
    """The user's choice while that face is there, else the first face in view.

    Signals:
        changed: the face's id, or None.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._face_id: int | None = None
        self._seen_us = 0

    @property
    def face_id(self) -> int | None:
        """The selected face."""
        return self._face_id

    def choose(self, face_id: int) -> None:
        """Select a face because the user wants it."""
        self._select(face_id)

    def clear(self) -> None:
        """Select nothing."""
        self._seen_us = 0
        self._select(None)

    def take(self, analysis: FrameAnalysis) -> None:
        """Move on to another face when the selected one has been away for some seconds."""
        ids = [face.face_id for face in analysis.faces]
        if self._face_id in ids:
            self._seen_us = analysis.timestamp_us
            return
        is_gone = abs(analysis.timestamp_us - self._seen_us) > _PATIENCE_US
        if ids and (self._face_id is None or is_gone):
            self._seen_us = analysis.timestamp_us
            self._select(min(ids))

    def _select(self, face_id: int | None) -> None:
        if face_id != self._face_id:
            self._face_id = face_id
            self.changed.emit(face_id)
