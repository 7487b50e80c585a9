"""The state of a run on disk: replaced as a whole after each epoch, never half written."""

import io
import json
from pathlib import Path
from typing import Annotated, Any, Final, TypedDict

import numpy as np
from msgspec import Meta

from trainer.contract.checked_json import Count, Line, Number, Seconds, as_type, decode_json
from trainer.contract.whole_file import replacing
from trainer.data.array_file import read_arrays
from trainer.errors import RunError

CHECKPOINT_FILE: Final = "checkpoint.npz"
BEST_FILE: Final = "best.npz"


class ProgressFacts(TypedDict, total=False):
    """What a checkpoint says of how far its training has come."""

    epoch: Count
    best_accuracy: Annotated[float, Meta(ge=-1, le=1)]
    best_epoch: Count
    waited: Count
    plateau_waited: Count
    seconds: Seconds
    history: list[dict[Line, Number]]


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, if they are not there.

    Raises:
        RunError: if that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"{folder} cannot be made: {error.strerror}.", hint="Choose another --out."
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it appears whole or not at all."""
    try:
        with replacing(path) as part:
            part.write_bytes(content)
    except OSError as error:
        raise RunError(
            f"{path} cannot be written: {error.strerror}.", hint="The last good copy is kept."
        ) from error


def save_state(path: Path, weights: list[Any], optimizer: list[Any], facts: dict[str, Any]) -> None:
    """Write network weights, optimizer variables and facts about the run."""
    arrays = {f"w{at}": np.asarray(value) for at, value in enumerate(weights)}
    arrays |= {f"o{at}": np.asarray(value) for at, value in enumerate(optimizer)}
    buffer = io.BytesIO()
    np.savez(buffer, facts=np.array(json.dumps(facts)), **arrays)  # type: ignore[arg-type]
    write_atomically(path, buffer.getvalue())


def load_state(path: Path) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """Read what ``save_state`` wrote.

    Raises:
        RunError: if the file is missing or damaged.
    """
    try:
        stored = read_arrays(path)
        facts = decode_json(str(stored["facts"]), dict[str, Any])
        as_type(facts, ProgressFacts)
        count = {kind: sum(name.startswith(kind) for name in stored) for kind in "wo"}
        weights = [stored[f"w{at}"] for at in range(count["w"])]
        optimizer = [stored[f"o{at}"] for at in range(count["o"])]
    except FileNotFoundError as error:
        raise RunError(f"{path} does not exist.", hint="There is no run to resume.") from error
    except (OSError, ValueError, KeyError, MemoryError) as error:
        raise RunError(f"{path} is damaged.", hint="Start a new run.") from error
    return weights, optimizer, facts


def epochs_done(folder: Path) -> int:
    """Return how many epochs the checkpoint in a folder has behind it, 0 without one."""
    path = folder / CHECKPOINT_FILE
    return int(load_state(path)[2].get("epoch", 0)) if path.exists() else 0
