"""The files that still wait to be analysed, kept from one start to the next."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from fer_desktop import paths
from fer_desktop.errors import SettingsError
from fer_desktop.private_files import OWNER_ONLY
from trainer.contract.checked_json import JsonError, PathText, encode_json, read_json
from trainer.contract.whole_file import replacing

_MOST: Final = 10_000
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the file holds: files, and the sessions of those that were begun."""

    files: Annotated[list[PathText], Meta(max_length=_MOST)]
    begun: Annotated[dict[PathText, PathText], Meta(max_length=_MOST)] = field(default_factory=dict)


def load_queue() -> dict[Path, Path | None]:
    """Return the files that waited and are still there, with the sessions of those begun.

    Raises:
        SettingsError: if the list cannot be read.
    """
    file = paths.queue_file()
    try:
        kept = read_json(file, _Kept, has_odd_names=True)
    except FileNotFoundError:
        return {}
    except (OSError, JsonError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(
            f"The list of files that waited to be analysed cannot be read: {reason}.",
            hint="Add the files again.",
        ) from error
    begun = {Path(name): Path(session) for name, session in kept.begun.items()}
    found = {path: begun.get(path) for path in map(Path, kept.files) if path.is_file()}
    return {path: at if at is not None and at.is_file() else None for path, at in found.items()}


def save_queue(newest: Callable[[], Mapping[Path, Path | None]]) -> None:
    """Keep what waits; nothing is kept where nothing does.

    Args:
        newest: returns what waits now: however several threads come to run, the newest list stays.

    Raises:
        SettingsError: if it cannot be written.
    """
    file = paths.queue_file()
    try:
        with _lock:
            waiting = newest()
            if not waiting:
                file.unlink(missing_ok=True)
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(file, mode=OWNER_ONLY) as part:
                begun = {str(path): str(at) for path, at in waiting.items() if at is not None}
                text = encode_json(_Kept([str(path) for path in waiting], begun))
                part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"The list of files to be analysed cannot be kept: {error.strerror or error}.",
            hint=f"Check that {file.parent} can be written.",
        ) from error
