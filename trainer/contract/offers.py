"""What the trainer offers: its networks, their settings, and what a training would take here.

``fer-train systems --json`` prints a list of ``ListedSystem``, ``settings`` one of ``Setting``, and
``probe --json`` an ``Estimate``.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from trainer.contract.checked_json import Count, Line, Prose, Seconds, Share

SystemKind = Literal["scratch", "transfer", "ensemble"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedSystem:
    """A network that can be trained.

    Attributes:
        name: what ``--system`` takes.
        study: who described it.
        title: the name it has there.
        kind: whether it starts from random or from learned weights, or is several networks.
        layers: how it is built, in words.
        labels: the label set it was described for.
        input: height, width and channels of a face.
        parameters, trainable_parameters: None where they are not known beforehand.
        members: the systems that an ensemble is made of.
        recipe: how it is trained unless the user chooses otherwise.
        reported_accuracy, reported_interval_95, reported_test: what its authors reported, with the
            interval that the number of their test images leaves, and on which images.
    """

    name: Line
    study: Line
    title: Line
    kind: SystemKind
    layers: Prose
    labels: Line
    input: tuple[Count, Count, Count]
    parameters: Count | None
    trainable_parameters: Count | None
    members: tuple[Line, ...]
    recipe: dict[Line, Any]
    reported_accuracy: Share | None
    reported_interval_95: tuple[Share, Share] | None
    reported_test: Prose | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One setting of a training.

    Attributes:
        name: as in its dataclass; the option is ``--name`` with hyphens.
        group: ``recipe``, ``augmentation`` or ``run``.
        kind: what its value is.
        default: its value unless the user chooses another.
        choices: every value that a ``choice`` can have.
        least, most: bounds of a number; ``most`` is None where there is none.
        meaning: one sentence for people.
    """

    name: Line
    group: Line
    kind: Literal["int", "float", "bool", "choice", "text"]
    default: Any
    choices: tuple[Line, ...]
    least: float
    most: float | None
    meaning: Prose


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a training would take on this computer, measured on a few of its steps.

    Attributes:
        faces: number of training faces.
        seconds_per_epoch: of all networks of an ensemble together.
        epochs: how many the network is given.
        seconds: of the whole training, at most; a run may end before its last epoch.
        left_out: faces whose label would not be learned, for each such label.
        notes: what a person must know about how the data are read, a sentence each.
    """

    system: Line
    parameters: Count
    faces: Count
    steps_per_epoch: Count
    seconds_per_epoch: Seconds
    epochs: Count
    seconds: Seconds
    left_out: dict[Line, Count] = field(default_factory=dict)
    notes: tuple[Prose, ...] = ()
