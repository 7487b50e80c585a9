"""Label sets of the published studies, in the order of the model's outputs."""

import re
from functools import lru_cache
from typing import Final

from trainer.contract.label_words import EXPRESSION_OF, word_key

LABEL_SETS: Final[dict[str, tuple[str, ...]]] = {
    "fer7": ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"),
    "fer4": ("happy", "sad", "surprise", "neutral"),
    "fer3": ("happy", "sad", "neutral"),
    "ferplus8": (
        "neutral",
        "happiness",
        "surprise",
        "sadness",
        "anger",
        "disgust",
        "fear",
        "contempt",
    ),
}

# In a list of labels: every label that the list does not name.
REST: Final = "rest"

_NUMBERED: Final = re.compile(r"\d{1,2}[\s._-]+(?=\S)")


@lru_cache(maxsize=4096)
def canonical(label: str) -> str:
    """Return FER2013's name for an expression, or the label itself in lower case.

    Datasets name the same expression differently (``happiness``, ``Happy``, ``Freude``,
    ``3_happy``); colours and label remapping must treat these alike. Contempt is ``contempt``.
    """
    return expression_of(label) or label.strip().lower()


def expression_of(label: str) -> str:
    """Return FER2013's name for a word of one of many languages, nothing for other words."""
    key = word_key(label)
    return EXPRESSION_OF.get(key) or EXPRESSION_OF.get(_NUMBERED.sub("", key, count=1), "")
