"""What a model says about the faces of one frame."""

from dataclasses import dataclass

from fer_desktop.domain.face import Detection
from fer_desktop.domain.measures import Measurement, MeasureSpec
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.scores import EmotionScores


@dataclass(frozen=True, slots=True)
class FaceAnalysis:
    """One tracked face in one frame.

    Attributes:
        face_id: number of the face track, from 1, stable over a session.
        detection: where it was found.
        scores: the model's calibrated probabilities for this very frame; None before a model is
            ready.
        smoothed: what the screen shows: the corrected scores, or else the plain ones, smoothed
            over time.
        is_unsure: whether the smoothed confidence lies below the model's own threshold.
        corrected: the scores of this very frame read against the face's own rest; None where that
            is not known.
        baseline: that rest.
        measurements: what else was measured of it in this very frame.
        person: number of the person that the user says it is; None where nothing was said, and in
            what is recorded (see ``domain.people``).
        name: what that person is called.
    """

    face_id: int
    detection: Detection
    scores: EmotionScores | None
    smoothed: EmotionScores | None
    is_unsure: bool = False
    corrected: EmotionScores | None = None
    baseline: NeutralBaseline | None = None
    measurements: tuple[Measurement, ...] = ()
    person: int | None = None
    name: str = ""

    @property
    def identity(self) -> int:
        """Number of its person, which is that of its track where nothing was said."""
        return self.face_id if self.person is None else self.person

    @property
    def sign(self) -> str:
        """What stands for it where there is little room: a name, or the track's number."""
        return self.name or str(self.face_id)


@dataclass(frozen=True, slots=True)
class FrameAnalysis:
    """Everything found in one frame.

    Attributes:
        frame_index: the frame's position in its source.
        timestamp_us: the frame's time on the source's clock.
        wall_ns: UTC nanoseconds since 1970 for live sources, else None.
        width_px, height_px: size of the frame.
        faces: sorted by face id.
        measures: what was to be measured of them, whether it could be told or not.
    """

    frame_index: int
    timestamp_us: int
    wall_ns: int | None
    width_px: int
    height_px: int
    faces: tuple[FaceAnalysis, ...]
    measures: tuple[MeasureSpec, ...] = ()
