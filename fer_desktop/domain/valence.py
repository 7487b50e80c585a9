"""How pleasant or unpleasant an expression is, from the probabilities of its labels."""

from typing import Final

from fer_desktop.domain.scores import EmotionScores
from trainer.contract.labels import canonical

_PLEASANT: Final = "happy"
_UNPLEASANT: Final = frozenset({"angry", "disgust", "fear", "sad", "contempt"})


def valence(scores: EmotionScores) -> float | None:
    """Return the probability of happy less that of the strongest unpleasant expression, -1 to 1.

    So does FaceReader ("valence is calculated as the intensity of happy minus the intensity of the
    negative expression with the highest intensity"). None for a model without both kinds of labels.
    """
    known = {
        canonical(label): probability
        for label, probability in zip(scores.labels, scores.probabilities, strict=True)
    }
    unpleasant = [known[label] for label in _UNPLEASANT if label in known]
    if _PLEASANT not in known or not unpleasant:
        return None
    return known[_PLEASANT] - max(unpleasant)
