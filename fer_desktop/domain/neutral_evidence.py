"""Whether readings of a face show it at rest, so that it may be calibrated with them."""

import math
from collections.abc import Sequence
from typing import Final

from fer_desktop.domain.emotion import EmotionScores
from fer_desktop.domain.neutral_baseline import (
    NeutralBaseline,
    Origin,
    estimate_baseline,
    neutral_index,
)
from fer_desktop.errors import CalibrationError
from trainer.contract.labels import canonical

LEAST_S: Final = 1.0
_FEWEST: Final = 5
# What nobody shows at rest. A resting face may well be read as sad, angry or disgusted.
_LIVELY: Final = frozenset({"happy", "surprise"})
_LIVELY_SHARE: Final = 0.2
# Spread as a share of the mean margin. Neutral pictures moved, turned and lit a little otherwise
# had .05 to .19; films of changing expressions had .2 to 1.3 in three seconds.
_RESTLESS: Final = 0.2


def is_lively(scores: EmotionScores) -> bool:
    """Tell whether a face clearly smiles or looks surprised."""
    return canonical(scores.emotion) in _LIVELY and scores.confidence >= 0.5


def judged_baseline(
    readings: Sequence[EmotionScores], evidence_s: float, *, origin: Origin
) -> NeutralBaseline:
    """Return the baseline of a face from readings that are said to be neutral.

    Args:
        readings: of one face by one model.
        evidence_s: how long the face was seen.
        origin: how the readings came about.

    Raises:
        CalibrationError: if there are too few, or if the face is not at rest in them.
    """
    if len(readings) < _FEWEST or evidence_s < LEAST_S:
        raise CalibrationError(
            "The face was seen too briefly.", hint="A second of it is the least, three are better."
        )
    if sum(map(is_lively, readings)) > _LIVELY_SHARE * len(readings):
        raise CalibrationError(
            "The face smiles or looks surprised.", hint="Look relaxed, with the mouth closed."
        )
    baseline = estimate_baseline(readings, evidence_s, origin=origin)
    if baseline.spread > _RESTLESS * _mean_margin(baseline):
        raise CalibrationError(
            "The expression changes.", hint="Keep a relaxed face without talking or moving."
        )
    return baseline


def _mean_margin(baseline: NeutralBaseline) -> float:
    neutral = neutral_index(baseline.labels)
    assert neutral is not None
    logs = [math.log(max(probability, 1e-12)) for probability in baseline.rest]
    return (logs[neutral] * len(logs) - sum(logs)) / (len(logs) - 1)
