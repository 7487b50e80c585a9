"""A session's file opened to be read, also where nothing can be written."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from fer_desktop.files import storage_error
from fer_desktop.log import get_logger
from fer_desktop.recording.session_format import check_schema, distrust

log = get_logger("recording")

# What SQLite says of a file, or a folder, that it would have to write to.
_READ_ONLY: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


class OpenedSession:
    """A session's file, up to date; to be closed.

    Where it lies on a read-only medium, and is of an older version or was left by a crash, it is
    a copy that is read.

    Attributes:
        db: the connection.
    """

    def __init__(self, path: Path) -> None:
        """Open a session.

        Raises:
            StorageError: if this version cannot read it.
            sqlite3.Error: if it is damaged.
        """
        self._closing = ExitStack()
        try:
            self.db = self._connected(path)
            try:
                check_schema(self.db, path)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _READ_ONLY:
                    raise
                log.info("%s is read as a copy: %s", path, error)
                self.db = self._connected(self._copied(path))
                check_schema(self.db, path)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def once_more(self) -> Iterator[sqlite3.Connection]:
        """Open the same file a second time, for reading by another thread.

        It may see what was written since. To be closed before this is.

        Raises:
            sqlite3.Error: if that cannot be done.
        """
        with closing(sqlite3.connect(self._path)) as db:
            distrust(db)
            yield db

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        self._closing.close()

    def _connected(self, path: Path) -> sqlite3.Connection:
        # Not opened read-only: after a crash SQLite has to put the file in order first.
        db = sqlite3.connect(path)
        self._path = path
        self._closing.callback(db.close)
        return db

    def _copied(self, path: Path) -> Path:
        folder = self._closing.enter_context(
            tempfile.TemporaryDirectory(prefix="fer-desktop-", ignore_cleanup_errors=True)
        )
        copy = Path(folder) / "session"
        try:
            shutil.copyfile(path, copy)
            left = path.with_name(f"{path.name}-wal")  # after a crash
            if left.is_file():
                shutil.copyfile(left, copy.with_name(f"{copy.name}-wal"))
        except OSError as error:
            raise storage_error(path, error) from error
        return copy
