"""Untrusted texts in tables that spreadsheets open."""

import re
from typing import Final

# A spreadsheet takes a cell that begins so for a formula, which can send what the table holds
# elsewhere. Where commas stand in numbers, semicolons and tabs part cells too.
_BEGINNING: Final = r"(\A|[;\t\r\n])"
_FORMULA: Final = r"(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])"
_BARE: Final = re.compile(_BEGINNING + _FORMULA)
_GUARDED: Final = re.compile(f"{_BEGINNING}'{_FORMULA}")


def text_cell(text: str) -> str:
    """Return a text as a cell that is read as text: with an apostrophe where a formula would begin.

    Numbers do not come here.
    """
    return _BARE.sub(r"\1'", text)


def cell_text(cell: str) -> str:
    """Return the text of such a cell; an apostrophe of its own stays."""
    return _GUARDED.sub(r"\1", cell)
