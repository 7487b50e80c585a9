"""Where the application's detector sees faces, as ``fer-desktop crop --boxes`` prints it."""

from dataclasses import dataclass

from trainer.contract.checked_json import Number, PathText, Share


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face's box, pixels, and how sure the detector is of it."""

    x_px: Number
    y_px: Number
    width_px: Number
    height_px: Number
    score: Share


@dataclass(frozen=True, slots=True)
class PictureFaces:
    """The faces of one picture; ``name`` is its path below the folder."""

    name: PathText
    faces: tuple[FoundFace, ...]


@dataclass(frozen=True, slots=True)
class FoundFaces:
    """All pictures of a folder that can be read."""

    pictures: tuple[PictureFaces, ...]
