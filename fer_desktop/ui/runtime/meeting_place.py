"""Where the windows of one user and profile meet: a socket that nobody else can open."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from fer_desktop import paths
from fer_desktop.log import get_logger

log = get_logger("ui")

_OWNERS_FOLDER: Final = 0o700
_NAME: Final = "fer-desktop"


def meeting_place() -> str:
    """Return the socket's name; empty where there is no folder that only its user can enter."""
    profile = hashlib.sha256(str(paths.settings_file()).encode(errors="replace")).hexdigest()[:16]
    if sys.platform == "win32":
        return f"{_NAME}-{profile}"  # of a pipe, which has rights of its own
    folder = _runtime_folder()
    return str(folder / f"{profile}.socket") if folder is not None else ""


def _runtime_folder() -> Path | None:
    """Return a folder of the user's whose name is short enough for a socket in it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    is_there = bool(runtime) and Path(runtime).is_dir()
    folder = Path(runtime) / _NAME if is_there else Path(tempfile.gettempdir(), _of_user())
    try:
        folder.mkdir(mode=_OWNERS_FOLDER, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        log.info("%s cannot be made: %s", folder, error)
        return None
    # Anybody can make a folder, or a link, of this name among the temporary files.
    is_ours = folder.is_dir() and not folder.is_symlink() and found.st_uid == os.getuid()
    if not is_ours or found.st_mode & 0o077:
        log.warning("%s belongs to somebody else, or others may enter it", folder)
        return None
    return folder


def _of_user() -> str:
    return f"{_NAME}-{os.getuid()}"
