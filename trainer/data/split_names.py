"""The usual names of splits."""

import re
from typing import Final

SPLIT_NAMES: Final = {
    "train": 0,
    "training": 0,
    "validation": 1,
    "validate": 1,
    "valid": 1,
    "val": 1,
    "dev": 1,
    "development": 1,
    "eval": 1,
    "evaluation": 1,
    "publictest": 1,
    "test": 2,
    "testing": 2,
    "holdout": 2,
    "privatetest": 2,
}
# Words around a name: ``train_set``, ``images_train``, ``FER2013Test``, ``train-images``.
_AROUND: Final = re.compile(
    r"^(?:fer ?2013|ferplus|raf ?db|affectnet|ck ?plus|images?|imgs?|data|faces?|labels?)[ ]?"
    r"|[ ]?(?:set|data|dataset|images?|imgs?|faces?|split|folder|labels?)$"
)


def split_of(name: str) -> int | None:
    """Return the index into ``SPLITS`` that a name stands for, None where it is none."""
    key = " ".join(re.sub(r"[\W_]+", " ", name).lower().split())
    while True:
        joined = key.replace(" ", "")
        if joined in SPLIT_NAMES:
            return SPLIT_NAMES[joined]
        shorter = _AROUND.sub("", key, count=1).strip()
        if shorter == key:
            return None
        key = shorter
