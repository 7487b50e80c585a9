"""Which names images and videos usually have, and those in a folder."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fer_desktop.errors import SourceError

PICTURE_SUFFIXES: Final = (
    ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".avif", ".heic", ".heif",
)  # fmt: skip
VIDEO_SUFFIXES: Final = (
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv", ".ts",
    ".mjpeg", ".mjpg",
)  # fmt: skip
MEDIA_SUFFIXES: Final = frozenset(PICTURE_SUFFIXES + VIDEO_SUFFIXES)


def is_media_name(name: str) -> bool:
    """Tell by its ending whether a name is that of an image or a video."""
    return Path(name).suffix.lower() in MEDIA_SUFFIXES


def media_in(folder: Path) -> list[Path]:
    """Return the images and videos of a folder, by name; subfolders are not searched.

    Raises:
        SourceError: if there are none, or it cannot be read.
    """
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name.casefold())
        found = [entry for entry in entries if is_media_name(entry.name) and entry.is_file()]
    except OSError as error:
        raise SourceError(f"{folder} cannot be read: {error.strerror or error}.") from error
    if not found:
        raise SourceError(
            f"There is no image or video in the folder {folder.name or folder}.",
            hint="Subfolders are not searched.",
        )
    return found


def with_folders_opened(
    paths: Iterable[Path],
) -> Iterator[tuple[Path, SourceError | None]]:
    """Yield paths, in place of each folder what is in it, or the reason why there is nothing."""
    for path in paths:
        if not os.path.isdir(path):  # unlike Path.is_dir() it never fails
            yield path, None
            continue
        try:
            yield from ((entry, None) for entry in media_in(path))
        except SourceError as error:
            yield path, error
