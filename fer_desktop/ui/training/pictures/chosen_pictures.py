"""Which pictures were chosen, as the pages after that one need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ChosenPictures:
    """What the pages after this one work with.

    Attributes:
        path, votes: as the trainer reads them.
        labels: what the pictures show, with the number of pictures of each.
    """

    path: Path
    votes: Path | None
    labels: Mapping[str, int]
