"""Corrections: in session files, in tables, in a file of their own; and how far raters agree."""

import csv
import json
import sqlite3
from pathlib import Path

import pytest
from sklearn.metrics import cohen_kappa_score

from fer_desktop.domain.corrections import Correction, in_order
from fer_desktop.domain.people import People
from fer_desktop.errors import StorageError
from fer_desktop.recording.agreement import (
    agreement_of,
    compared,
    krippendorff_alpha,
    table_rows,
)
from fer_desktop.recording.correction_files import read_corrections, write_corrections
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.joint_export import export_together
from fer_desktop.recording.session_loading import load_session
from fer_desktop.recording.session_people import set_people
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import set_corrections
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import PRESET, VIDEO, face, frame, scores

HAPPY, SAD = scores(0.8, 0.1, 0.1), scores(0.1, 0.8, 0.1)
FIRST = [
    Correction("=AB", 1, "sad", 0, 100_000),
    Correction("=AB", 2, "happy", 133_333),
]
SECOND = [
    Correction("CD", 1, "sadness", 0, 50_000),
    Correction("CD", 1, "happy", 60_000, 100_000),
]


def session(path: Path, corrections: list[Correction]) -> Path:
    """Write six frames of two faces, of which the first looks happy and the second sad."""
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(6):
        faces = [face(1, raw=HAPPY), face(2, raw=SAD)] * (index != 5)
        writer.write(frame(index, *faces))
    writer.set_corrections(corrections)
    writer.close()
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_corrections_stand_beside_what_the_model_said(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", in_order(FIRST))
    with SessionReader(path) as reader:
        assert reader.corrections() == in_order(FIRST)
        emotions = {one.face_id: one.scores for row in reader.rows() for one in row.analysis.faces}
    assert [emotions[1].emotion, emotions[2].emotion] == ["happy", "sad"]
    assert load_session(path).corrections == tuple(in_order(FIRST))
    set_corrections(path, FIRST[1:])
    with SessionReader(path) as reader:
        assert reader.corrections() == FIRST[1:]
        before = len(list(reader.rows()))
    assert before == 6


def test_stretches_within_each_other_are_divided(tmp_path: Path) -> None:
    outer, inner = (0, 166_666), (33_333, 100_000)
    nested = [Correction("A", 1, "sad", *outer), Correction("A", 1, "happy", *inner)]
    path = session(tmp_path / "a.fersession", nested)
    with SessionReader(path) as reader:
        assert reader.corrections() == [
            Correction("A", 1, "sad", 0, 33_332),
            Correction("A", 1, "happy", *inner),
            Correction("A", 1, "sad", 100_001, 166_666),
        ]
    export_session(path, tmp_path / "a.csv")
    said = [row["corrected_label"] for row in rows_of(tmp_path / "a.csv") if row["face_id"] == "1"]
    assert said == ["sad", "happy", "happy", "happy", "sad"]


def test_one_rater_has_one_column_at_the_end(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", FIRST)
    export_session(path, tmp_path / "a.csv", empty_rows=True)
    rows = rows_of(tmp_path / "a.csv")
    assert list(rows[0])[-1] == "corrected_label"
    found = [(row["frame_index"], row["face_id"], row["corrected_label"]) for row in rows]
    assert [label for _, number, label in found if number == "1"] == ["sad"] * 4 + [""]
    assert [label for _, number, label in found if number == "2"] == [""] * 4 + ["happy"]
    assert found[-1] == ("5", "", "")
    meta = json.loads((tmp_path / "a.meta.json").read_text())
    assert meta["corrections"][0] == {
        "rater": "=AB", "face_id": 1, "label": "sad", "time_s": 0.0, "end_s": 0.1,
    }  # fmt: skip


def test_several_raters_have_a_column_each_and_what_they_agree_on(tmp_path: Path) -> None:
    path = session(tmp_path / "a.fersession", in_order([*FIRST, *SECOND]))
    export_session(path, tmp_path / "a.csv")
    rows = [row for row in rows_of(tmp_path / "a.csv") if row["face_id"] == "1"]
    names = ["corrected_label", "corrected_label_=AB", "corrected_label_CD"]
    assert list(rows[0])[-3:] == names
    assert [[row[name] for name in names] for row in rows] == [
        ["sad", "sad", "sadness"],
        ["sad", "sad", "sadness"],
        ["", "sad", "happy"],
        ["", "sad", "happy"],
        ["", "", ""],
    ]


def test_a_table_without_corrections_is_as_it_was(tmp_path: Path) -> None:
    export_session(session(tmp_path / "a.fersession", []), tmp_path / "a.csv")
    assert not [name for name in rows_of(tmp_path / "a.csv")[0] if "corrected" in name]


def test_sessions_in_one_table_share_the_columns(tmp_path: Path) -> None:
    one = session(tmp_path / "a.fersession", FIRST)
    other = session(tmp_path / "b.fersession", SECOND)
    export_together([("a", one), ("b", other)], tmp_path / "both.csv")
    rows = rows_of(tmp_path / "both.csv")
    assert list(rows[0])[-4:] == [
        "corrected_label", "corrected_label_=AB", "corrected_label_CD", "session",
    ]  # fmt: skip
    first = [row for row in rows if row["face_id"] == "1" and row["frame_index"] == "0"]
    assert [(row["corrected_label"], row["session"]) for row in first] == [
        ("sad", "a"),
        ("sadness", "b"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        ("A", 1, "", 0, None),
        ("A", 1, "x" * 300, 0, None),
        ("A" * 100, 1, "happy", 0, None),
        ("A", -1, "happy", 0, None),
        ("A", 1, "happy", 2**60, None),
        ("A", 1, "happy", "soon", None),
    ],
)
def test_a_damaged_correction_is_told(tmp_path: Path, row: tuple[object, ...]) -> None:
    path = session(tmp_path / "a.fersession", [])
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO corrections (rater, face_id, label, begin_us, end_us)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )
    db.close()
    with SessionReader(path) as reader, pytest.raises(StorageError, match="cannot be read"):
        reader.corrections()


def test_corrections_go_out_and_come_in(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    given = in_order([*FIRST, *SECOND, Correction("Zoë", 3, '"a", b', 1)])
    write_corrections(given, path)
    assert read_corrections(path) == given
    with pytest.raises(StorageError, match="already exists"):
        write_corrections(given, path)
    write_corrections([], path, overwrite=True)
    assert read_corrections(path) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("one,two\n1,2\n", "no column rater"),
        ("rater,face_id,label,begin_s,end_s\nA,x,happy,1,2\n", "row 2"),
        ("rater,face_id,label,begin_s,end_s\nA,1,happy,nan,\n", "row 2"),
        ("rater,face_id,label,begin_s,end_s\nA,1,happy,3,2\n", "ends before it begins"),
        ("rater,face_id,label,begin_s,end_s\nA,1,,3,\n", "row 2"),
        ("rater,face_id,label,begin_s,end_s\nA,1\n", "row 2"),
        (b"\xff\xfe\x00", "cannot be read"),
        ("", "no column rater"),
    ],
)
def test_what_holds_no_corrections_is_refused(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StorageError, match=reason):
        read_corrections(path)


