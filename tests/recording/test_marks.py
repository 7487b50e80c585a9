"""Marks: in tables, in ELAN's files, in tables of events, and in what is neither."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.joint_export import export_together
from fer_desktop.recording.mark_files import read_marks, write_marks
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import set_marks
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import PRESET, VIDEO, face, frame, scores

MARKS = [
    Mark(0, "begins"),
    Mark(40_000, 'lächelt; "laut" <&>', 90_000, "#56b4e9"),
    Mark(50_000, "=SUM(A1)"),
]


def session(path: Path, marks: list[Mark]) -> Path:
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(5):
        faces = [face(1, raw=scores(0.5, 0.25, 0.25))] * (index != 4)
        writer.write(frame(index, *faces))
    writer.add_mark(Mark(7, "is replaced"))
    writer.set_marks(marks)
    writer.close()
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_marks_stand_at_their_frames_in_the_last_column(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", MARKS)
    with SessionReader(path) as reader:
        assert reader.marks() == MARKS
        times_us = reader.times_us()
    export_session(path, tmp_path / "a.csv", empty_rows=True)
    rows = rows_of(tmp_path / "a.csv")
    assert list(rows[0])[-1] == "marks"
    wanted = []
    for at, time_us in enumerate(times_us):
        following = [*times_us, 10**9][at + 1]
        texts = [m.text for m in MARKS if m.end_us and m.timestamp_us <= time_us <= m.end_us]
        texts += [m.text for m in MARKS if not m.end_us and time_us <= m.timestamp_us < following]
        wanted.append("; ".join(texts))
    assert any(wanted)
    assert [row["marks"].removeprefix("'").replace("; '=", "; =") for row in rows] == wanted


def test_a_table_without_marks_is_as_it_was(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", [])
    export_session(path, tmp_path / "a.csv")
    assert "marks" not in rows_of(tmp_path / "a.csv")[0]


def test_marks_of_several_sessions_stand_before_their_names(tmp_path: Path) -> None:
    marked = session(tmp_path / "a.fersession", [Mark(0, "here")])
    plain = session(tmp_path / "b.fersession", [])
    export_together([("a", marked), ("b", plain)], tmp_path / "both.csv")
    rows = rows_of(tmp_path / "both.csv")
    assert list(rows[0])[-2:] == ["marks", "session"]
    assert [(row["marks"], row["session"]) for row in rows] == [
        ("here", "a"), *[("", "a")] * 3, *[("", "b")] * 4,
    ]  # fmt: skip


def test_marks_of_a_session_that_has_ended_are_replaced(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", MARKS)
    set_marks(path, [Mark(20_000, "one", 30_000)])
    with SessionReader(path) as reader:
        assert reader.marks() == [Mark(20_000, "one", 30_000)]


@pytest.mark.parametrize("suffix", [".eaf", ".csv"])
def test_marks_go_out_and_come_in(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"marks{suffix}"
    write_marks(MARKS, path, "/films/clip é.mp4")
    assert read_marks(path).marks == MARKS
    with pytest.raises(StorageError, match="already exists"):
        write_marks(MARKS, path, "")
    write_marks([], path, "", overwrite=True)
    assert read_marks(path).marks == []


def test_a_mark_stays_at_its_frame_on_its_way_through_elan(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", [])
    with SessionReader(path) as reader:
        times_us = reader.times_us()
    assert any(time_us % 1000 in range(1, 500) for time_us in times_us)  # rounded down as usual
    marks = [Mark(time_us, f"moment {time_us}") for time_us in times_us]
    marks += [Mark(begin_us, "stretch", end_us) for begin_us, end_us in pairwise(times_us)]
    found = []
    for given in (marks, None):
        set_marks(path, given or read_marks(tmp_path / "a.eaf").marks)
        write_marks(marks, tmp_path / "a.eaf", "", overwrite=True)
        export_session(path, tmp_path / "a.csv", empty_rows=True, overwrite=True)
        found.append([sorted(row["marks"].split("; ")) for row in rows_of(tmp_path / "a.csv")])
    assert found[0] == found[1]


@pytest.mark.parametrize("suffix", [".eaf", ".csv"])
def test_an_apostrophe_at_the_beginning_stays(tmp_path: Path, suffix: str) -> None:
    marks = [Mark(0, "'n Abend"), Mark(1_000, "=1"), Mark(2_000, "a;-b")]
    write_marks(marks, tmp_path / f"a{suffix}", "")
    assert read_marks(tmp_path / f"a{suffix}").marks == marks


def test_a_table_of_events_of_another_program_is_read(tmp_path: Path) -> None:
    lines = [
        "Subject;behavior;START (s);Stop (s);Color",
        "P01;nods;1.5;2.25;#56B4E9",
        "P01;blinks;0,5;;red",
    ]
    (tmp_path / "a.tsv").write_text("\n".join(lines), encoding="utf-8-sig")
    found = read_marks(tmp_path / "a.tsv").marks
    assert found == [Mark(500_000, "blinks"), Mark(1_500_000, "nods", 2_250_000, "#56B4E9")]


@pytest.mark.parametrize(
    "content",
    [
        "one,two\n1,2\n",
        "Behavior,Start (s)\nnods,soon\n",
        "Behavior,Start (s)\nnods,nan\n",
        "Behavior,Start (s)\nnods,-4\n",
        "Behavior,Start (s)\nnods,1e300\n",
        "",
        b"\xff\xfe\x00binary",
    ],
)
def test_what_holds_no_marks_is_refused(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StorageError, match="cannot be read as marks") as refused:
        read_marks(path)
    assert "ELAN" in refused.value.hint


def test_a_missing_file_of_marks_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read"):
        read_marks(tmp_path / "none.eaf")
