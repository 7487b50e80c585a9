"""The page of the data dictionary is what the columns say today."""

from pathlib import Path

from tests.packaging.conftest import FOLDER, Script


def test_the_page_is_up_to_date(script: Script, tmp_path: Path) -> None:
    script("make_dictionary", tmp_path / "columns.md")
    written = (tmp_path / "columns.md").read_text(encoding="utf-8")
    kept = (FOLDER.parent / "docs" / "columns.md").read_text(encoding="utf-8")
    assert written == kept, "run python packaging/make_dictionary.py"
    assert "| p\\_\\<label> | number |" in written
