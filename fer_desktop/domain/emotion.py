"""What a model says about the faces of one frame."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fer_desktop.domain.face import Detection

if TYPE_CHECKING:
    from fer_desktop.domain.neutral_baseline import NeutralBaseline


@dataclass(frozen=True, slots=True)
class EmotionScores:
    """Probabilities over the labels of one model.

    Attributes:
        labels: names, in the model's order.
        probabilities: one number a label, summing to 1.
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.probabilities):
            raise ValueError(
                f"{len(self.labels)} labels need as many probabilities. "
                f"Received: {len(self.probabilities)}"
            )

    @property
    def emotion(self) -> str:
        """The likeliest label; the first one of equals."""
        return self.labels[self.probabilities.index(max(self.probabilities))]

    @property
    def confidence(self) -> float:
        """Probability of the likeliest label."""
        return max(self.probabilities)

    def ranked(self) -> list[tuple[str, float]]:
        """Return labels with probabilities, likeliest first."""
        pairs = zip(self.labels, self.probabilities, strict=True)
        return sorted(pairs, key=lambda pair: -pair[1])


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
    """

    face_id: int
    detection: Detection
    scores: EmotionScores | None
    smoothed: EmotionScores | None
    is_unsure: bool = False
    corrected: EmotionScores | None = None
    baseline: "NeutralBaseline | None" = None


@dataclass(frozen=True, slots=True)
class FrameAnalysis:
    """Everything found in one frame.

    Attributes:
        frame_index: the frame's position in its source.
        timestamp_us: the frame's time on the source's clock.
        wall_ns: UTC nanoseconds since 1970 for live sources, else None.
        width_px, height_px: size of the frame.
        faces: sorted by face id.
    """

    frame_index: int
    timestamp_us: int
    wall_ns: int | None
    width_px: int
    height_px: int
    faces: tuple[FaceAnalysis, ...]
