"""Which faces are read against their own rest, and the rest of each."""

from typing import Final

from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.domain.resting_expression import RestingExpression
from fer_desktop.domain.scores import EmotionScores

_FACES_MAX: Final = 64


class Calibrator:
    """Knows the baselines of a session's faces; used by the analyzer's thread.

    A baseline that was given goes before one that is estimated.
    """

    def __init__(self, *, automatic: bool = False) -> None:
        self._automatic = automatic
        self._given: dict[int, NeutralBaseline] = {}
        self._estimated: dict[int, RestingExpression] = {}

    def set_automatic(self, automatic: bool) -> None:
        """Estimate the rest of every face over the session, or do so no longer."""
        self._automatic = automatic
        self._estimated.clear()

    def calibrate(self, face_id: int, baseline: NeutralBaseline) -> None:
        """Read a face against this baseline from now on."""
        self._given[face_id] = baseline

    def remove(self, face_id: int | None = None) -> None:
        """Forget the given baseline of a face, or of all of them."""
        if face_id is None:
            self._given.clear()
        else:
            self._given.pop(face_id, None)

    def reset(self) -> None:
        """Forget every face."""
        self._given.clear()
        self._estimated.clear()

    def baseline_for(
        self, face_id: int, scores: EmotionScores, timestamp_us: int
    ) -> NeutralBaseline | None:
        """Return what a reading is to be corrected with; None leaves it as it is."""
        given = self._given.get(face_id)
        if not self._automatic:
            return given
        estimate = self._estimated.get(face_id)
        if estimate is None:
            if len(self._estimated) >= _FACES_MAX:
                del self._estimated[next(iter(self._estimated))]
            estimate = self._estimated[face_id] = RestingExpression()
        estimate.take(scores, timestamp_us)
        return given or estimate.baseline
