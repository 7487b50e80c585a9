"""Whole photographs become face crops, framed as the application frames faces.

A picture is left as it is where it is a crop already: small and about square (``is_small_crop``),
or about square with a single face whose box fills most of its width. A photograph with one face is
cropped. One with none or several is left out: nobody knows which of them its folder is about.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.errors import FerError
from fer_desktop.files import make_folder, whole_file
from fer_desktop.sources.pictures import read_picture
from fer_desktop.training.job_progress import Work
from fer_desktop.training.picture_folder import LeftOut, PicturesError, Survey, is_nearly_square
from fer_desktop.vision.ports import FaceDetector
from trainer.contract.crop import CropGeometry

# FER2013's face boxes have .86 of the picture's width. From here on, cropping would take off less
# than a fifth.
FILLED_SHARE: Final = 0.7
MIN_FACE_PX: Final = 32
_USUAL_CROP: Final = CropGeometry()
CROP_SIDE_PX: Final = (48, 224)  # larger faces are averaged down, smaller ones enlarged


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a picture is.

    Attributes:
        kind: a crop stays as it is, a photo is cropped, the rest is left out.
        face: the face of a photo.
        reason: why it is left out.
        share: the width of a photo's face in that of the picture.
    """

    kind: Literal["crop", "photo", "neither"]
    face: Detection | None = None
    reason: str = ""
    share: float = 0.0


_DONE: Final = Judgement("photo")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a face picture comes from.

    Attributes:
        file: the face picture, below the target.
        photo: the picture that it was cut out of, or is a copy of, below the folder.
        face: where the face is in it; None for a copy, and where an earlier job has cut it out.
        share: the face's width in that of the picture; 0 where it is not known.
    """

    file: PurePosixPath
    photo: PurePosixPath
    face: Detection | None = None
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class CropReport:
    """What came of a folder of photographs.

    Attributes:
        folder: where the faces are; the original one if nothing had to be done.
        cropped: photographs whose face was cut out.
        kept: pictures that were crops already.
        left_out: pictures that are not used.
        origins: where each face picture comes from.
    """

    folder: Path
    cropped: int
    kept: int
    left_out: tuple[LeftOut, ...]
    origins: tuple[Origin, ...] = ()


def judge(pixels: NDArray[np.uint8], detector: FaceDetector) -> Judgement:
    """Tell whether a BGR picture is a face crop, a photograph of one face, or neither."""
    height, width = pixels.shape[:2]
    may_be_crop = is_nearly_square(width, height)

    def fills(face: Detection) -> bool:
        return may_be_crop and face.box.width >= FILLED_SHARE * width

    if may_be_crop:  # there is no room for another face: the quick look is enough
        faces = detector.detect(pixels)
        if len(faces) == 1 and fills(faces[0]):
            return Judgement("crop")
    faces = detector.detect(pixels, thorough=True)
    if not faces:
        return Judgement("neither", reason="no face was found in it")
    if len(faces) > 1:
        return Judgement("neither", reason=f"{len(faces)} faces were found in it")
    (face,) = faces
    if fills(face):
        return Judgement("crop")
    if face.box.width < MIN_FACE_PX:
        reason = f"its face is only {round(face.box.width)} pixels wide"
        return Judgement("neither", reason=reason)
    return Judgement("photo", face, share=face.box.width / width)


def crop_photos(
    found: Survey,
    target: Path,
    detector: FaceDetector,
    work: Work,
    geometry: CropGeometry = _USUAL_CROP,
) -> CropReport | None:
    """Cut the faces out of a folder's photographs into another folder; None if stopped.

    The target gets the same folders. What it holds already is not made again, so that a job that
    was stopped can be gone on with.

    Args:
        geometry: how much around a face is cut out.

    Raises:
        PicturesError: if the pictures vanish meanwhile.
        StorageError: if the target cannot be written; what was written stays.
    """

    def judged(name: PurePosixPath, file: Path) -> Judgement:
        return _judge_file(found.folder, name, file, detector, geometry)

    make_folder(target)
    work.begin(len(found.large))
    kept = list(found.small)
    left_out = list(found.left_out)
    cropped = 0
    origins: list[Origin] = []
    for name, crop_name in _crop_names(found):
        file = target / crop_name
        judgement = _DONE if file.is_file() else judged(name, file)
        match judgement.kind:
            case "photo":
                cropped += 1
                origins.append(Origin(crop_name, name, judgement.face, judgement.share))
            case "crop":
                kept.append(name)
            case _:
                left_out.append(LeftOut(str(name), judgement.reason))
        if not work.advance():
            return None
    if cropped == 0 and len(left_out) == len(found.left_out):
        with suppress(OSError):  # it is not empty if it was not made here
            target.rmdir()
        return CropReport(found.folder, 0, len(kept), found.left_out)
    work.begin(len(kept))
    for name in kept:
        _copy(found.folder, name, target)
        origins.append(Origin(name, name))
        if not work.advance():
            return None
    return CropReport(target, cropped, len(kept), tuple(left_out), tuple(origins))


def _judge_file(
    folder: Path, name: PurePosixPath, file: Path, detector: FaceDetector, geometry: CropGeometry
) -> Judgement:
    """Judge a picture, and write the face of a photograph."""
    try:
        pixels = read_picture(folder / name)
    except FerError as error:
        _check_there(folder)
        return Judgement("neither", reason=str(error))
    judgement = judge(pixels, detector)
    if judgement.face is not None:
        save_crop(file, face_crop(pixels, judgement.face, geometry))
    return judgement


def _crop_names(found: Survey) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
    """Yield each large picture with the name of its crop, which no other file has."""
    taken = {str(name).casefold() for name in (*found.small, *found.large)}
    for name in found.large:
        crop_name = name.with_suffix(".png")
        if crop_name != name and str(crop_name).casefold() in taken:
            crop_name = name.with_name(f"{name.name}.png")
        taken.add(str(crop_name).casefold())
        yield name, crop_name


def _copy(folder: Path, name: PurePosixPath, target: Path) -> None:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        _check_there(folder)
        raise PicturesError(f"{folder / name} cannot be read: {error.strerror}.") from error
    make_folder((target / name).parent)
    with whole_file(target / name, overwrite=True) as part:
        part.write_bytes(content)


def _check_there(folder: Path) -> None:
    if not folder.is_dir():
        raise PicturesError(
            f"{folder} no longer exists: it was deleted or moved.",
            hint="Choose the pictures again.",
        )


def face_crop(
    pixels: NDArray[np.uint8], face: Detection, geometry: CropGeometry = _USUAL_CROP
) -> NDArray[np.uint8]:
    """Return a face as a model would see it, but larger: RGB, square."""
    from fer_desktop.vision.crops import crop_faces

    smallest, largest = CROP_SIDE_PX
    side_px = min(max(round(geometry.scale * face.box.width), smallest), largest)
    crop: NDArray[np.uint8] = crop_faces(pixels, [face], geometry, side_px, "rgb")[0]
    return crop


def save_crop(file: Path, crop: NDArray[np.uint8]) -> None:
    """Write an RGB crop so that it appears whole or not at all, and nothing but its pixels.

    Raises:
        StorageError: if it cannot be written.
    """
    from PIL import Image

    make_folder(file.parent)
    with whole_file(file) as part:
        Image.fromarray(crop).save(part, format="PNG")
