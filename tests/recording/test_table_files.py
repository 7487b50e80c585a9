"""Every format holds the same numbers, explains its columns, and lets no text be a formula."""

import csv
import json
import sys
import zipfile
from pathlib import Path

import pytest

from fer_desktop.errors import StorageError
from fer_desktop.recording import table_files
from fer_desktop.recording.column import Column, dictionary_markdown
from fer_desktop.recording.csv_columns import Columns
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.joint_export import export_together
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.recording.table_description import meta_path
from fer_desktop.recording.table_files import row_writer
from fer_desktop.settings import CsvDialect
from tests.recording.samples import PRESET, VIDEO, face, frame, rest, scores

pytestmark = pytest.mark.unit

COLUMNS = (
    Column("who", "text", "", "who | it is"),
    Column("count", "integer", "", "how many"),
    Column("time_s", "number", "s", "when"),
)
EVIL = '=cmd|" /C calc"!A1'
ROWS = [[EVIL, "3", "0.25000000"], ["é;=1+1", "", ""], ["", "-7", "1234.5"]]


def _session(path: Path) -> Path:
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    calm = rest(0.1, 0.2, 0.7)
    for index in range(4):
        writer.write(frame(index, face(1, raw=scores(0.25, 0.5, 0.25), baseline=calm)))
    writer.set_marks([Mark(0, EVIL, 10_000_000)])
    writer.close()
    return path


def _sheet(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read(f"xl/worksheets/{name}.xml").decode()


def test_numbers_are_numbers_and_texts_are_texts_in_every_format(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    for suffix in (".csv", ".xlsx", ".parquet"):
        with row_writer(tmp_path / f"a{suffix}", COLUMNS) as rows:
            rows.write(ROWS[:1])
            rows.write(ROWS[1:])
    table = pandas.read_parquet(tmp_path / "a.parquet")
    assert table["who"].tolist() == [EVIL, "é;=1+1", ""]
    assert table["count"].dropna().tolist() == [3, -7]
    assert table["time_s"].dropna().tolist() == [0.25, 1234.5]
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert list(csv.reader(text.splitlines()))[1:] == [
        [f"'{EVIL}", "3", "0.25000000"],
        ["é;'=1+1", "", ""],
        ["", "-7", "1234.5"],
    ]
    sheet = _sheet(tmp_path / "a.xlsx", "sheet1")
    assert "<f>" not in sheet  # no formula
    assert '<c r="A2" t="inlineStr"><is><t>=cmd|' in sheet
    assert '<c r="B2"><v>3</v></c>' in sheet
    assert '<c r="C4"><v>1234.5</v></c>' in sheet
    assert "how many" in _sheet(tmp_path / "a.xlsx", "sheet2")  # the data dictionary
    first = (tmp_path / "a.xlsx").read_bytes()
    with row_writer(tmp_path / "a.xlsx", COLUMNS, overwrite=True) as rows:
        rows.write(ROWS)
    assert (tmp_path / "a.xlsx").read_bytes() == first


def test_the_other_dialect_has_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    with row_writer(tmp_path / "a.csv", COLUMNS, dialect="semicolon") as rows:
        rows.write(ROWS)
    assert (tmp_path / "a.csv").read_bytes().decode() == (
        "who;count;time_s\r\n"
        '"\'=cmd|"" /C calc""!A1";3;0,25000000\r\n'
        '"é;\'=1+1";;\r\n'
        ";-7;1234,5\r\n"
    )


def test_a_table_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "_SHEET_ROWS_MAX", 3)
    with (
        pytest.raises(StorageError, match=r"holds 2 rows.*CSV or a Parquet"),
        row_writer(tmp_path / "a.xlsx", COLUMNS) as rows,
    ):
        rows.write(ROWS)
    with pytest.raises(StorageError, match="no name for a table"):
        row_writer(tmp_path / "a.docx", COLUMNS)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        pytest.raises(StorageError, match="pip install pyarrow"),
        row_writer(tmp_path / "a.parquet", COLUMNS),
    ):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dialect", ["comma", "semicolon"])
def test_a_session_is_the_same_table_in_every_format(tmp_path: Path, dialect: CsvDialect) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    session = _session(tmp_path / "a.fersession")
    for suffix in (".csv", ".xlsx", ".parquet"):
        export_session(session, tmp_path / f"one{suffix}", dialect=dialect, overwrite=True)
        export_together(
            [("a", session)], tmp_path / f"all{suffix}", dialect=dialect, overwrite=True
        )
    kept = {"sep": ";", "decimal": ","} if dialect == "semicolon" else {}
    for name in ("one", "all"):
        table = pandas.read_csv(tmp_path / f"{name}.csv", keep_default_na=False, **kept)
        other = pandas.read_parquet(tmp_path / f"{name}.parquet")
        assert table["marks"].unique().tolist() == [f"'{EVIL}"]
        assert other["marks"].unique().tolist() == [EVIL]
        numbers = [column for column in other.columns if other[column].dtype.kind in "if"]
        assert {"p_sad", "corrected_sad", "x_px", "face_id"} <= set(numbers)
        assert (table[numbers] == other[numbers]).all(axis=None)
        explained = json.loads(meta_path(tmp_path / f"{name}.csv").read_text())["columns"]
        assert [column["name"] for column in explained] == table.columns.tolist()
        assert all(column["meaning"] for column in explained)


def test_a_dictionary_is_a_table_in_markdown() -> None:
    lines = dictionary_markdown(COLUMNS).splitlines()
    assert lines[0] == "| column | type | unit | meaning |"
    assert lines[2] == r"| who | text |  | who \| it is |"
    assert lines[4] == r"| time\_s | number | s | when |"
    assert len(lines) == 2 + len(COLUMNS)
    assert [column.name for column in Columns.of(()).columns()] == Columns.of(()).names()
