"""The measure of how much a face moves, and the same against its own rest."""

from typing import Final

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.measures import MeasureSpec

AROUSAL: Final = MeasureSpec("arousal", ("arousal",), "", (0.0, 1.0))
AROUSAL_CORRECTED: Final = MeasureSpec("arousal_corrected", ("arousal_corrected",), "", (-1.0, 1.0))


def arousal_of(face: FaceAnalysis) -> float | None:
    """Return the arousal that was measured of a face; None where it was not."""
    return next((numbers[0] for spec, numbers in face.measurements if spec == AROUSAL), None)
