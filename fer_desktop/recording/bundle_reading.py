"""Bundles from elsewhere: nothing in one is trusted.

Its list of contents is judged before anything is unpacked, names in it are never those of files
that are written, and every session is checked by the reader of all sessions.
"""

import errno
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from fer_desktop.errors import SourceError, StorageError
from fer_desktop.files import storage_error
from fer_desktop.private_files import OWNER_ONLY
from fer_desktop.recording.bundle_format import (
    FORMAT_VERSION,
    LIST_FILE,
    MOST_BYTES,
    MOST_LIST_BYTES,
    MOST_SESSION_BYTES,
    MOST_SESSIONS,
    BundledSession,
    BundleList,
    BundleVersion,
)
from fer_desktop.recording.session_format import SUFFIX
from fer_desktop.recording.session_pictures import check_pictures
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.zip_files import is_bloated, is_litter, member_problem, unpacked_bytes
from trainer.contract.checked_json import JsonError, decode_json
from trainer.contract.ordinary import refuse_others

_CHUNK_BYTES: Final = 1 << 20
_HINT: Final = "Choose a bundle that FER Desktop wrote, or ask for it to be sent again."


class Bundle:
    """A bundle whose contents were judged; its files are taken out one by one.

    Attributes:
        path: the file.
        sessions: what is in it.
    """

    def __init__(
        self,
        path: Path,
        archive: zipfile.ZipFile,
        members: dict[str, zipfile.ZipInfo],
        sessions: Sequence[BundledSession],
    ) -> None:
        """Take a bundle that was judged: see ``opened_bundle``."""
        self.path = path
        self.sessions = tuple(sessions)
        self._archive = archive
        self._members = members

    def take_session(self, session: BundledSession, target: Path) -> SessionSummary:
        """Write a session to a new file, and make sure that it can be read.

        Raises:
            StorageError: if it is damaged or newer than this version, or cannot be written.
        """
        self._take(session.file, target)
        try:
            with closing(sqlite3.connect(target)) as db:
                _refuse_programs(db)
            with SessionReader(target) as reader:
                summary = reader.summary()
                reader.marks()
                reader.corrections()
                for _ in reader.rows():
                    pass
                return summary
        except sqlite3.Error as error:
            raise self._damaged(f"a session in it is none: {error}") from error
        except StorageError as error:
            message = error.message.replace(str(target), f"A session in {self.path.name}")
            raise StorageError(message, hint=error.hint or _HINT) from error

    def take_video(self, name: str, summary: SessionSummary, target: Path) -> None:
        """Write the analysed file of a session, or a recording of it, to a new file.

        Raises:
            StorageError: if it is another file than the one that was analysed or recorded, or
                cannot be written.
        """
        self._take(name, target)
        try:
            check_pictures(summary, target)
        except SourceError as error:
            raise self._damaged(f"{name} in it does not belong to its session") from error

    def _take(self, name: str, target: Path) -> None:
        member = self._members[name]
        try:
            if shutil.disk_usage(target.parent).free < member.file_size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY)
            with os.fdopen(descriptor, "wb") as file:
                for chunk in self._chunks(member):
                    file.write(chunk)
        except OSError as error:
            raise storage_error(target.parent, error) from error

    def _chunks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._archive.open(member) as content:
                while True:
                    chunk = content.read(_CHUNK_BYTES)
                    if not chunk:
                        return
                    yield chunk
        except (EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
            raise self._damaged(f"{member.filename} cannot be unpacked") from error

    def _damaged(self, reason: str) -> StorageError:
        return _damaged(self.path, reason)


@contextmanager
def opened_bundle(path: Path) -> Iterator[Bundle]:
    """Give a bundle after a look at its list of contents; nothing is unpacked for it.

    Raises:
        StorageError: if it cannot be read, is none, is newer than this version, or would do harm.
    """
    try:
        refuse_others(path)
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _damaged(path, "it is not a zip file or its end is missing") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}.") from error
    with archive:
        members = _judged_members(path, archive)
        yield Bundle(path, archive, members, _judged_list(path, archive, members))


def _judged_members(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > 4 * MOST_SESSIONS:
        raise _refused(path, f"it contains {len(members):,} files")
    for member in members:
        if reason := member_problem(member, "its folder"):
            raise _refused(path, reason)
    if is_bloated(members) or unpacked_bytes(members) > MOST_BYTES:
        size = f"{unpacked_bytes(members) / 1e6:,.0f} MB"
        raise _refused(path, f"unpacked it would be {size}, more than its sessions can be")
    files: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        if is_litter(member):
            continue
        if member.filename in files:
            raise _refused(path, f"it contains {member.filename} twice")
        if member.filename.endswith(SUFFIX) and member.file_size > MOST_SESSION_BYTES:
            raise _refused(path, f"{member.filename} in it is too large")
        files[member.filename] = member
    return files


def _judged_list(
    path: Path, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]
) -> tuple[BundledSession, ...]:
    about = members.get(LIST_FILE)
    if about is None:
        raise StorageError(f"{path.name} is not a bundle of sessions.", hint=_HINT)
    if about.file_size > MOST_LIST_BYTES:
        raise _refused(path, f"its {LIST_FILE} is too large")
    try:
        content = archive.read(about)
        if decode_json(content, BundleVersion).format_version > FORMAT_VERSION:
            raise StorageError(
                f"{path.name} was written by a newer version of the application.",
                hint="Update the application to open it.",
            )
        sessions = decode_json(content, BundleList).sessions
    except (JsonError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(path, f"its {LIST_FILE} cannot be read") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}.") from error
    names = [name for one in sessions for name in (one.file, one.video, *one.recordings) if name]
    if len(set(names)) != len(names):
        raise _damaged(path, f"its {LIST_FILE} names a file twice")
    for name in names:
        if name not in members:
            raise _damaged(path, f"it lacks {name}")
    if spare := sorted(members.keys() - {LIST_FILE, *names}):
        raise _refused(path, f"it also contains {ascii(spare[0])[1:-1]}")
    return sessions


def _refuse_programs(db: sqlite3.Connection) -> None:
    """Refuse what would run, or pretend to be a table, when the session is used."""
    db.execute("PRAGMA trusted_schema = OFF")
    found = db.execute(
        "SELECT COUNT(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')"
        " OR sql LIKE 'CREATE VIRTUAL%'"
    ).fetchone()[0]
    if found:
        raise sqlite3.DatabaseError("it holds more than tables")
    (state,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise sqlite3.DatabaseError("its tables are damaged")


def _damaged(path: Path, reason: str) -> StorageError:
    return StorageError(f"{path.name} is damaged: {reason}.", hint=_HINT)


def _refused(path: Path, reason: str) -> StorageError:
    return StorageError(f"{path.name} is refused: {reason}.", hint=_HINT)
