"""Reader of Parquet: pictures inside of the table, as Hugging Face has them, or their paths."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from trainer.contract.text import label_problem
from trainer.data.columns import (
    LABEL_COLUMNS,
    PICTURE_COLUMNS,
    SPLIT_COLUMNS,
    SUBJECT_COLUMNS,
    find_column,
)
from trainer.data.faces import FaceRow, ReadOptions, Skipped
from trainer.data.images import picture_below, read_picture
from trainer.data.listing import subjects_by_pattern
from trainer.data.picture_tree import folders_in, is_ignored
from trainer.data.split_names import split_of
from trainer.errors import DataError

_BATCH: Final = 256
_MOST_PICTURE_BYTES: Final = 64 << 20
_MOST_LABELS: Final = 1000


class ParquetReader:
    """One ``.parquet`` file, or a folder of them (``data/train-00000-of-00001.parquet``).

    Columns: a picture (``image`` with its bytes, or the path of a file below the folder), a label,
    and if wanted a split and a subject. Files are named after their splits. The names of numbered
    labels are those that Hugging Face's ``datasets`` leaves in the file.
    """

    title = "Parquet"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path = path
        self._files = _files(path)
        self._options = options
        self._names: list[str] = []

    @staticmethod
    def refusal(path: Path) -> str:
        """Return why a path is no Parquet, nothing where it is."""
        return "" if _files(path) else "it has no Parquet file"

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels that rows have had so far; all of them after reading."""
        return tuple(self._names)

    @property
    def why(self) -> str:
        """What it was recognized by."""
        return f"it has {len(self._files)} Parquet file{'s' * (len(self._files) > 1)}"

    def fingerprint(self) -> str:
        """Return a text that changes whenever a file does."""
        states = [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in self._files]
        return f"parquet {self._path.resolve()} {self._options} {states}"

    def rows(self) -> Iterator[FaceRow | Skipped]:
        """Yield the faces in the order of the files and their rows.

        Raises:
            DataError: if a file cannot be read or lacks a column.
        """
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise DataError(
                f"{self._path} is Parquet, which needs the Python package pyarrow.",
                hint="Install it with: pip install pyarrow; or save the table as csv.",
            ) from error
        for path in self._files:
            try:
                with parquet.ParquetFile(path) as file:
                    yield from self._file_rows(path, file)
            except (pyarrow.ArrowException, OSError) as error:
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise DataError(f"{path} cannot be read: {reason}.") from error

    def _file_rows(self, path: Path, file: Any) -> Iterator[FaceRow | Skipped]:
        names = [str(name) for name in file.schema_arrow.names]
        picture = find_column(names, PICTURE_COLUMNS)
        label = find_column(names, LABEL_COLUMNS)
        if not picture or not label:
            raise DataError(
                f"{path} has no column {'image' if not picture else 'label'}.",
                hint=f"Its columns are {', '.join(names)}.",
            )
        split, subject = find_column(names, SPLIT_COLUMNS), find_column(names, SUBJECT_COLUMNS)
        legend = _label_names(file.schema_arrow.metadata, label)
        wanted = [name for name in (picture, label, split, subject) if name]
        own = split_of(path.stem.split("-")[0])
        own = split_of(path.parent.name) if own is None else own
        number = 0
        for batch in file.iter_batches(batch_size=_BATCH, columns=wanted):
            for row in batch.to_pylist():
                number += 1
                name = f"{path.name}, row {number}"
                try:
                    yield self._row(
                        name, row[picture], _label(row[label], legend), row.get(split),
                        row.get(subject), own,
                    )  # fmt: skip
                except DataError as error:
                    yield Skipped(name, str(error))

    def _row(
        self, name: str, picture: Any, label: str, split: Any, subject: Any, own: int | None
    ) -> FaceRow:
        said = split_of(str(split)) if split not in (None, "") else own
        if said is None and split not in (None, ""):
            raise DataError(f"{str(split)[:40]!r} is not the name of a split")
        source, called = self._picture(picture)
        options = self._options
        image, size = read_picture(source, options.size_px, options.color, options.framing)
        who = "" if subject is None else str(subject)
        if options.subject_pattern and called:
            who = subjects_by_pattern(self._path, [called], options.subject_pattern)[0] or who
        if label not in self._names:
            if len(self._names) >= _MOST_LABELS:
                raise DataError(f"the label {label!r}: there are too many different ones")
            self._names.append(label)
        return FaceRow(
            image=image,
            label=self._names.index(label),
            split=-1 if said is None else said,
            name=called or name,
            subject=who,
            size=size,
        )

    def _picture(self, value: Any) -> tuple[Path | io.BytesIO, str]:
        """Return a picture's content or file, and its name, nothing where it has none."""
        root = self._path if self._path.is_dir() else self._path.parent
        if isinstance(value, str):
            return picture_below(root, value), value
        content, called = value, ""
        if isinstance(value, dict):
            content, called = value.get("bytes"), str(value.get("path") or "")
            if not content and called:
                return picture_below(root, called), called
        if not isinstance(content, bytes) or not content:
            raise DataError("it has no picture")
        if len(content) > _MOST_PICTURE_BYTES:
            raise DataError("its picture is too large")
        return io.BytesIO(content), called


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.suffix.lower() == ".parquet" else []
    if not path.is_dir():
        return []
    places = [path, *folders_in(path)]
    return [
        entry
        for place in places
        for entry in sorted(place.iterdir())
        if entry.suffix.lower() == ".parquet" and entry.is_file() and not is_ignored(entry.name)
    ]


def _label(value: Any, legend: list[str]) -> str:
    if value is None or value == "":
        raise DataError("it has no label")
    if isinstance(value, int) and 0 <= value < len(legend):
        return legend[value]
    text = str(value).strip()
    if problem := label_problem(text):
        raise DataError(f"{text[:40]!r} can be no label: {problem}")
    return text


def _label_names(metadata: dict[bytes, bytes] | None, column: str) -> list[str]:
    """Return the names that Hugging Face's ``datasets`` leaves for a column of numbers."""
    try:
        about = json.loads((metadata or {}).get(b"huggingface", b"{}"))
        names = about["info"]["features"][column]["names"]
    except (ValueError, KeyError, TypeError):
        return []
    usable = isinstance(names, list) and all(
        isinstance(name, str) and not label_problem(name) for name in names
    )
    return names if usable else []
