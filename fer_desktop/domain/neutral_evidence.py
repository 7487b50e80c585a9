"""Whether readings of a face show it at rest, so that it may be calibrated with them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from fer_desktop.domain.neutral_baseline import (
    NeutralBaseline,
    Origin,
    estimate_baseline,
    neutral_index,
)
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import CalibrationError
from trainer.contract.labels import canonical

LEAST_S: Final = 0.95  # a second, of which a frame may be missing
_GAP_US: Final = 500_000
# What nobody shows at rest. A resting face may well be read as sad, angry or disgusted.
_LIVELY: Final = frozenset({"happy", "surprise"})
_LIVELY_SHARE: Final = 0.2
# Spread as a share of the mean margin. Neutral pictures moved, turned and lit a little otherwise
# had .05 to .19; films of changing expressions had .2 to 1.3 in three seconds.
_RESTLESS: Final = 0.2


def is_lively(scores: EmotionScores) -> bool:
    """Tell whether a face clearly smiles or looks surprised."""
    return canonical(scores.emotion) in _LIVELY and scores.confidence >= 0.5


def evidence_s(times_us: Sequence[int]) -> float:
    """Return for how long a face was seen at these times; longer gaps do not count."""
    steps = [latter - former for former, latter in pairwise(times_us)]
    return sum(step for step in steps if 0 < step <= _GAP_US) / 1e6


def judged_baseline(
    readings: Sequence[tuple[int, EmotionScores]],
    *,
    origin: Origin,
    arousal: Sequence[float | None] = (),
) -> NeutralBaseline:
    """Return the baseline of a face from readings that are said to be neutral.

    Args:
        readings: of one face by one model, each with its time on the source's clock, rising.
        origin: how the readings came about.
        arousal: of the same face meanwhile, as far as it was measured.

    Raises:
        CalibrationError: if there are too few, or if the face is not at rest in them.
    """
    seconds = evidence_s([time_us for time_us, _ in readings])
    scores = [each for _, each in readings]
    if seconds < LEAST_S:
        raise CalibrationError(
            "The face was seen too briefly.",
            hint="At least one second is needed; three are better.",
        )
    if sum(map(is_lively, scores)) > _LIVELY_SHARE * len(scores):
        raise CalibrationError(
            "The face smiles or looks surprised.", hint="Look relaxed, with the mouth closed."
        )
    baseline = estimate_baseline(scores, seconds, origin=origin)
    if baseline.spread > _RESTLESS * _mean_margin(baseline):
        raise CalibrationError(
            "The expression changes.", hint="Keep a relaxed face without talking or moving."
        )
    known = [value for value in arousal if value is not None]
    return replace(baseline, arousal=median(known)) if known else baseline


def _mean_margin(baseline: NeutralBaseline) -> float:
    neutral = neutral_index(baseline.labels)
    assert neutral is not None
    logs = [math.log(max(probability, 1e-12)) for probability in baseline.rest]
    return (logs[neutral] * len(logs) - sum(logs)) / (len(logs) - 1)
