"""A table of all files of a run: what came of each, in a row."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from fer_desktop.cli.file_run import FileResult
from fer_desktop.recording.column import Column
from fer_desktop.recording.table_files import row_writer
from fer_desktop.settings import CsvDialect

_COLUMNS: Final = (
    Column("file", "text", "", "name of the file, as it was given"),
    Column("state", "text", "", "done, partly done (see problem) or failed"),
    Column("table", "text", "", "where its table is"),
    Column("frames", "integer", "", "analysed frames"),
    Column("frames_with_faces", "integer", "", "analysed frames with a face"),
    Column("faces", "integer", "", "different faces"),
    Column("rows", "integer", "", "rows of its table that have a face"),
    Column("seconds", "number", "s", "how long the analysis took"),
)
_PROBLEM: Final = Column("problem", "text", "", "what is amiss")


def run_columns(labels: Sequence[str]) -> list[Column]:
    """Return the columns of the table."""
    shares = [
        Column(f"share_{label}", "number", "", f"share of the rows whose emotion is {label}")
        for label in labels
    ]
    return [*_COLUMNS, *shares, _PROBLEM]


def write_summary(
    path: Path,
    labels: Sequence[str],
    files: Iterable[tuple[str, FileResult | None, str]],
    *,
    dialect: CsvDialect,
) -> None:
    """Write the table; one that is there already is replaced.

    Args:
        path: where to, in the format that its suffix says.
        labels: of the model, a column each.
        files: name, result and problem of each file.
        dialect: of a CSV.

    Raises:
        StorageError: if it cannot be written.
    """
    columns = run_columns(labels)
    with row_writer(path, columns, dialect=dialect, overwrite=True) as table:
        table.write(_row(labels, *file) for file in files)


def _row(labels: Sequence[str], name: str, result: FileResult | None, problem: str) -> list[str]:
    if result is None:
        return [name, "failed", *[""] * (len(_COLUMNS) - 2 + len(labels)), problem]
    shares = [f"{result.shares.get(label, 0):.6f}" if result.rows else "" for label in labels]
    return [
        name,
        "partly done" if problem else "done",
        result.table,
        *map(str, (result.frames, result.frames_with_faces, result.faces, result.rows)),
        f"{result.seconds:.3f}",
        *shares,
        problem,
    ]
