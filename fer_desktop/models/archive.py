"""Models that come from elsewhere, and leave for it: a folder, or the same in one zip file.

Nothing of what comes in is trusted: an archive is judged by its list of contents before anything is
unpacked, and a model becomes one of the user's only when another process has run it.
"""

import errno
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Final

from fer_desktop.errors import ModelError
from fer_desktop.models.conversion import add_litert
from fer_desktop.models.store import MODEL_FILES, cannot_write, check_name, rename_preset
from fer_desktop.paths import user_models_dir
from fer_desktop.vision.engines.trial import try_on_all_engines
from fer_desktop.zip_files import is_bloated, is_litter, member_problem, unpacked_bytes
from trainer.contract.ordinary import refuse_others
from trainer.contract.preset import (
    FACES_FILE,
    LITERT_FILE,
    LITERT_INT8_FILE,
    MODEL_FILE,
    MOST_FACES_BYTES,
    PRESET_FILE,
    PresetError,
    preset_from_json,
)
from trainer.contract.whole_file import remove_leftovers, scratch_folder

_REQUIRED: Final = (PRESET_FILE, MODEL_FILE)
_MOST_ENTRIES: Final = 200
_MOST_BYTES: Final = 2 << 30
_MOST_TEXT_BYTES: Final = 4 << 20
_MOST_OF: Final = {
    MODEL_FILE: _MOST_BYTES,
    LITERT_FILE: _MOST_BYTES,
    LITERT_INT8_FILE: _MOST_BYTES,
    FACES_FILE: MOST_FACES_BYTES,
}
_CHUNK_BYTES: Final = 1 << 20
_FROM_FER: Final = "Choose a zip file that FER Desktop exported, or a model's folder."


def export_model(folder: Path, file: Path) -> None:
    """Write a model folder into a zip file, from which ``import_model`` makes it again.

    Raises:
        OSError: if the folder cannot be read or the file not written.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in MODEL_FILES:
            if (folder / name).is_file():
                archive.write(folder / name, f"{folder.name}/{name}")


def name_of_model(source: Path) -> str:
    """Return what a model calls itself, after a look at nothing but its list of files and preset.

    Args:
        source: a zip file, or a model folder.

    Raises:
        ModelError: if it cannot be a model, or would do harm.
    """
    with _opened(source) as files:
        try:
            return preset_from_json(b"".join(_chunks(source, files[PRESET_FILE]))).name
        except PresetError as error:
            raise _not_a_model(source, str(error)) from error


def import_model(source: Path, name: str) -> Path:
    """Make a model one of the user's, and return its folder; all of it, or nothing is left.

    Args:
        source: a zip file, or a model folder.
        name: what the user calls it; must be free.

    Raises:
        ModelError: if it cannot be used or kept.
    """
    check_name(name)
    parent = user_models_dir()
    with _opened(source) as files:
        try:
            parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(parent)
            with scratch_folder(parent) as scratch:
                staging = scratch / "model"
                staging.mkdir()
                _unpack(source, files, staging)
                _check(staging, source)
                add_litert(staging)
                rename_preset(staging, name)
                check_name(name)  # it may be taken by now
                staging.rename(parent / name)
        except OSError as error:
            raise cannot_write(parent, error) from error
    return parent / name


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of a model that comes in.

    Attributes:
        size_bytes: how large it will be.
        open: gives its content.
    """

    size_bytes: int
    open: Callable[[], IO[bytes]]


@contextmanager
def _opened(source: Path) -> Iterator[Mapping[str, _Part]]:
    """Give the files of a model by their names, all of them judged.

    Raises:
        ModelError: if the source cannot be read, is no model, or would do harm.
    """
    if source.is_dir():
        yield _judged(source, _parts_of_folder(source))
        return
    try:
        refuse_others(source)
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ModelError(f"{source.name} is not a zip file or is damaged.", hint=_FROM_FER) from (
            error
        )
    except OSError as error:
        raise _unreadable(source, error) from error
    with archive:
        yield _judged(source, _parts_of_archive(source, archive))


def _parts_of_folder(folder: Path) -> dict[str, _Part]:
    files = ((name, folder / name) for name in MODEL_FILES if (folder / name).is_file())
    try:
        return {name: _Part(path.stat().st_size, partial(_open_file, path)) for name, path in files}
    except OSError as error:
        raise _unreadable(folder, error) from error


def _open_file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _parts_of_archive(source: Path, archive: zipfile.ZipFile) -> dict[str, _Part]:
    members = archive.infolist()
    if len(members) > _MOST_ENTRIES:
        raise _not_a_model(source, f"it contains {len(members):,} files")
    for member in members:
        _refuse_dangerous(source, member)
    _refuse_bomb(source, members)
    files = [member for member in members if not is_litter(member)]
    if len({PurePosixPath(member.filename).parent for member in files}) > 1:
        raise _not_a_model(source, "its files are not all in one folder")
    parts: dict[str, _Part] = {}
    for member in files:
        name = PurePosixPath(member.filename).name
        if name in parts:
            raise _not_a_model(source, f"it contains {name} twice")
        parts[name] = _Part(member.file_size, partial(archive.open, member))
    return parts


def _refuse_dangerous(source: Path, member: zipfile.ZipInfo) -> None:
    if reason := member_problem(member, "the model's folder"):
        raise ModelError(f"{source.name} is refused: {reason}.", hint=_FROM_FER)


def _refuse_bomb(source: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = unpacked_bytes(members)
    if unpacked > _MOST_BYTES or is_bloated(members):
        raise ModelError(
            f"{source.name} is refused: unpacked it would be {unpacked / 1e6:,.0f} MB, more than a "
            "model can be.",
            hint=_FROM_FER,
        )


def _judged(source: Path, parts: Mapping[str, _Part]) -> Mapping[str, _Part]:
    for name in _REQUIRED:
        if name not in parts:
            raise _not_a_model(source, f"it does not contain {name}")
    for name, part in parts.items():
        if name not in MODEL_FILES:
            raise _not_a_model(source, f"it also contains {name}")
        if part.size_bytes > _MOST_OF.get(name, _MOST_TEXT_BYTES):
            raise _not_a_model(source, f"its {name} is too large")
    return parts


def _unpack(source: Path, parts: Mapping[str, _Part], target: Path) -> None:
    needed = sum(part.size_bytes for part in parts.values())
    if shutil.disk_usage(target).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for name, part in parts.items():
        with (target / name).open("xb") as file:
            for chunk in _chunks(source, part):
                file.write(chunk)


def _chunks(source: Path, part: _Part) -> Iterator[bytes]:
    try:
        with part.open() as content:
            while chunk := content.read(_CHUNK_BYTES):
                yield chunk
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise _unreadable(source, error) from error


def _check(folder: Path, source: Path) -> None:
    """Check that a model works, speaking of it as the source that the user knows."""
    try:
        try_on_all_engines(folder)
    except ModelError as error:
        message = error.message.replace(str(folder), source.name)
        raise ModelError(message, hint=error.hint) from error


def _not_a_model(source: Path, reason: str) -> ModelError:
    return ModelError(f"{source.name} is not a model: {reason}.", hint=_FROM_FER)


def _unreadable(source: Path, error: Exception) -> ModelError:
    reason = (error.strerror if isinstance(error, OSError) else "") or "it is damaged"
    return ModelError(
        f"{source.name} cannot be read: {reason}.", hint="Copy it again, or choose another."
    )
