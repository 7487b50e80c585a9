"""Contents and problems of a dataset, as ``fer-train inspect --json`` prints it."""

from typing import NotRequired, TypedDict

from trainer.contract.checked_json import Count, Line, Number, PathText, Prose

Spread = dict[Line, Number]  # min, p5, median, p95 and max


class SkippedFile(TypedDict):
    """A file that cannot be used."""

    name: PathText
    reason: Prose


class ExactCopies(TypedDict):
    """Faces that are the same pixel for pixel.

    Attributes:
        distinct: different faces.
        surplus: the others.
        inside: copies within each split.
        across: copies between splits, such as ``test in train``.
        pictures_with_several_labels: wrong at least once.
    """

    distinct: Count
    surplus: Count
    inside: dict[Line, Count]
    across: dict[Line, Count]
    pictures_with_several_labels: Count


class NearCopies(TypedDict):
    """Pairs of faces that are nearly the same; ``across`` as in ``ExactCopies``."""

    pairs: Count
    across: dict[Line, Count]
    pairs_with_several_labels: Count
    examples: list[list[PathText]]


class DatasetFacts(TypedDict):
    """All of it.

    Attributes:
        data: the dataset's name.
        splits_of_its_own: whether it says what is for training and what for testing.
        counts: faces of each split and label.
        constant: pictures of one colour.
        size_px: spread of the pictures' own ``width`` and ``height``; nothing of a csv.
        sheets: a picture with faces of each label, below the folder that was asked for.
    """

    data: Line
    faces: Count
    labels: list[Line]
    splits_of_its_own: bool
    counts: dict[Line, dict[Line, Count]]
    skipped: list[SkippedFile]
    constant: list[PathText]
    exact_copies: ExactCopies
    near_copies: NearCopies
    size_px: dict[Line, Spread]
    brightness: Spread
    contrast: Spread
    sheets: NotRequired[dict[Line, PathText]]
