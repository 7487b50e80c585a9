"""What is asked of a zip file from elsewhere before anything in it is unpacked."""

import stat
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

# Weights, numbers and videos hardly shrink; what shrinks to a hundredth and is large was made to
# fill a disk.
_MOST_RATIO: Final = 100
_ALWAYS_FINE_BYTES: Final = 16 << 20
_ENCRYPTED: Final = 0x1
# What file managers put into archives unasked.
_LITTER: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_LITTER_FOLDER: Final = "__MACOSX"


def member_problem(member: zipfile.ZipInfo, place: str) -> str:
    """Return why a file of an archive must not be unpacked; empty where it may.

    Args:
        member: the file.
        place: where it would be unpacked, in words.
    """
    name = member.orig_filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    leads_out = name.startswith("/") or ".." in PurePosixPath(name).parts
    if leads_out or not name.isprintable() or any(sign in name for sign in "\\:"):
        return f"a file in it would be unpacked outside {place} ({ascii(name)[1:-1]})"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return f"{name} in it is a link, not a file"
    if member.flag_bits & _ENCRYPTED:
        return "it is protected by a password"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "its compression is not supported"
    return ""


def unpacked_bytes(members: Sequence[zipfile.ZipInfo]) -> int:
    """Return how large an archive says it is when unpacked."""
    return sum(member.file_size for member in members)


def is_bloated(members: Sequence[zipfile.ZipInfo]) -> bool:
    """Tell whether files were made to become a hundred times as large."""
    unpacked = unpacked_bytes(members)
    packed = sum(member.compress_size for member in members)
    return unpacked > _ALWAYS_FINE_BYTES and unpacked > _MOST_RATIO * packed


def is_litter(member: zipfile.ZipInfo) -> bool:
    """Tell whether an entry is a folder, or what file managers add."""
    path = PurePosixPath(member.filename)
    return member.is_dir() or _LITTER_FOLDER in path.parts[:1] or path.name.casefold() in _LITTER
