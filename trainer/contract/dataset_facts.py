"""Contents and problems of a dataset, as ``fer-train inspect --json`` prints it."""

from typing import Final, NotRequired, TypedDict

from trainer.contract.checked_json import Count, Line, Number, PathText, Prose, Share
from trainer.contract.text import counted

# What `fer-desktop crop` writes beside faces that it has cut out of photographs.
ORIGINS_FILE: Final = "origins.csv"
# A table's column of groups that are kept on one side of a split, and are not persons.
GROUP_COLUMN: Final = "kept_together"

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
    """Pairs of faces that are nearly the same; ``across`` as in ``ExactCopies``.

    Attributes:
        is_complete: whether all of them were counted; of very many only some are.
    """

    pairs: Count
    is_complete: NotRequired[bool]
    across: dict[Line, Count]
    pairs_with_several_labels: Count
    examples: list[list[PathText]]


class MappedLabel(TypedDict):
    """A label of the dataset.

    Attributes:
        label: as the dataset names it.
        becomes: what it is called from then on; nothing where its faces are left out.
        means: FER2013's name for such an expression, nothing where it has none.
    """

    label: Line
    becomes: Line
    means: Line
    faces: Count


class Persons(TypedDict):
    """Who is shown.

    Attributes:
        count: different persons (or films); 0 where the dataset does not say.
        named_by: what says who is shown, for people.
        faces_without: faces of which it is not known.
        across: persons on both sides of a split, such as ``test in train``.
    """

    count: Count
    named_by: Line
    faces_without: Count
    across: dict[Line, Count]


def persons_text(found: Persons) -> str:
    """Return how many persons, or groups in their place, are told apart, and by what."""
    one, several = "person", "persons"
    if found["named_by"].endswith(GROUP_COLUMN):
        one, several = "group that is kept together", "groups that are kept together"
    return f"{counted(found['count'], one, several)}, told by {found['named_by']}."


class Listed(TypedDict):
    """Pictures with something in common; only the first of them are named."""

    count: Count
    names: list[PathText]


class ChangedCopyFacts(TypedDict):
    """A picture that is a changed copy of one of another split; ``kind`` says what was done."""

    picture: PathText
    original: PathText
    kind: Line
    splits: Line


class ChangedCopies(TypedDict):
    """Mirrored, turned, moved or cut copies of other splits' pictures.

    Attributes:
        across: counts, such as ``test in train``.
        examples: the first of them.
    """

    across: dict[Line, Count]
    examples: list[ChangedCopyFacts]


class KnownToModels(TypedDict):
    """Pictures that models have learned from.

    Attributes:
        models: their names; all of them learned from the same faces.
        known: how many faces they say they learned from.
        splits: how many of each split's pictures are among these.
        names: the first of the pictures.
    """

    models: list[Line]
    known: Count
    splits: dict[Line, Count]
    names: list[PathText]


class FramingFacts(TypedDict):
    """How pictures frame their faces, told by the application's detector.

    Attributes:
        looked_at: how many pictures; of many some, spread evenly.
        none, several: pictures of no face, and of more than one.
        loose, tight: those whose face is much smaller or larger than in the application's crop.
        face_width: spread of the face box's width in the picture's.
    """

    looked_at: Count
    none: Listed
    several: Listed
    loose: Listed
    tight: Listed
    face_width: Spread


class DoubtfulLabel(TypedDict):
    """A face whose label is worth a look; another one fits better by the margin."""

    name: PathText
    label: Line
    likely: Line
    margin: Share


class DatasetFacts(TypedDict):
    """All of it.

    Attributes:
        data: the dataset's name.
        layout: how it is laid out; ``layout_why`` is what that was recognized by.
        mapping: what each of its labels became.
        left_out: faces that are not used for their label.
        notes: what a person should know about how it was read, a sentence each.
        splits_of_its_own: whether it says what is for training and what for testing.
        splits_made: the splits that were made because it has none of them.
        counts: faces of each split and label.
        constant: pictures of one colour.
        size_px: spread of the pictures' own ``width`` and ``height``; nothing of a csv.
        blurred, dark, bright, faint: pictures of bad quality; ``faint`` ones lack contrast.
        known_to_models: for each of the models that are at hand and know some of the pictures.
        changed_copies, doubtful_labels, framing: where they were looked for.
        sheets: a picture with faces of each label, below the folder that was asked for.
        sheet_names: the faces on each of these pictures, in the order of reading.
    """

    data: Line
    faces: Count
    labels: list[Line]
    layout: Line
    layout_why: Prose
    mapping: list[MappedLabel]
    persons: Persons
    left_out: dict[Line, Count]
    notes: list[Prose]
    splits_of_its_own: bool
    splits_made: list[Line]
    counts: dict[Line, dict[Line, Count]]
    skipped: list[SkippedFile]
    constant: list[PathText]
    exact_copies: ExactCopies
    near_copies: NearCopies
    size_px: dict[Line, Spread]
    brightness: Spread
    contrast: Spread
    blurred: Listed
    dark: Listed
    bright: Listed
    faint: Listed
    known_to_models: NotRequired[list[KnownToModels]]
    changed_copies: NotRequired[ChangedCopies]
    doubtful_labels: NotRequired[list[DoubtfulLabel]]
    framing: NotRequired[FramingFacts]
    sheets: NotRequired[dict[Line, PathText]]
    sheet_names: NotRequired[dict[Line, list[PathText]]]
