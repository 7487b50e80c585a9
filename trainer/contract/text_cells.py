"""Untrusted texts in tables that spreadsheets open."""

import re
from typing import Final

# A spreadsheet takes a cell that begins so for a formula, which can send what the table holds
# elsewhere. Where commas stand in numbers, semicolons and tabs part cells too.
_FORMULA: Final = re.compile(r"(\A|[;\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")


def text_cell(text: str) -> str:
    """Return a text as a cell that is read as text: with an apostrophe where a formula would begin.

    Numbers do not come here.
    """
    return _FORMULA.sub(r"\1'", text)
