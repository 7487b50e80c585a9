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
        label_map: what the labels of the folders or the table became, as the trainer takes it.
        fixes: a table of pictures whose labels were put right.
    """

    path: Path
    votes: Path | None
    labels: Mapping[str, int]
    label_map: str = ""
    fixes: Path | None = None
