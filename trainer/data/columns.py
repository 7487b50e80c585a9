"""The usual column names of tables that list pictures."""

import re
from collections.abc import Sequence
from typing import Final

from trainer.contract.dataset_facts import GROUP_COLUMN

PICTURE_COLUMNS: Final = (
    "file", "path", "file_name", "filename", "filepath", "file_path", "image", "image_path",
    "image_name", "image_file", "imagepath", "imagename", "img", "img_path", "img_name", "pth",
    "picture", "photo", "frame", "subdirectory_filepath",
)  # fmt: skip
LABEL_COLUMNS: Final = (
    "label", "emotion", "expression", "labels", "class", "class_name", "label_name", "category",
    "target", "emotions", "expression_label", "emotion_label", "facial_expression",
)  # fmt: skip
SPLIT_COLUMNS: Final = ("split", "usage", "subset", "partition", "set", "phase", "fold_name")
# Who labelled or uploaded a picture (`user`, in some sets) says nothing about who is on it.
SUBJECT_COLUMNS: Final = (
    "person", "subject", "subject_id", "person_id", "participant", "participant_id", "actor",
    "actor_id", "identity", "film", "movie", "video", GROUP_COLUMN,
)  # fmt: skip
PIXEL_COLUMNS: Final = ("pixels", "pixel")


def plain(name: str) -> str:
    """Return a column's name in lower case with one kind of blank."""
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def find_column(names: Sequence[str], usual: Sequence[str]) -> str:
    """Return the first of some usual names that a table has, as it has it, nothing for none."""
    by_plain = {plain(name): name for name in reversed(names)}
    return next((by_plain[name] for name in usual if name in by_plain), "")
