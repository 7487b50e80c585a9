"""Labels of training pictures that the user has put right, kept beside the pictures' place.

The pictures are never touched: what is put right is a table of its own, found again when the same
folder or file is chosen, and read by the trainer.
"""

import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fer_desktop import paths
from fer_desktop.errors import StorageError
from fer_desktop.files import whole_file
from fer_desktop.log import get_logger
from fer_desktop.private_files import keep_private

log = get_logger("train")

FIXES_FILE: Final = "label_fixes.csv"
_COLUMNS: Final = ("name", "label")
_MOST_BYTES: Final = 32 << 20
REMOVED: Final = ""  # the label of a picture that is left out


class LabelFixes:
    """What is put right in one dataset: a label for each picture, empty for one to be left out."""

    def __init__(self, data: Path) -> None:
        """Read what is kept for a dataset; what cannot be read is begun anew.

        Args:
            data: the folder or file that was chosen.
        """
        digest = hashlib.sha256(str(data.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
        self._path = paths.label_fixes_dir() / f"{digest[:24]}.csv"
        self._labels: dict[str, str] = {}
        try:
            if self._path.is_file() and self._path.stat().st_size <= _MOST_BYTES:
                text = self._path.read_bytes().decode("utf-8", "surrogateescape")
                for row in csv.DictReader(io.StringIO(text)):
                    if row.get("name"):
                        self._labels[row["name"]] = row.get("label") or REMOVED
        except (OSError, csv.Error) as error:
            log.warning("%s cannot be read: %s", self._path, error)

    @property
    def labels(self) -> Mapping[str, str]:
        """The label of each picture that was put right."""
        return dict(self._labels)

    @property
    def file(self) -> Path | None:
        """The table for the trainer; None where nothing was put right."""
        return self._path if self._labels else None

    def set(self, name: str, label: str | None) -> None:
        """Keep the label of a picture; empty leaves it out, None takes back what was said.

        Raises:
            StorageError: if it cannot be kept; it is as it was, then.
        """
        former = dict(self._labels)
        if label is None:
            self._labels.pop(name, None)
        else:
            self._labels[name] = label
        try:
            self._save()
        except StorageError:
            self._labels = former
            raise

    def clear(self) -> None:
        """Take back all that was put right.

        Raises:
            StorageError: if that cannot be kept; it is as it was, then.
        """
        former, self._labels = self._labels, {}
        try:
            self._save()
        except StorageError:
            self._labels = former
            raise

    def _save(self) -> None:
        text = io.StringIO(newline="")
        table = csv.writer(text)
        table.writerow(_COLUMNS)
        table.writerows(self._labels.items())
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            keep_private(self._path.parent)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror}.") from error
        with whole_file(self._path, overwrite=True) as part:
            part.write_bytes(text.getvalue().encode("utf-8", "surrogateescape"))
