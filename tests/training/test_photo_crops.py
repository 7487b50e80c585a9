import errno
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from fer_desktop.errors import StorageError
from fer_desktop.training.job_progress import Work
from fer_desktop.training.photo_crops import crop_photos, face_crop, judge
from fer_desktop.training.picture_folder import PicturesError, Survey, survey
from fer_desktop.vision.crops import crop_faces
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.data import astronaut
from tests.helpers.faces import face_crops, portrait, save
from trainer.contract.crop import CropGeometry


def surveyed(folder: Path) -> Survey:
    found = survey(folder, Work())
    assert found is not None
    return found


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Photographs of one face, of two, of none, a damaged one, and two crops."""
    folder = tmp_path / "photos"
    save(folder / "happy" / "one.jpg", portrait(0))
    save(folder / "sad" / "two faces.png", np.hstack([portrait(2), portrait(3)]))
    save(folder / "sad" / "none.png", np.full((300, 400, 3), 120, np.uint8))
    save(folder / "sad" / "three.png", portrait(1))
    whole = save(folder / "sad" / "broken.png", portrait(4)).read_bytes()
    (folder / "sad" / "broken.png").write_bytes(whole[:20_000])
    save(folder / "happy" / "one.png", face_crops(1)[0])
    large = cv2.resize(face_crops(1, 200)[0], (224, 224))
    save(folder / "wink" / "large.png", large)
    return folder


def test_what_a_picture_is(detector: MediaPipeFaceDetector) -> None:
    assert judge(portrait(), detector).kind == "photo"
    assert judge(astronaut(), detector).kind == "photo"
    crop = cv2.cvtColor(face_crops(1, 256)[0], cv2.COLOR_GRAY2BGR)
    assert judge(crop, detector).kind == "crop"
    # A face that fills a portrait from top to bottom is none as long as its sides are not cut.
    wide = cv2.copyMakeBorder(crop, 0, 0, 128, 128, cv2.BORDER_REPLICATE)
    assert judge(wide, detector).kind == "photo"
    none = judge(np.full((300, 300, 3), 90, np.uint8), detector)
    assert (none.kind, none.reason) == ("neither", "no face was found in it")
    several = judge(np.hstack([portrait(2), portrait(3)]), detector)
    assert (several.kind, several.reason) == ("neither", "2 faces were found in it")


def test_a_crop_is_framed_as_the_application_frames_it(detector: MediaPipeFaceDetector) -> None:
    (face,) = detector.detect(astronaut())
    crop = face_crop(astronaut(), face)
    side = crop.shape[0]
    assert crop.shape == (side, side, 3)
    assert side == round(CropGeometry().scale * face.box.width)
    (expected,) = crop_faces(astronaut(), [face], CropGeometry(), side, "rgb")
    assert (crop == expected).all()
    again = judge(np.ascontiguousarray(crop[..., ::-1]), detector)
    assert again.kind == "crop"


def test_faces_go_into_another_folder(
    photos: Path, tmp_path: Path, detector: MediaPipeFaceDetector
) -> None:
    before = {path: path.read_bytes() for path in photos.rglob("*") if path.is_file()}
    found, target, work = surveyed(photos), tmp_path / "faces", Work()
    report = crop_photos(found, target, detector, work)
    assert report is not None
    assert report.folder == target
    assert (report.cropped, report.kept) == (2, 2)
    written = sorted(path.relative_to(target).as_posix() for path in target.rglob("*.*"))
    assert written == [
        "happy/one.jpg.png",  # beside the crop that has its name
        "happy/one.png",
        "sad/three.png",
        "wink/large.png",
    ]
    reasons = {item.name: item.reason for item in report.left_out}
    assert set(reasons) == {"sad/two faces.png", "sad/none.png", "sad/broken.png"}
    assert reasons["sad/two faces.png"] == "2 faces were found in it"
    assert "damaged" in reasons["sad/broken.png"]
    # What was a crop stays as it is, byte for byte, and nothing of the original is touched.
    for name in ("happy/one.png", "wink/large.png"):
        assert (target / name).read_bytes() == (photos / name).read_bytes()
    assert before == {path: path.read_bytes() for path in photos.rglob("*") if path.is_file()}


def test_a_crop_holds_nothing_but_its_pixels(
    tmp_path: Path, detector: MediaPipeFaceDetector
) -> None:
    image = Image.fromarray(portrait()[..., ::-1])
    exif = image.getexif()
    exif[0x010F] = "a camera"
    (tmp_path / "in" / "happy").mkdir(parents=True)
    image.save(tmp_path / "in" / "happy" / "a.jpg", exif=exif)
    save(tmp_path / "in" / "sad" / "b.jpg", portrait(1))
    crop_photos(surveyed(tmp_path / "in"), tmp_path / "out", detector, Work())
    with Image.open(tmp_path / "out" / "happy" / "a.png") as crop:
        assert not crop.getexif()
        assert not crop.info


def test_where_all_are_crops_nothing_is_written(
    tmp_path: Path, detector: MediaPipeFaceDetector
) -> None:
    folder = tmp_path / "crops"
    for label in ("happy", "sad"):
        for at, crop in enumerate(face_crops(2, 200)):
            save(folder / label / f"{at}.png", crop)
    report = crop_photos(surveyed(folder), tmp_path / "faces", detector, Work())
    assert report is not None
    assert (report.folder, report.cropped, report.kept) == (folder, 0, 4)
    assert not (tmp_path / "faces").exists()


class Stopping(Work):
    """Asks to stop after some steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._left = steps

    def advance(self) -> bool:
        self._left -= 1
        if not self._left:
            self.stop()
        return super().advance()


def test_what_was_stopped_can_be_gone_on_with(
    photos: Path, tmp_path: Path, detector: MediaPipeFaceDetector
) -> None:
    found, target = surveyed(photos), tmp_path / "faces"
    assert crop_photos(found, target, detector, Stopping(1)) is None
    (first,) = target.rglob("*.png")
    written = first.stat().st_mtime_ns
    report = crop_photos(found, target, detector, Work())
    assert report is not None
    assert report.cropped == 2
    assert first.stat().st_mtime_ns == written


def test_a_full_disk_is_one_message_and_what_was_written_stays(
    photos: Path,
    tmp_path: Path,
    detector: MediaPipeFaceDetector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target, saves = tmp_path / "faces", Image.Image.save

    def fill_up(image: Image.Image, *args: object, **options: object) -> None:
        if list(target.rglob("[!.]*.png")):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        saves(image, *args, **options)

    monkeypatch.setattr(Image.Image, "save", fill_up)
    with pytest.raises(StorageError, match="the disk is full") as full:
        crop_photos(surveyed(photos), target, detector, Work())
    assert "Free some space" in full.value.hint
    (kept,) = [path for path in target.rglob("*") if path.is_file()]
    with Image.open(kept) as crop:
        crop.load()


def test_pictures_that_vanish_meanwhile_are_one_message(
    photos: Path, tmp_path: Path, detector: MediaPipeFaceDetector
) -> None:
    found = surveyed(photos)
    photos.rename(tmp_path / "elsewhere")
    with pytest.raises(PicturesError, match="no longer exists"):
        crop_photos(found, tmp_path / "faces", detector, Work())
