"""A user's own network from a Python file: ``--system my_net.py:build``.

The file's function takes scaled pixels and the number of labels, and returns the logits, as the
systems in this package do. Its code is executed, so it must be the user who names the file: one
that only a run's or model's files name is not loaded.
"""

import importlib.util
import re
from pathlib import Path
from typing import Any, Final

from trainer.config import Recipe
from trainer.errors import UnknownSystemError
from trainer.systems.system import System

_NAME: Final = re.compile(r"(?P<file>.+\.py):(?P<function>[A-Za-z_]\w*)")
_allowed: Final[set[str]] = set()
_loaded: Final[dict[str, System]] = {}


def allow(name: str) -> None:
    """Allow a file to be loaded because the user has named it."""
    if _NAME.fullmatch(name):
        _allowed.add(name)


def own_system(name: str) -> System | None:
    """Return the system that ``FILE.py:FUNCTION`` names, None for another kind of name.

    Raises:
        UnknownSystemError: if the file cannot be used, or the person did not name it.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    if name not in _allowed:
        raise UnknownSystemError(
            f"the network is built by {name}, which is run only where you name it.",
            hint=f"If you trust the file, add --system {name}.",
        )
    if name not in _loaded:
        path = Path(match["file"])
        # Names with points and slashes are none for Keras.
        title = re.sub(r"\W+", "_", path.stem).strip("_") or "own"
        _loaded[name] = System(
            name=name,
            study="own",
            title=f"{title}_{match['function']}",
            layers=f"as {path.name} builds them",
            labels="fer7",
            body=_function(path, match["function"]),
            recipe=Recipe(),
        )
    return _loaded[name]


def _function(path: Path, name: str) -> Any:
    if not path.is_file():
        raise UnknownSystemError(
            f"there is no file {path}.", hint="Give --system FILE.py:FUNCTION."
        )
    spec = importlib.util.spec_from_file_location(f"own_system_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UnknownSystemError(
            f"{path} cannot be loaded: {type(error).__name__}: {error}."
        ) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise UnknownSystemError(
            f"{path} has no function {name}.",
            hint="It takes scaled pixels and the number of labels and returns the logits.",
        )

    def body(pixels: Any, labels: int) -> Any:
        try:
            logits = function(pixels, labels)
        except Exception as error:
            raise UnknownSystemError(
                f"{path}:{name} fails: {type(error).__name__}: {str(error).splitlines()[0]}."
            ) from error
        shape = getattr(logits, "shape", None)
        if shape is None or len(shape) != 2 or shape[-1] != labels:
            raise UnknownSystemError(
                f"{path}:{name} returns {'no tensor' if shape is None else tuple(shape)}.",
                hint=f"It must return the logits, shape (faces, {labels}).",
            )
        return logits

    return body
