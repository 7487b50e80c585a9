"""Unpacking untrusted archives: checked member by member, within a size limit."""

import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from trainer.contract.text import one_line
from trainer.data.faces import Skipped
from trainer.data.picture_tree import is_ignored
from trainer.errors import DataError

ARCHIVE_SUFFIXES: Final = (
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"
)  # fmt: skip
_OTHER_ARCHIVES: Final = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".lz4")

MOST_MEMBERS: Final = 5_000_000
# Pictures hardly shrink; pixels written as text shrink to a third, tables to a twentieth.
_MOST_RATIO: Final = 100
_ALWAYS_FINE_BYTES: Final = 256 << 20
_MOST_BYTES: Final = 512 << 30
_SPARE_BYTES: Final = 256 << 20
_CHUNK: Final = 1 << 20
_LONGEST_PATH: Final = 1024
_ENCRYPTED: Final = 0x1
_DAMAGED: Final = (
    tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, OverflowError,
    NotImplementedError, UnicodeError,
)  # fmt: skip


@dataclass(frozen=True)
class _Member:
    name: str
    kind: str  # "file", "folder", "link" or "other"
    handle: zipfile.ZipInfo | tarfile.TarInfo


_Open = Callable[[_Member], IO[bytes]]


def is_archive(path: Path) -> bool:
    """Tell by its name and beginning whether a file is an archive that can be unpacked."""
    if not path.is_file():
        return False
    try:
        named = path.name.lower().endswith(ARCHIVE_SUFFIXES)
        return named or zipfile.is_zipfile(path) or _starts_as_tar(path)
    except OSError:
        return False


def other_archive(path: Path) -> str:
    """Return the kind of an archive that cannot be unpacked here, nothing for other files."""
    name = path.name.lower()
    if not path.is_file() or name.endswith(ARCHIVE_SUFFIXES):
        return ""
    return next((suffix for suffix in _OTHER_ARCHIVES if name.endswith(suffix)), "")


def unpack(archive: Path, folder: Path) -> list[Skipped]:
    """Unpack an archive into an empty folder; return the members that were left out.

    Args:
        archive: a zip or tar file, packed or not.
        folder: must exist; nothing is written outside of it.

    Raises:
        DataError: if the archive is damaged, would write elsewhere, or is larger than it may be.
    """
    try:
        with _opened(archive) as (members, open_member):
            return _unpack_members(archive, folder, members, open_member)
    except _DAMAGED as error:
        reason = one_line(str(error).split("\n")[0].rstrip(":. ")) or type(error).__name__
        raise DataError(
            f"{archive} is damaged or not an archive: {reason}.", hint="Download it again."
        ) from error
    except RuntimeError as error:  # zipfile's word for a password
        raise DataError(f"{archive} cannot be unpacked: {error}.") from error


def _unpack_members(
    archive: Path, folder: Path, members: Iterator[_Member], open_member: _Open
) -> list[Skipped]:
    left_out: list[Skipped] = []
    room, written, seen = _room(archive, folder), 0, set[str]()
    for count, member in enumerate(members, 1):
        if count > MOST_MEMBERS:
            raise DataError(f"{archive} is refused: it has more than {MOST_MEMBERS:,} members.")
        parts = _safe_parts(archive, member.name)
        if any(map(is_ignored, parts)) or member.kind == "folder" or not parts:
            _make_folder(folder, parts, member)
            continue
        name = "/".join(parts)
        if member.kind != "file":
            left_out.append(Skipped(name, "it is a link" if member.kind == "link" else "no file"))
            continue
        if name in seen:
            left_out.append(Skipped(name, "the archive holds it more than once"))
            continue
        seen.add(name)
        target = folder.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with open_member(member) as source, target.open("xb") as file:
                while chunk := source.read(_CHUNK):
                    written += len(chunk)
                    if written > room:
                        raise _too_large(archive, written)
                    file.write(chunk)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            left_out.append(Skipped(name, "another member of the archive has its name"))
        except OSError as error:
            raise DataError(
                f"{archive} cannot be unpacked: {name[:80]}: {error.strerror or error}.",
                hint="Free some space, or unpack it yourself and give the folder.",
            ) from error
    return left_out


def _make_folder(folder: Path, parts: tuple[str, ...], member: _Member) -> None:
    """Make a folder that the archive names, so that an empty one is seen; not a hidden one."""
    if member.kind == "folder" and parts and not any(map(is_ignored, parts)):
        with suppress(OSError):
            folder.joinpath(*parts).mkdir(parents=True, exist_ok=True)


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[Iterator[_Member], _Open]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            infos = packed.infolist()
            if any(info.flag_bits & _ENCRYPTED for info in infos):
                raise DataError(
                    f"{archive} is locked with a password.",
                    hint="Unpack it yourself and give the folder.",
                )
            total = sum(info.file_size for info in infos)
            if total > _most_bytes(archive):
                raise _too_large(archive, total)
            yield (
                (_Member(info.filename, _zip_kind(info), info) for info in infos),
                lambda member: packed.open(cast("zipfile.ZipInfo", member.handle)),
            )
    else:
        with tarfile.open(archive, "r:*") as tape:
            yield (
                (_Member(info.name, _tar_kind(info), info) for info in tape),
                lambda member: _tar_content(tape, cast("tarfile.TarInfo", member.handle)),
            )


def _zip_kind(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "link"
    return "folder" if info.is_dir() else "file"


def _tar_kind(info: tarfile.TarInfo) -> str:
    if info.issym() or info.islnk():
        return "link"
    if info.isdir():
        return "folder"
    # A sparse file promises more than the archive holds.
    return "file" if info.isreg() and not info.issparse() else "other"


def _tar_content(tape: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    content = tape.extractfile(info)
    if content is None:
        raise tarfile.ReadError(f"{info.name} has no content")
    return content


def _safe_parts(archive: Path, name: str) -> tuple[str, ...]:
    """Return a member's path as names of folders and file.

    Raises:
        DataError: if it leads out of the archive's own folder.
    """
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    is_outside = plain.startswith("/") or ".." in parts or any(":" in part for part in parts[:1])
    if is_outside or "\0" in plain or len(plain) > _LONGEST_PATH:
        raise DataError(
            f"{archive} is refused: it holds {one_line(name, 80)!r}, which would be written "
            "outside of its folder.",
            hint="Get it from somebody else.",
        )
    return tuple(part for part in parts if part != ".")


def _most_bytes(archive: Path) -> int:
    return min(_MOST_BYTES, max(_ALWAYS_FINE_BYTES, _MOST_RATIO * archive.stat().st_size))


def _room(archive: Path, folder: Path) -> int:
    free = shutil.disk_usage(folder).free - _SPARE_BYTES
    return min(_most_bytes(archive), max(free, 0))


def _too_large(archive: Path, size: int) -> DataError:
    return DataError(
        f"{archive} is refused: unpacked it would have {size / 1e6:,.0f} MB or more, which is more "
        "than it can hold or than there is room for.",
        hint="Free some space, or unpack it yourself and give the folder.",
    )


def _starts_as_tar(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(257)
        return file.read(5) == b"ustar"
