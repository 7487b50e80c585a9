"""What a cleaned copy of a dataset lacks, as ``fer-train fix --json`` prints it."""

from dataclasses import dataclass
from typing import Literal

from trainer.contract.checked_json import Count, Line, PathText, Prose

Why = Literal["named", "blank", "several labels", "copy", "changed copy"]


@dataclass(frozen=True, slots=True)
class Removed:
    """A face that the copy lacks.

    Attributes:
        name: as an inspection names it.
        reason: why, as a sentence without its end.
        why: the same for programs.
    """

    name: PathText
    reason: Prose
    why: Why


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the copy has and lacks.

    Attributes:
        counts: faces of each split.
        removed: what it lacks.
        size_px: side of its pictures.
    """

    counts: dict[Line, Count]
    removed: tuple[Removed, ...]
    size_px: Count
