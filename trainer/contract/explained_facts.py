"""What in faces speaks for a model's answers, as ``fer-train explain --json`` prints it."""

from dataclasses import dataclass

from trainer.contract.checked_json import Count, Line, PathText, Prose, Share

# What each part adds to the log-odds of the label when it is seen and not blurred, row by row from
# the top left of the crop.
Parts = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class ExplainedFace:
    """One face.

    Attributes:
        file: the picture as it was named.
        picture: the name of the file with its map, in the folder of the page.
        emotion, confidence: the model's answer.
        truth: what the dataset calls it; empty where nobody says.
        label: which label is explained.
        probability: of that label.
        without_for, without_against, without_random: the same when the fifth of the crop is blurred
            that speaks most for it, most against it, or a random one (mean of eight).
        parts: the map.
    """

    file: PathText
    picture: PathText
    emotion: Line
    confidence: Share
    truth: Line
    label: Line
    probability: Share
    without_for: Share
    without_against: Share
    without_random: Share
    parts: Parts


@dataclass(frozen=True, slots=True)
class ExplainedLabel:
    """The mean over the faces of one label that were explained; fields as of a face."""

    label: Line
    faces: Count
    picture: PathText
    probability: Share
    without_for: Share
    without_random: Share
    parts: Parts


@dataclass(frozen=True, slots=True)
class Explained:
    """All that was explained.

    Attributes:
        model: its name.
        sha256: checksum of its network.
        labels: means, of labels of which there are at least two faces.
        faces: each face.
        notes: what a reader must know, a sentence each.
    """

    model: Line
    sha256: Line
    labels: tuple[ExplainedLabel, ...]
    faces: tuple[ExplainedFace, ...]
    notes: tuple[Prose, ...] = ()
