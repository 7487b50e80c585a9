"""MediaPipe without TensorFlow and matplotlib, which take seconds and hundreds of megabytes.

MediaPipe imports both where they are installed: TensorFlow for a decorator of its documentation and
for opening files, both of which it does without where TensorFlow is missing; matplotlib for drawing
helpers that are not used here. Nothing outside MediaPipe is changed: TensorFlow and matplotlib can
be imported before, meanwhile and afterwards.
"""

import importlib
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

# What MediaPipe itself treats as optional. The last one would look for microphones.
_OPTIONAL: Final = frozenset({"tensorflow", "sounddevice"})
_DRAWING: Final = frozenset(
    f"mediapipe.tasks.python.vision.drawing_{name}" for name in ("styles", "utils")
)
_once: Final = threading.Lock()


def import_mediapipe() -> Any:
    """Import MediaPipe's vision tasks, and return the package.

    Raises:
        ImportError: if it is not installed, or not whole.
    """
    with _once, _lean_imports():
        return importlib.import_module("mediapipe")


@contextmanager
def _lean_imports() -> Iterator[None]:
    finder = _LeanFinder(threading.get_ident())
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _LeanFinder(MetaPathFinder):
    """Hides optional packages from the imports of one thread, and empties the drawing helpers."""

    def __init__(self, thread: int) -> None:
        self._thread = thread

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if threading.get_ident() != self._thread:
            return None
        if fullname.partition(".")[0] in _OPTIONAL:
            raise ModuleNotFoundError(f"{fullname} is not needed by MediaPipe", name=fullname)
        return ModuleSpec(fullname, _EmptyLoader()) if fullname in _DRAWING else None


class _EmptyLoader(Loader):
    def exec_module(self, module: ModuleType) -> None:
        """Leave the module empty."""
