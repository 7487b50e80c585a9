"""Whether a path leads to a file that can be read at all."""

import errno
import stat
from pathlib import Path
from typing import Final

from fer_desktop.errors import SourceError

HEAD_BYTES: Final = 64  # enough to tell the formats that need a package of their own


def check_file(path: Path) -> bytes:
    """Make sure that a path is an ordinary file that may be read; return how it begins.

    Raises:
        SourceError: if it is not.
    """
    head = b""
    try:
        # Asked before it is opened: a pipe or a device may keep whoever opens it waiting.
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise SourceError(
                f"{path.name or path} is a folder.", hint="Choose a video or an image in it."
            )
        if not stat.S_ISREG(found.st_mode):
            raise SourceError(
                f"{path.name} is {_kind(found.st_mode)}, not a file.",
                hint="Choose a video or an image.",
            )
        if found.st_size:
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise SourceError(f"There is no file {path}.", hint="Check its name.") from error
    except PermissionError as error:
        raise SourceError(
            f"{path.name} may not be read.",
            hint="Check the permissions of the file and its folder.",
        ) from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read: {_cause(error)}.") from error
    if not head:
        raise SourceError(f"{path.name} is empty.", hint="Copy or record it again.")
    return head


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _cause(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return "its name contains a character that file names cannot contain"
    if error.errno == errno.ELOOP:
        return "it is a symbolic link that points back to itself"
    if error.errno == errno.ENAMETOOLONG:
        return "its name is too long"
    if error.errno == errno.ENOTDIR:
        return "a part of its path is a file, not a folder"
    return error.strerror or str(error)
