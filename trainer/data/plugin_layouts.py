"""Dataset layouts of other packages: entry points of the group ``trainer.layouts``.

Each names a ``Layout``, usually the class of its reader. They are asked before the trainer's own,
of which one takes any folder. Their code is not ours: what goes wrong in it is told as a fault of
the dataset, with the name of the layout, and never as a traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

import numpy as np

from trainer.contract.entry_points import Offer, described
from trainer.data.dataset import SPLITS
from trainer.data.faces import FaceReader, FaceRow, Layout, ReadOptions, Skipped
from trainer.errors import DataError, TrainerError
from trainer.plugins import extensions

GROUP: Final = "trainer.layouts"


def plugin_layouts() -> tuple[Layout, ...]:
    """Return the layouts of other packages, in the order of their packages and names."""
    return tuple(_LAYOUTS.all().values())


class _PlugInLayout:
    """A layout of another package."""

    def __init__(self, offer: Offer, layout: Layout) -> None:
        self._name = f"the layout {offer.name} of the package {offer.package}"
        self._layout = layout

    def __call__(self, path: Path, options: ReadOptions) -> FaceReader:
        with _explained(self._name, path):
            return _PlugInReader(self._name, path, options, self._layout(path, options))

    def refusal(self, path: Path) -> str:
        try:
            return str(self._layout.refusal(path))
        except Exception as error:  # noqa: BLE001 - code of others
            return f"{self._name} fails on it ({type(error).__name__}: {error})"


class _PlugInReader:
    """A reader of another package: what it finds is checked, and its versions are told apart."""

    def __init__(self, name: str, path: Path, options: ReadOptions, reader: FaceReader) -> None:
        self._name = name
        self._path = path
        self._shape = options.size_px, options.size_px, 1 if options.color == "gray" else 3
        self._reader = reader

    @property
    def label_names(self) -> tuple[str, ...]:
        with _explained(self._name, self._path):
            return tuple(map(str, self._reader.label_names))

    def fingerprint(self) -> str:
        with _explained(self._name, self._path):
            return f"{self._name} {self._reader.fingerprint()}"

    def rows(self) -> Iterator[FaceRow | Skipped]:
        most = -1
        with _explained(self._name, self._path):
            for row in self._reader.rows():
                if not isinstance(row, Skipped):
                    self._check(row)
                    most = max(most, row.label)
                yield row
            if most >= len(self._reader.label_names):
                raise ValueError(f"a face has the label {most}, which has no name")

    def _check(self, row: FaceRow) -> None:
        if row.image.dtype != np.uint8 or row.image.shape != self._shape:
            raise ValueError(
                f"{row.name} is {row.image.dtype} of the shape {row.image.shape}, and must be uint8"
                f" of the shape {self._shape}"
            )
        if row.label < 0 or not -1 <= row.split < len(SPLITS):
            raise ValueError(f"{row.name} has the label {row.label} and the split {row.split}")


@contextmanager
def _explained(name: str, path: Path) -> Iterator[None]:
    try:
        yield
    except (TrainerError, PermissionError):
        raise
    except Exception as error:
        raise DataError(
            f"{path} cannot be read: {name} fails: {type(error).__name__}: {error}.",
            hint="Tell whoever made it, or remove the package.",
        ) from error


def _checked(offer: Offer, extension: object) -> Layout:
    if not callable(extension) or not callable(getattr(extension, "refusal", None)):
        raise TypeError(f"it must be a layout (see Layout), and is {described(extension)}")
    return _PlugInLayout(offer, cast(Layout, extension))


_LAYOUTS: Final = extensions(GROUP, _checked)
