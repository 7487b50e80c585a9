"""Files that nobody else on this computer may read: settings, sessions, trainings, the log.

Windows and macOS close the folders of a user to others already.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from fer_desktop import paths

OWNER_ONLY: Final = 0o600
_OWNERS_FOLDER: Final = 0o700


def keep_private(path: Path) -> None:
    """Let only its owner read a file, or enter a folder; where that is not possible, do nothing."""
    if sys.platform == "win32":
        return
    with suppress(OSError):  # it is gone, somebody else's, or on a disk without rights
        mode = _OWNERS_FOLDER if path.is_dir() else OWNER_ONLY
        if path.stat().st_mode & 0o777 & ~mode:
            path.chmod(mode)


def protect_user_files() -> None:
    """Take from others what former versions let them read."""
    settings, log, sessions = paths.settings_file(), paths.log_file(), paths.sessions_dir()
    for path in (
        *settings.parent.glob(f"{settings.stem}*{settings.suffix}"),
        *log.parent.glob(f"{log.stem}*"),
        *sessions.glob("*"),
        sessions,
        paths.runs_dir(),
    ):
        keep_private(path)
