"""A column of a table, with what it means: no column can be written without that."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

ColumnKind = Literal["integer", "number", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what stands in it.

    Attributes:
        name: as in the header.
        kind: whole numbers, other numbers, or texts; any cell may be empty.
        unit: of the numbers, such as "s"; empty for none.
        meaning: in plain words.
    """

    name: str
    kind: ColumnKind
    unit: str
    meaning: str


# A data dictionary is a table itself.
DICTIONARY_COLUMNS: Final = (
    Column("column", "text", "", "name of the column"),
    Column("type", "text", "", "integer, number or text"),
    Column("unit", "text", "", "unit of the numbers, empty for none"),
    Column("meaning", "text", "", "what stands in the column"),
)


def dictionary_rows(columns: Iterable[Column]) -> list[list[str]]:
    """Return a data dictionary: a row of ``DICTIONARY_COLUMNS`` for each column."""
    return [[column.name, column.kind, column.unit, column.meaning] for column in columns]


def dictionary_json(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Return a data dictionary for a description in JSON."""
    return [asdict(column) for column in columns]


def dictionary_markdown(columns: Iterable[Column]) -> str:
    """Return a data dictionary as a table in Markdown."""
    head = [column.name for column in DICTIONARY_COLUMNS]
    rows = [head, ["---"] * len(head), *dictionary_rows(columns)]
    return "".join(_markdown_line(row) for row in rows)


def _markdown_line(cells: Sequence[str]) -> str:
    escaped = (re.sub(r"([\\|<`*_])", r"\\\1", cell) for cell in cells)
    return "| " + " | ".join(" ".join(cell.split()) for cell in escaped) + " |\n"
