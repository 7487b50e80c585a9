"""Label sets of the published studies, in the order of the model's outputs."""

from typing import Final

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

_SYNONYMS: Final[dict[str, str]] = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "scared": "fear",
    "happiness": "happy",
    "sadness": "sad",
    "surprised": "surprise",
}


def canonical(label: str) -> str:
    """Return FER2013's name for an expression, or the label itself in lower case.

    Datasets name the same expression differently (``happiness``, ``Happy``); colours and label
    remapping must treat these alike.
    """
    name = label.strip().lower()
    return _SYNONYMS.get(name, name)
