"""The page of the data dictionary is what the columns say today."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from fer_desktop.domain.measures import tabular
from fer_desktop.vision.measure_catalogue import own_measures
from tests.packaging.conftest import FOLDER, Script


def test_the_page_is_up_to_date(script: Script, tmp_path: Path) -> None:
    script("make_dictionary", tmp_path / "columns.md")
    written = (tmp_path / "columns.md").read_text(encoding="utf-8")
    kept = (FOLDER.parent / "docs" / "columns.md").read_text(encoding="utf-8")
    assert written == kept, "run python packaging/make_dictionary.py"
    assert "| p\\_\\<label> | number |" in written


def named_columns() -> Iterator[str]:
    """Yield the name of every column of a table that is defined anywhere in the application."""
    for file in (FOLDER.parent / "fer_desktop").rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        if "recording.column import" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Column":
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    yield str(name.value)


def test_every_column_is_explained() -> None:
    page = (FOLDER.parent / "docs" / "columns.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| (?:integer|number|text) \| [^|]*\| (.+) \|$", page, re.M)
    explained = {name.replace("\\", "") for name, meaning in rows if len(meaning) > 3}
    dictionary_itself = {"column", "type", "unit", "meaning"}
    columns = {*named_columns()} - dictionary_itself
    columns |= {name for spec in tabular(own_measures()) for name in spec.columns}
    assert len(columns) > 150
    assert columns <= explained, columns - explained
