"""``fer-desktop crop``: faces cut out of photographs, for training."""

import argparse
import csv
import json
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from fer_desktop.errors import FerError, ModelError, StorageError
from fer_desktop.files import shown_name, whole_file
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.recording.text_cells import text_cell
from fer_desktop.settings import Settings
from fer_desktop.sources.pictures import read_picture
from fer_desktop.training.job_progress import Work
from fer_desktop.training.photo_crops import CropReport, crop_photos
from fer_desktop.training.picture_folder import Survey, survey
from trainer.contract.checked_json import encode_json
from trainer.contract.crop import CropGeometry
from trainer.contract.dataset_facts import ORIGINS_FILE
from trainer.contract.found_faces import FoundFace, FoundFaces, PictureFaces
from trainer.contract.preset import PresetError, read_preset
from trainer.contract.text import counted

# A face that is narrower takes up a small part of its picture.
_SMALL_SHARE: Final = 0.5
_COLUMNS: Final = ("file", "photo", "x_px", "y_px", "width_px", "height_px", "score")


def crop(args: argparse.Namespace) -> int:
    """Cut out the faces, report what was done, and return the exit status.

    Raises:
        FerError: if the pictures, the target or the detector cannot be used.
    """
    if args.boxes:
        print(encode_json(_boxes(args.folder)))
        return 0
    geometry = _geometry(args.model)
    found = survey(args.folder, Work(), is_labelled=False)
    assert found is not None  # nobody stops the work
    if args.check:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            report = _cropped(found, Path(scratch) / "faces", geometry)
            _tell(args, report)
        return 0
    if args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        raise StorageError(
            f"{args.out} is there already.", hint="Choose a new folder for the faces."
        )
    if args.out.resolve().is_relative_to(args.folder.resolve()):
        raise StorageError(
            f"{args.out} lies in the folder of photographs.", hint="Choose one outside of it."
        )
    report = _cropped(found, args.out, geometry)
    if report.folder == args.out:
        _write_origins(args.out, report)
    _tell(args, report)
    return 0 if report.cropped + report.kept else 1


def _boxes(folder: Path) -> FoundFaces:
    """Return where the detector sees faces; pictures that cannot be read are left out."""
    from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

    found = survey(folder, Work(), is_labelled=False)
    assert found is not None  # nobody stops the work
    pictures = []
    with closing(MediaPipeFaceDetector(min_score=Settings().min_detection_score)) as detector:
        for name in sorted((*found.small, *found.large)):
            try:
                faces = detector.detect(read_picture(folder / name))
            except FerError as error:
                print(f"left out: {shown_name(f'{name}: {error}')}", file=sys.stderr)
                continue
            boxes = (
                FoundFace(box.x1, box.y1, box.width, box.height, face.score)
                for face in faces
                for box in [face.box]
            )
            pictures.append(PictureFaces(str(name), tuple(boxes)))
    return FoundFaces(tuple(pictures))


def _geometry(model: str) -> CropGeometry:
    if not model:
        return CropGeometry()
    try:
        return read_preset(resolve_model(model)).crop
    except PresetError as error:
        raise ModelError(f"{error}.", hint="Give another model.") from error


def _cropped(found: Survey, target: Path, geometry: CropGeometry) -> CropReport:
    from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

    detector = MediaPipeFaceDetector(min_score=Settings().min_detection_score)
    try:
        report = crop_photos(found, target, detector, Work(), geometry)
    finally:
        detector.close()
    assert report is not None
    return report


def _write_origins(target: Path, report: CropReport) -> None:
    with (
        whole_file(target / ORIGINS_FILE) as part,
        part.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for origin in report.origins:
            box = origin.face.box if origin.face is not None else None
            numbers = (
                (f"{box.x1:.1f}", f"{box.y1:.1f}", f"{box.width:.1f}", f"{box.height:.1f}")
                if box is not None
                else ("", "", "", "")
            )
            score = f"{origin.face.score:.3f}" if origin.face is not None else ""
            names = (text_cell(str(origin.file)), text_cell(str(origin.photo)))
            writer.writerow((*names, *numbers, score))


def _tell(args: argparse.Namespace, report: CropReport) -> None:
    small = sum(0 < origin.share < _SMALL_SHARE for origin in report.origins)
    total = report.cropped + report.kept + len(report.left_out)
    if args.json:
        facts: dict[str, Any] = {
            "folder": None if args.check else str(report.folder),
            "pictures": total,
            "cropped": report.cropped,
            "kept": report.kept,
            "small_faces": small,
            "left_out": [{"name": item.name, "reason": item.reason} for item in report.left_out],
            "files": [
                {"file": str(origin.file), "photo": str(origin.photo)} for origin in report.origins
            ],
        }
        print(json.dumps(facts, indent=1))
        return
    for item in report.left_out:
        print(f"left out: {shown_name(f'{item.name}: {item.reason}')}", file=sys.stderr)
    print(
        f"{counted(total, 'picture')}: {report.cropped:,} photographs of one face, {report.kept:,} "
        f"cut out already, {len(report.left_out):,} left out."
    )
    if small:
        print(
            f"In {small:,} of them ({small / total:.0%}) the face takes up less than half of the "
            "width: a model for faces must not be shown such pictures whole."
        )
    if not args.check and report.folder == args.out:
        print(f"The faces are in {shown_name(str(args.out))}: fer-train inspect --data {args.out}")
    elif not args.check:
        print("Nothing had to be cut out: use the folder as it is.")
