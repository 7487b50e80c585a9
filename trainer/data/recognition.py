"""Finding the layout of a path: the first one that recognizes it."""

from collections.abc import Sequence
from pathlib import Path

from trainer.data.faces import FaceReader, Layout, ReadOptions
from trainer.data.picture_tree import wrapped
from trainer.errors import DataError


def recognize(path: Path, options: ReadOptions, layouts: Sequence[Layout]) -> FaceReader:
    """Return a reader of the first layout that recognizes a path, or what it is wrapped around.

    Raises:
        DataError: if none does.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise DataError(f"{path} is neither a file nor a folder.")
    refusals: list[str] = []
    for layout in layouts:
        for place in wrapped(path):
            refusal = layout.refusal(place)
            if not refusal:
                return layout(place, options)
            if refusal not in refusals:
                refusals.append(refusal)
    raise DataError(f"{path} is not a dataset: {'; '.join(refusals)}.")
