"""What a folder of pictures holds, told from the pictures' sizes alone."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from fer_desktop.errors import FerError
from fer_desktop.files import distinct_name
from fer_desktop.sources.pictures import picture_size
from fer_desktop.training.job_progress import Work

# A face that is cut out is small and about square: FER2013's have 48 pixels, RAF-DB's 100.
SMALL_SIDE_PX: Final = 128
SQUARE_RATIO: Final = 1.25


class PicturesError(FerError):
    """Pictures that no model can learn from."""


class LayoutError(PicturesError):
    """Pictures that lie in no folders for expressions, as far as that can be told from here."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A picture that is not used.

    Attributes:
        name: its path below the folder.
        reason: why.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What lies in a folder.

    Attributes:
        folder: which one.
        small: faces that are cut out already; paths below the folder.
        large: pictures that must be looked at to tell what they show; paths below the folder.
        left_out: what is no picture, or cannot be read.
    """

    folder: Path
    small: tuple[PurePosixPath, ...]
    large: tuple[PurePosixPath, ...]
    left_out: tuple[LeftOut, ...]


def is_nearly_square(width_px: int, height_px: int) -> bool:
    """Tell whether neither side is a quarter longer than the other."""
    return max(width_px, height_px) <= SQUARE_RATIO * min(width_px, height_px)


def is_small_crop(width_px: int, height_px: int) -> bool:
    """Tell by its size alone that a picture is a face which somebody has cut out."""
    return min(width_px, height_px) <= SMALL_SIDE_PX and is_nearly_square(width_px, height_px)


def survey(folder: Path, work: Work, *, is_labelled: bool = True) -> Survey | None:
    """Find the pictures of a folder that has a folder for each expression; None if stopped.

    Args:
        is_labelled: whether there must be folders for two expressions at least; else all pictures
            of the folder are meant.

    Raises:
        PicturesError: if it has no pictures; LayoutError if it has those of fewer than two
            expressions.
    """
    try:
        names = sorted(_files(folder))
    except OSError as error:
        raise PicturesError(
            f"{folder} cannot be read: {error.strerror or error}.", hint="Choose another folder."
        ) from error
    work.begin(len(names))
    small: list[PurePosixPath] = []
    large: list[PurePosixPath] = []
    left_out: list[LeftOut] = []
    for name in names:
        if is_labelled and len(name.parts) == 1:
            left_out.append(LeftOut(str(name), "it lies in no expression's folder"))
        else:
            try:
                size = picture_size(folder / name)
            except FerError as error:
                left_out.append(LeftOut(str(name), str(error)))
            else:
                (small if is_small_crop(*size) else large).append(name)
        if not work.advance():
            return None
    if not is_labelled and not (small or large):
        raise PicturesError(f"{folder} has no pictures that can be read.", hint="Give another one.")
    if is_labelled:
        _check(folder, Counter(name.parent.name for name in (*small, *large)), left_out)
    return Survey(folder, tuple(small), tuple(large), tuple(left_out))


def _files(folder: Path) -> list[PurePosixPath]:
    """Return the files below a folder, without hidden ones."""

    def refuse(error: OSError) -> None:
        raise error

    found: list[PurePosixPath] = []
    seen = {os.path.realpath(folder)}  # links may lead in a circle
    for root, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        places = {name: os.path.realpath(os.path.join(root, name)) for name in folders}
        folders[:] = [
            name for name, place in places.items() if name[0] != "." and place not in seen
        ]
        seen.update(places.values())
        below = PurePosixPath(Path(root).relative_to(folder).as_posix())
        found += [below / name for name in files if not name.startswith(".")]
    return found


def _check(folder: Path, labels: Counter[str], left_out: Sequence[LeftOut]) -> None:
    layout = (
        "Put the pictures of each expression into a folder with its name, and choose the folder "
        "that holds these."
    )
    if not labels:
        what = "has no pictures that can be read in folders named after expressions"
        kind = LayoutError if left_out else PicturesError
        raise kind(f"{folder} {what if left_out else 'is empty'}.", hint=layout)
    if len(labels) < 2:
        (label,) = labels
        raise LayoutError(
            f"{folder} has pictures of one expression only: {label}.",
            hint="A model needs at least two to tell apart. " + layout,
        )


def free_folder(folder: Path, where: Path, called: str = "Faces of {name}") -> Path:
    """Return a folder in a place, for what is made of another folder, that does not exist yet.

    Args:
        folder: the other one, or a file.
        where: the place.
        called: how it is called by the other's ``name``.
    """
    try:
        taken = {entry.name.casefold() for entry in where.iterdir()}
    except OSError:
        taken = set()  # it comes with the first picture
    return where / distinct_name(called.format(name=folder.name or "pictures"), taken)


def is_used(folder: Path) -> bool:
    """Tell whether something is in a folder, or may be in one that cannot be looked into."""
    try:
        return folder.is_dir() and any(folder.iterdir())
    except OSError:
        return True


def vanished(path: Path) -> PicturesError:
    """Return what to say of pictures that are no longer where they were."""
    return PicturesError(
        f"{path} no longer exists: it was deleted, moved or renamed.",
        hint="Choose the pictures again.",
    )
