"""Files that whoever opens them need not wait for."""

import errno
from pathlib import Path


def refuse_others(path: Path) -> None:
    """Refuse pipes and devices: opening one may wait for ever, and reading it never end.

    Folders and what is missing are left to whoever opens them.

    Raises:
        OSError: if it is one.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
