"""What a session file says of itself: its head, its version and the models that it names."""

import errno
import json
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import StorageError
from fer_desktop.files import storage_error
from fer_desktop.recording import row_types
from fer_desktop.recording.migrations import SCHEMA_VERSION, begin_migration, migrate
from fer_desktop.recording.row_types import ModelRow, SessionRow
from trainer.contract.checked_json import Line, as_type, decode_json
from trainer.contract.preset import Preset, preset_from_json

SUFFIX: Final = ".fersession"
APPLICATION_ID: Final = 0x46455244  # "FERD": tells our files from other SQLite files

# The packages that can change a number of the result.
_LIBRARIES: Final = (
    "ai-edge-litert", "av", "jax", "keras", "mediapipe", "numpy", "opencv-contrib-python", "pillow",
    "tensorflow", "torch",
)  # fmt: skip

_ERRNO_OF_SQLITE: Final = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, or a stretch of time, that the user marked.

    Attributes:
        timestamp_us: when, or from when on.
        text: what the user says of it.
        end_us: up to when; None for a moment.
        color: in which it is drawn, ``#rrggbb``; empty for the usual one.
    """

    timestamp_us: int
    text: str
    end_us: int | None = None
    color: str = ""


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model, and the frame from which on a session used it.

    Attributes:
        engine: what ran it, such as "litert"; empty in sessions of older versions.
        device: what that computed on.
    """

    preset: Preset
    from_frame: int
    engine: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One analysed frame, and the name of the model that read it (empty without one)."""

    analysis: FrameAnalysis
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInfo:
    """What stays the same while a session goes on.

    Attributes:
        source: what was analysed.
        started_ns: UTC nanoseconds since 1970.
        app_version: of the application that wrote it.
        libraries: versions of the packages that the numbers depend on.
        settings: the user's choices that matter for the numbers.
        clock: which monotonic clock ``zero_ns`` counts on; empty where that is not known.
        zero_ns: what it said at the source's time 0; None for files.
    """

    source: SourceInfo
    started_ns: int
    app_version: str
    libraries: Mapping[str, str]
    settings: Mapping[str, Any]
    clock: str = ""
    zero_ns: int | None = None


@cache
def library_versions() -> Mapping[str, str]:
    """Return the versions of the installed packages that can change a number."""
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # Keras also runs without TensorFlow
            continue
    return found


def create(path: Path, info: SessionInfo) -> sqlite3.Connection:
    """Create a session in a file that is missing or empty; for handing over to another thread.

    Raises:
        StorageError: if it holds something already or cannot be written.
    """
    try:
        if path.exists() and path.stat().st_size > 0:
            raise StorageError(f"{path} already exists.", hint="Choose another name.")
        db = sqlite3.connect(path, check_same_thread=False)
    except OSError as error:
        raise storage_error(path, error) from error
    except sqlite3.Error as error:
        raise write_error(path, error) from error
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        _create_tables(db, info)
    except sqlite3.Error as error:
        db.close()
        # What is no session yet would stand among them as a damaged one.
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise write_error(path, error) from error
    return db


def write_error(path: Path, error: Exception) -> StorageError:
    """Return what to tell the user about a session that could not be written."""
    code = _ERRNO_OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if code is not None:
        return storage_error(path, OSError(code, str(error)))
    return StorageError(f"{path} cannot be written: {error}.")


def _create_tables(db: sqlite3.Connection, info: SessionInfo) -> None:
    source = info.source
    begin_migration(db, 0)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(
        "INSERT INTO session (id, state, started_ns, app_version, libraries, settings,"
        " kind, name, uri, width_px, height_px, fps, frame_count, duration_us)"
        " VALUES (1, 'recording', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            info.started_ns,
            info.app_version,
            json.dumps(dict(info.libraries)),
            json.dumps(dict(info.settings)),
            source.kind,
            _storable(source.name),
            _storable(source.uri),
            source.width_px,
            source.height_px,
            source.fps,
            source.frame_count,
            source.duration_us,
        ),
    )
    db.commit()


def _storable(text: str) -> str:
    # File names on Linux may hold bytes that are no text; SQLite takes nothing but text.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def distrust(db: sqlite3.Connection) -> None:
    """Take a file that may come from anywhere: nothing in it runs, and no row fills the memory."""
    db.execute("PRAGMA trusted_schema = OFF")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, row_types.MOST_ROW_BYTES)


def check_schema(db: sqlite3.Connection, path: Path) -> None:
    """Refuse files that are not sessions, or come from a newer version; migrate older ones.

    Raises:
        StorageError: if this version cannot read the file.
        sqlite3.Error: if it is no SQLite file at all.
    """
    distrust(db)
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StorageError(f"{path} is not a session of this application.")
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA_VERSION:
        raise StorageError(
            f"{path} was written by a newer version of the application.",
            hint="Update the application to open it.",
        )
    if found < 1:
        raise StorageError(f"{path} is damaged: it has the version {found}.")
    migrate(db, found)
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables.issuperset(row_types.TABLES):  # a view in their place may have no end
        raise StorageError(f"{path} is damaged: it lacks a table.")


def read_info(db: sqlite3.Connection) -> tuple[SessionInfo, SessionEnd | None]:
    """Return what is known of a session from the start, and how it ended.

    It has no end while it goes on, and after a crash.

    Raises:
        ValueError: if the session's own row is missing or damaged.
        sqlite3.Error: if the table cannot be read.
    """
    row = db.execute(
        "SELECT state, started_ns, app_version, libraries, settings, kind, name, uri,"
        " width_px, height_px, fps, frame_count, duration_us, is_whole, missed, problem,"
        " clock, zero_ns FROM session"
    ).fetchone()
    if row is None:
        raise ValueError("it has no head")
    found = as_type(row, SessionRow)
    info = SessionInfo(
        source=SourceInfo(
            kind=found.kind,
            name=found.name,
            uri=found.uri,
            width_px=found.width_px,
            height_px=found.height_px,
            fps=found.fps,
            frame_count=found.frame_count,
            duration_us=found.duration_us,
        ),
        started_ns=found.started_ns,
        app_version=found.app_version,
        libraries=decode_json(found.libraries, dict[Line, Line]),
        settings=decode_json(found.settings, dict[str, Any]),
        clock=found.clock,
        zero_ns=found.zero_ns,
    )
    if found.state == "recording":
        return info, None
    is_whole = None if found.is_whole is None else bool(found.is_whole)
    return info, SessionEnd(is_whole, found.missed, found.problem)


def read_models(db: sqlite3.Connection) -> dict[int, UsedModel]:
    """Return the models that read a frame, in order, or the last one if none has yet.

    Raises:
        ValueError: if one is damaged.
        sqlite3.Error: if the tables cannot be read.
    """
    models = read_all_models(db)
    used = {model_id for (model_id,) in db.execute("SELECT DISTINCT model_id FROM frames")}
    if used.isdisjoint(models):
        used = set(list(models)[-1:])
    return {model_id: model for model_id, model in models.items() if model_id in used}


def read_all_models(db: sqlite3.Connection) -> dict[int, UsedModel]:
    """Return every model that a session names, by number.

    Raises:
        ValueError: if one is damaged.
        sqlite3.Error: if the table cannot be read.
    """
    rows = db.execute("SELECT id, preset, from_frame, engine, device FROM models ORDER BY id")
    found = (as_type(row, ModelRow) for row in rows)
    return {
        row.model_id: UsedModel(
            preset_from_json(row.preset), row.from_frame, row.engine, row.device
        )
        for row in found
    }
