"""How far a run over many files is, on standard error."""

import sys
from types import TracebackType
from typing import Any, Final

from tqdm import tqdm

_FORMAT: Final = "{percentage:3.0f}%|{bar}| {desc}, {elapsed} so far, {remaining} left"


class Progress:
    """A bar over all files; the time left follows from their sizes, not from their number."""

    def __init__(self, files: int, size: int, what: str = "files") -> None:
        """Take how many there are, and how large they are together, in bytes."""
        self._files, self._what = files, what
        self._done = 0
        # No bar where standard error is no terminal: a file of carriage returns helps nobody.
        self._bar: tqdm[Any] = tqdm(
            total=max(size, 1),
            file=sys.stderr,
            disable=None,
            leave=False,
            dynamic_ncols=True,
            bar_format=_FORMAT,
            desc=self._text(),
        )

    def __enter__(self) -> "Progress":
        """Give the bar."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._bar.close()

    @property
    def left(self) -> int:
        """How many files are not done."""
        return self._files - self._done

    def add(self, size: int) -> None:
        """Count a file of so many bytes."""
        self._done += 1
        self._bar.set_description_str(self._text(), refresh=False)
        self._bar.update(size)

    def _text(self) -> str:
        return f"{self._done} of {self._files} {self._what}"
