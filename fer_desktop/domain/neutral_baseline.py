"""A face read against its own resting expression.

People differ in how neutral they look to a model: one face at rest is nearly certain, another half
sad. What tells an expression is the change from that person's own rest. The resting face leads
every other label by some margin (a difference of log-probabilities). The correction narrows these
margins, so that the same change suffices on every face: most of what a label lags behind the
closest one is given to it, and neutral keeps a reserve that the face does not leave by chance. Raw
probabilities are multiplied by one fixed number for each label, and nothing else is changed.

The constants were chosen on two collections of posed expressions with a neutral picture of each
person and three models at once: ``packaging/check_calibration.py``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import CalibrationError
from trainer.contract.labels import canonical

NEUTRAL: Final = "neutral"

# Of what a label lags behind the closest one at rest, this share is made up for.
_SHARE: Final = 0.75
# The reserve of neutral: a share of its mean margin, or multiples of the spread if that is more.
_RESERVE: Final = 0.25
_RESERVE_SPREADS: Final = 4.0
# What is known before a face is seen, as shares of the mean margin: how much margins differ between
# persons, and between two looks at the same neutral face.
_BETWEEN_PERSONS: Final = 0.2
_BETWEEN_LOOKS: Final = 0.075
# Neighbouring frames say nearly the same: one look counts for this long.
_LOOK_S: Final = 0.5
_SMALLEST: Final = 1e-12

Origin = Literal["live", "interval", "automatic"]


@dataclass(frozen=True, slots=True)
class NeutralBaseline:
    """What is known of one face at rest, as one model reads it.

    Attributes:
        origin: whether the person was asked to look neutral, an interval was marked as neutral, or
            the rest was estimated over the session.
        labels: the model's.
        rest: probabilities of the resting face.
        spread: root mean square of how margins vary at rest; log-probabilities.
        evidence_s: seconds of neutral expression it rests on.
        offsets: what is added to the log-probability of each label.
        arousal: of the resting face; None where that was not measured.
    """

    origin: Origin
    labels: tuple[str, ...]
    rest: tuple[float, ...]
    spread: float
    evidence_s: float
    offsets: tuple[float, ...]
    arousal: float | None = None

    def correct(self, scores: EmotionScores) -> EmotionScores:
        """Return a reading against this rest; it must come from the same model."""
        logs = [
            math.log(max(p, _SMALLEST)) + offset
            for p, offset in zip(scores.probabilities, self.offsets, strict=True)
        ]
        highest = max(logs)
        powers = [math.exp(log - highest) for log in logs]
        total = sum(powers)
        return EmotionScores(scores.labels, tuple(power / total for power in powers))


def neutral_index(labels: Sequence[str]) -> int | None:
    """Return which label stands for the resting face; None if a model has no such label."""
    names = [canonical(label) for label in labels]
    return names.index(NEUTRAL) if NEUTRAL in names else None


def estimate_baseline(
    readings: Sequence[EmotionScores],
    evidence_s: float,
    *,
    origin: Origin = "live",
    strength: float = 1.0,
) -> NeutralBaseline:
    """Return the baseline of a face from readings of it at rest.

    Little or noisy evidence weakens the correction; in the limit nothing is changed.

    Args:
        readings: of one face by one model; a single one will do.
        evidence_s: how long the face was at rest; 0 for a single picture.
        origin: how the readings came about.
        strength: 1, or less for evidence that is to be trusted less.

    Raises:
        CalibrationError: if the model has no neutral label, or does not see it in these readings.
    """
    if not readings:
        raise ValueError("a baseline needs at least one reading")
    labels = readings[0].labels
    neutral = neutral_index(labels)
    if neutral is None:
        raise CalibrationError(
            "The model has no neutral expression to calibrate with.", hint="Choose another model."
        )
    logs = log_probabilities(readings)
    # The median, so that a blink or a word in between does not count.
    rest = np.median(logs, axis=0)
    others = np.arange(len(labels)) != neutral
    margins = rest[neutral] - rest[others]
    mean_margin = float(margins.mean())
    if mean_margin <= 0:
        raise CalibrationError(
            "The model does not see a neutral expression in this face.",
            hint="Try again with a relaxed face, looking into the camera.",
        )
    looks = max(1.0, evidence_s / _LOOK_S)
    spread = _spread(logs[:, [neutral]] - logs[:, others], looks, mean_margin)
    # As in empirical Bayes: what is known of this face against what persons differ by.
    between = (_BETWEEN_PERSONS * mean_margin) ** 2
    trust = strength * between / (between + spread**2 / looks)
    # Noise alone never lifts neutral above where it was.
    reserve = max(_RESERVE * mean_margin, min(_RESERVE_SPREADS * spread, float(margins.min())))
    wanted = reserve + (1 - _SHARE) * (margins - margins.min())
    offsets = np.zeros(len(labels))
    offsets[others] = trust * (margins - wanted)
    powers = np.exp(rest - rest.max())
    return NeutralBaseline(
        origin=origin,
        labels=labels,
        rest=tuple((powers / powers.sum()).tolist()),
        spread=spread,
        evidence_s=evidence_s,
        offsets=tuple(offsets.tolist()),
    )


def log_probabilities(readings: Sequence[EmotionScores]) -> NDArray[np.float64]:
    """Return logarithms of probabilities, centred, shape (readings, labels)."""
    rows = np.array([reading.probabilities for reading in readings], np.float64)
    logs = np.log(np.maximum(rows, _SMALLEST))
    centred: NDArray[np.float64] = logs - logs.mean(axis=1, keepdims=True)
    return centred


def _spread(margins: NDArray[np.float64], looks: float, mean_margin: float) -> float:
    """Return the spread of margins, of which the first look tells nothing."""
    expected = (_BETWEEN_LOOKS * mean_margin) ** 2
    found = float(margins.var(axis=0, ddof=1).mean()) if len(margins) > 1 else expected
    return math.sqrt((expected + (looks - 1) * found) / looks)
