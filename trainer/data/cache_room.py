"""The cache of decoded datasets: its folder, its size limit, and making room in it."""

import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

CACHE_VARIABLE: Final = "FER_TRAINER_CACHE"
LIMIT_VARIABLE: Final = "FER_TRAINER_CACHE_GB"
_USUAL_GB: Final = 20.0
_MOST_GB: Final = 1e6
# What a killed program has left half done; a running one may be at it for hours.
_ABANDONED_S: Final = 24 * 3600.0
# The folder may be any folder of the person's: what has no such name is not ours to delete.
_OURS: Final = re.compile(r"[0-9a-f]{24}(\.features\.npy)?")
_UNFINISHED: Final = re.compile(r"\.(?:new|unpacked)-\w{8}")


@dataclass(frozen=True)
class CacheEntry:
    """One entry of the cache.

    Attributes:
        path: a folder or file of the cache.
        size: bytes.
        used: when it was used last, seconds since the epoch.
    """

    path: Path
    size: int
    used: float


def cache_dir() -> Path:
    """Return the folder of decoded datasets and features."""
    override = os.environ.get(CACHE_VARIABLE)
    return Path(override) if override else Path(platformdirs.user_cache_dir("fer-train"))


def limit_bytes() -> int:
    """Return how many bytes the cache may have, as the environment says it."""
    try:
        wanted = float(os.environ.get(LIMIT_VARIABLE, ""))
    except ValueError:
        wanted = _USUAL_GB
    if not 0 <= wanted <= _MOST_GB:
        wanted = _USUAL_GB
    return round(wanted * 1e9)


def entries() -> list[CacheEntry]:
    """Return what the cache holds, the least recently used first."""
    return sorted(
        (entry for path in _inside(_OURS) if (entry := _entry(path)) is not None),
        key=lambda entry: entry.used,
    )


def make_room(keep: Path) -> None:
    """Delete what was used least recently until the cache is within its limit.

    Args:
        keep: an entry that stays, however large it is.
    """
    now = time.time()
    for path in _inside(_UNFINISHED):
        left = _entry(path)
        if left is not None and now - left.used > _ABANDONED_S:
            _delete(path)
    found, limit = entries(), limit_bytes()
    used = sum(entry.size for entry in found)
    for entry in found:
        if used <= limit:
            return
        if entry.path != keep:
            _delete(entry.path)
            used -= entry.size


def note_use(entry: Path) -> None:
    """Note that an entry is used now, so that others are deleted first."""
    with suppress(OSError):  # where the cache may only be read
        os.utime(entry)


def clear() -> int:
    """Delete what the cache holds; return how many bytes that was."""
    found = entries()
    for entry in found:
        _delete(entry.path)
    left = {entry.path for entry in entries()}
    return sum(entry.size for entry in found if entry.path not in left)


def _inside(names: re.Pattern[str]) -> list[Path]:
    try:
        return sorted(path for path in cache_dir().iterdir() if names.fullmatch(path.name))
    except OSError:
        return []


def _entry(path: Path) -> CacheEntry | None:
    try:
        files = [path, *path.rglob("*")] if path.is_dir() else [path]
        size = sum(file.stat().st_size for file in files if file.is_file())
        used = path.stat().st_mtime
    except OSError:  # another program may be faster
        return None
    return CacheEntry(path, size, used)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