class TestAgreement:
    def test_alpha_is_that_of_krippendorffs_own_example(self) -> None:
        # "Computing Krippendorff's Alpha-Reliability", 2011, C: nominal data, any number of
        # observers, missing data: alpha is .743.
        rows = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
        units = [[row[at] for row in rows if row[at] != "."] for at in range(12)]
        units = [unit for unit in units if len(unit) > 1]
        assert krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)

    @pytest.mark.parametrize(
        ("one", "other", "alpha"),
        [("0100000010", "1110010000", 0.095), ("aabbdcccedda", "babbbccceddd", 0.692)],
    )
    def test_alpha_of_two_is_that_of_the_same_examples(
        self, one: str, other: str, alpha: float
    ) -> None:
        units = list(zip(one, other, strict=True))
        assert krippendorff_alpha(units) == pytest.approx(alpha, abs=5e-4)

    def test_kappa_is_that_of_the_library_on_what_both_labelled(self) -> None:
        one = ["a", "a", "b", "b", "b", "a", "a", "b"]
        other = ["a", "b", "b", "b", "a", "a", "a", "b"]
        steps = {at: {"A": x, "B": y} for at, (x, y) in enumerate(zip(one, other, strict=True))}
        steps[99] = {"A": "b"}  # seen by one alone
        found = compared(steps, ("A", "B"))
        assert found.n == 8
        assert found.agreed == 0.75
        assert found.kappa == pytest.approx(cohen_kappa_score(one, other))
        assert found.kappa == pytest.approx(0.5)
        # Of 16 values 8 are each label's: 128 pairs differ by chance, and 2 units of 8 do.
        assert found.alpha == pytest.approx(1 - 15 * 4 / 128)

    def test_what_is_not_defined_is_told(self) -> None:
        nothing = compared({1: {"A": "a"}, 2: {"B": "a"}}, ("A", "B"))
        assert (nothing.n, nothing.kappa, nothing.alpha) == (0, None, None)
        assert nothing.problem == "No moment was labelled by both."
        same = compared({1: {"A": "a", "B": "a"}}, ("A", "B"))
        assert (same.n, same.agreed, same.kappa, same.alpha) == (1, 1.0, None, None)
        assert "Only a was given" in same.problem

    def test_raters_and_model_are_compared_on_steps_of_time(self, tmp_path: Path) -> None:
        path = session(tmp_path / "a.fersession", in_order([*FIRST, *SECOND]))
        found = agreement_of(path, 33)  # a frame each
        (pair,) = found.between
        assert pair.sides == ("=AB", "CD")
        assert pair.n == 4
        assert pair.agreed == 0.5  # sad and sadness are one
        with_model = {one.sides[0]: one for one in found.with_model}
        assert {one.sides[1] for one in found.with_model} == {PRESET.name}  # which read it
        assert with_model["=AB"].n == 5
        assert with_model["=AB"].agreed == 0.0
        assert with_model["CD"].agreed == 0.5
        (coarse,) = agreement_of(path, 1000).between
        assert coarse.n == 1
        rows = list(table_rows(found))
        assert len(rows) == 4
        assert rows[1][0] == "'=AB / CD"

    def test_hidden_faces_are_left_out_as_in_tables(self, tmp_path: Path) -> None:
        both = [*FIRST, *SECOND, Correction("EF", 1, "sad", 0)]
        path = session(tmp_path / "a.fersession", in_order(both))
        set_people(path, People().hidden(1))
        found = agreement_of(path, 33)
        assert found.between == ()
        assert [(one.sides[0], one.n) for one in found.with_model] == [("=AB", 1)]
        set_people(path, People().split(1, 60_000, {1: (0, 200_000)}).hidden(1))
        found = agreement_of(path, 33)
        assert [(one.sides, one.n, one.agreed) for one in found.between] == [
            (("=AB", "CD"), 2, 0.0)
        ]
