"""Faces cut out of photographs by the application, as the trainer has no detector."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from trainer.contract.checked_json import JsonError, PathText, Prose, decode_json
from trainer.errors import DataError

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class CutOut:
    """The result for one photograph.

    Attributes:
        photo: the file that was named.
        face: its face, a picture in a folder that goes away; None where there is no single one.
        reason: why there is none.
    """

    photo: Path
    face: Path | None
    reason: str = ""


@contextmanager
def faces_of(photos: Sequence[Path], model: Path) -> Iterator[list[CutOut]]:
    """Yield the face of each photograph, framed as a model sees faces; they are gone afterwards.

    Raises:
        DataError: if the application is not installed, or cannot do it.
    """
    with tempfile.TemporaryDirectory(prefix="fer-train-", ignore_cleanup_errors=True) as scratch:
        staged, target = Path(scratch) / "photos", Path(scratch) / "faces"
        staged.mkdir()
        missing: dict[Path, str] = {}
        names = {}
        for number, photo in enumerate(photos):
            name = f"{number:07}{photo.suffix.lower()}"
            try:
                # Another name: two folders may hold pictures of the same one.
                shutil.copyfile(photo, staged / name)
            except OSError as error:
                missing[photo] = f"{photo} cannot be read: {error.strerror}."
            names[name] = photo
        found = _cropped(staged, target, model) if len(missing) < len(photos) else _Cropped(staged)
        reasons = {names[row.name]: row.reason for row in found.left_out}
        root = found.folder
        faces = {names[row.photo]: root / row.file for row in found.files}
        if root == staged:  # all of them were cut out already
            faces = {photo: staged / name for name, photo in names.items() if photo not in missing}
        yield [
            CutOut(photo, faces.get(photo), missing.get(photo) or _said(photo, reasons))
            for photo in photos
        ]


def _said(photo: Path, reasons: dict[Path, str]) -> str:
    return f"{photo}: {reasons[photo].rstrip('.')}." if photo in reasons else ""


@dataclass(frozen=True)
class _LeftOut:
    name: PathText
    reason: Prose


@dataclass(frozen=True)
class _File:
    file: PathText
    photo: PathText


@dataclass(frozen=True)
class _Cropped:
    """What `fer-desktop crop --json` prints, as far as it is used."""

    folder: Path
    left_out: tuple[_LeftOut, ...] = ()
    files: tuple[_File, ...] = ()


def ask_application(words: Sequence[str], kind: type[Answer]) -> Answer:
    """Run a command of the application, which has the detector, and return what it printed.

    Args:
        words: the command; it prints JSON.
        kind: what that says.

    Raises:
        DataError: if the application is not installed, or cannot do it.
    """
    program = [sys.executable] if getattr(sys, "frozen", False) else [
        sys.executable, "-m", "fer_desktop",
    ]  # fmt: skip
    done = subprocess.run([*program, *words], capture_output=True, text=True, check=False)
    try:
        return decode_json(done.stdout, kind, has_odd_names=True)
    except JsonError as error:
        told = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise DataError(
            f"the pictures cannot be searched for faces: {told[0].removeprefix('fer-desktop: ')}",
            hint="This needs the application: fer-desktop --version must run.",
        ) from error


def _cropped(photos: Path, target: Path, model: Path) -> _Cropped:
    words = ["crop", str(photos), "--out", str(target), "--model", str(model), "--json"]
    return ask_application(words, _Cropped)
