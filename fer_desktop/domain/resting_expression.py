"""A face's rest estimated over a session, without asking anybody to look neutral."""

from typing import Final

import numpy as np

from fer_desktop.domain.neutral_baseline import (
    NeutralBaseline,
    estimate_baseline,
    log_probabilities,
    neutral_index,
)
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import CalibrationError

# One reading each half second is kept, of the last five minutes.
_LOOK_US: Final = 500_000
_REMEMBERED: Final = 600
# Half a minute of looks is the least to go by; the estimate is brought up to date every five
# seconds.
_FEWEST: Final = 60
_UPDATE_EVERY: Final = 10
# The resting moments are those in which neutral leads most. Measured on sessions put together from
# posed expressions: with this share, even a session that is neutral for a tenth of its time does no
# harm.
_RESTING_SHARE: Final = 0.2
# Nobody said that the face was neutral: the correction is half as strong.
_STRENGTH: Final = 0.5


class RestingExpression:
    """Estimates how one face looks at rest from its most neutral moments.

    Attributes:
        baseline: the present estimate; None until there is enough to go by, and while the face
            does not look neutral even then.
    """

    def __init__(self) -> None:
        self.baseline: NeutralBaseline | None = None
        # By the half second they belong to: a stretch that is played again counts once.
        self._looks: dict[int, EmotionScores] = {}
        self._added = 0

    def take(self, scores: EmotionScores, timestamp_us: int) -> None:
        """Take a reading of a frame in; most frames cost nothing."""
        look = timestamp_us // _LOOK_US
        if look in self._looks:
            return
        self._looks[look] = scores
        self._added += 1
        if len(self._looks) > _REMEMBERED:
            del self._looks[next(iter(self._looks))]
        if len(self._looks) >= _FEWEST and self._added >= _UPDATE_EVERY:
            self._added = 0
            self._estimate()

    def _estimate(self) -> None:
        readings = list(self._looks.values())
        neutral = neutral_index(readings[0].labels)
        if neutral is None:
            return
        # Centred log-probabilities: neutral's own is how far it leads the mean of all labels.
        leads = log_probabilities(readings)[:, neutral]
        resting = np.flatnonzero(leads >= np.quantile(leads, 1 - _RESTING_SHARE))
        try:
            found = estimate_baseline(
                [readings[at] for at in resting],
                len(resting) * _LOOK_US / 1e6,
                origin="automatic",
                strength=_STRENGTH,
            )
        except CalibrationError:
            self.baseline = None
        else:
            # A face that smiles all the time is not at rest, and only the person could say so.
            self.baseline = found if found.rest[neutral] == max(found.rest) else None
