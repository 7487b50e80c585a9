"""One table of all files that are analysed."""

import csv
from pathlib import Path

import pytest

from fer_desktop import cli
from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_it_holds_the_rows_of_every_table(tmp_path: Path) -> None:
    clips = [write_clip(tmp_path / f"{name}.mp4", [astronaut()] * 2) for name in ("=a", "b")]
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film")
    out, table = tmp_path / "out", tmp_path / "all.csv"
    words = ["analyze", *map(str, [*clips, broken]), "--out", str(out), "--together", str(table)]
    assert cli.main([*words, "--measures", "head_roll"], lambda _: 1) == 1
    joint = rows(table)
    assert [row.pop("file") for row in joint] == [str(clip) for clip in clips for _ in range(2)]
    assert joint == [row for name in ("=a", "b") for row in rows(out / f"{name}.csv")]


def test_without_a_file_that_can_be_read_there_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film")
    table = tmp_path / "all.csv"
    words = ["analyze", str(broken), "--out", str(tmp_path), "--together", str(table)]
    assert cli.main(words, lambda _: 1) == 1
    assert not table.exists()


def test_a_folder_for_it_is_made_as_that_for_the_tables_is(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [astronaut()])
    out = tmp_path / "out"
    words = ["analyze", str(clip), "--out", str(out), "--together", str(out / "joint" / "all.csv")]
    assert cli.main(words, lambda _: 1) == 0
    assert len(rows(out / "joint" / "all.csv")) == 1


def test_a_name_that_cannot_be_one_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["analyze", "a.mp4", "--out", str(tmp_path), "--together", str(tmp_path / "all.txt")]
    with pytest.raises(SystemExit) as ended:
        cli.main(words, lambda _: 1)
    assert ended.value.code == 2
    assert "--together" in capsys.readouterr().err


def test_a_table_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = write_clip(tmp_path / "a.mp4", [astronaut()])
    table = tmp_path / "all.csv"
    table.mkdir()
    words = ["analyze", str(clip), "--out", str(tmp_path / "out"), "--together", str(table)]
    assert cli.main(words, lambda _: 1) == 1
    assert "all.csv" in capsys.readouterr().err
    assert len(rows(tmp_path / "out" / "a.csv")) == 1


def test_a_folder_holds_a_parquet_file_of_each_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    clips = [write_clip(tmp_path / f"{name}.mp4", [astronaut()] * 2) for name in "ab"]
    words = ["analyze", *map(str, clips), "--out", str(tmp_path / "out")]
    assert cli.main([*words, "--together", str(tmp_path / "all")], lambda _: 1) == 0
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == ["a.parquet", "b.parquet"]
    joint = parquet.read_table(tmp_path / "all").to_pylist()
    assert [row["file"] for row in joint] == [str(clip) for clip in clips for _ in range(2)]
    with pytest.raises(SystemExit):
        cli.main([*words, "--together", str(tmp_path / "out")], lambda _: 1)
    assert "must be another folder" in capsys.readouterr().err
