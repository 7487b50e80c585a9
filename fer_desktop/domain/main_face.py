"""Which face is meant where only one is shown."""

from typing import Final

from fer_desktop.domain.emotion import FrameAnalysis

_PATIENCE_US: Final = 3_000_000


class MainFace:
    """The chosen face while it is there, else the first one in view.

    A face that goes away for a moment, or is not found in some frames, comes back as itself: only
    after some seconds another one takes its place.

    Attributes:
        face_id: which one it is; None before any was seen.
    """

    def __init__(self) -> None:
        self.face_id: int | None = None
        self._seen_us = 0
        self._stays = False

    def choose(self, face_id: int, *, stays: bool = False) -> None:
        """Take a face because the user wants it.

        Args:
            face_id: which one.
            stays: whether it is meant though it is not there: no other one takes its place.
        """
        self.face_id = face_id
        self._stays = stays

    def clear(self) -> None:
        """Forget it: another source begins."""
        self.face_id = None
        self._seen_us = 0
        self._stays = False

    def take(self, analysis: FrameAnalysis) -> None:
        """Stay with the face, or move on to another one when it has been away for long."""
        ids = [face.face_id for face in analysis.faces]
        # Times go back where a video is played again.
        is_gone = abs(analysis.timestamp_us - self._seen_us) > _PATIENCE_US
        is_free = self.face_id is None or (is_gone and not self._stays)
        if ids and self.face_id not in ids and is_free:
            self.face_id = min(ids)
        if self.face_id in ids:
            self._seen_us = analysis.timestamp_us
