"""What a file is known by after it was moved or renamed: its length, and parts of its content."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_desktop.log import get_logger
from fer_desktop.sources.media_names import MEDIA_SUFFIXES

log = get_logger("capture")

_PART_BYTES: Final = 1 << 20
_ENTRIES_MAX: Final = 20_000  # that are looked at in all folders


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Tells files apart without reading all of them.

    Attributes:
        length: in bytes.
        digest: SHA-256 of the first, middle and last part, hexadecimal.
    """

    length: int
    digest: str


def fingerprint(path: Path) -> Fingerprint:
    """Return what a file is known by; three megabytes of it are read.

    Raises:
        OSError: if it cannot be read.
    """
    if not path.is_file():  # opening a pipe would wait for its writer
        raise FileNotFoundError(2, "it is not an ordinary file", str(path))
    with path.open("rb") as file:
        length = file.seek(0, 2)
        digest = hashlib.sha256()
        for start in sorted({0, max(0, length // 2), max(0, length - _PART_BYTES)}):
            file.seek(start)
            digest.update(file.read(_PART_BYTES))
    return Fingerprint(length, digest.hexdigest())


def find_file(wanted: Fingerprint, folders: Iterable[Path]) -> Path | None:
    """Return a file with this content in some folders, but not below them; None if there is none.

    Only files of the same length are read.
    """
    for path in _candidates(folders):
        try:
            if path.stat().st_size == wanted.length and fingerprint(path) == wanted:
                return path
        except OSError as error:
            log.info("%s is passed over: %s", path, error)
    return None


def _candidates(folders: Iterable[Path]) -> Iterator[Path]:
    seen = 0
    for folder in dict.fromkeys(folders):
        try:
            for path in folder.iterdir():
                seen += 1
                if seen > _ENTRIES_MAX:
                    return
                if path.suffix.lower() in MEDIA_SUFFIXES:
                    yield path
        except OSError as error:
            log.info("%s is passed over: %s", folder, error)
