"""Which face is meant where only one is shown."""

from typing import Final

from fer_desktop.domain.emotion import FrameAnalysis

_PATIENCE_US: Final = 3_000_000


class MainFace:
    """The chosen face while it is there, else the first one in view.

    A face that goes away for a moment, or is not found in some frames, comes back as itself: only
    after some seconds another one takes its place. So does one that is another track of the same
    person, as the user says.

    Attributes:
        face_id: which track it is, or was last; None before any was seen.
        person: whose that is.
    """

    def __init__(self) -> None:
        self.face_id: int | None = None
        self.person: int | None = None
        self._seen_us = 0
        self._stays = False

    def choose(self, face_id: int, *, person: int | None = None, stays: bool = False) -> None:
        """Take a face because the user wants it.

        Args:
            face_id: which one.
            person: whose track that is, if not that of a person of its own.
            stays: whether it is meant though it is not there: no other one takes its place.
        """
        self.face_id = face_id
        self.person = face_id if person is None else person
        self._stays = stays

    def clear(self) -> None:
        """Forget it: another source begins."""
        self.face_id = self.person = None
        self._seen_us = 0
        self._stays = False

    def take(self, analysis: FrameAnalysis) -> None:
        """Stay with the face, or move on to another one when it has been away for long."""
        tracks = {face.identity: face.face_id for face in reversed(analysis.faces)}
        # Times go back where a video is played again.
        is_gone = abs(analysis.timestamp_us - self._seen_us) > _PATIENCE_US
        is_free = self.person is None or (is_gone and not self._stays)
        if tracks and self.person not in tracks and is_free:
            self.person = min(tracks)
        if self.person in tracks:
            self.face_id = tracks[self.person]
            self._seen_us = analysis.timestamp_us
