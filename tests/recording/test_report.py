"""A session and its exported table say the same; reports and tables are whole and lead nowhere."""

import csv
import json
import re
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_desktop import cli
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.people import People, Person, TrackPart
from fer_desktop.errors import StorageError
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.joint_export import export_together
from fer_desktop.recording.observed import Observed
from fer_desktop.recording.report.writing import observe, write_report
from fer_desktop.recording.session_facts import SessionFacts, write_facts
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_observer import SessionObserver
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_people import set_people
from fer_desktop.recording.session_store import set_marks
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.recording.summary_table import SUMMARY_COLUMNS, dictionary_path
from fer_desktop.recording.table_description import meta_path
from fer_desktop.recording.table_observer import observe_table
from tests.recording.samples import OTHER_PRESET, PRESET, VIDEO, face, frame, scores

pytestmark = pytest.mark.unit

EVIL = "<script>alert(1)</script>"


def analyses(count: int = 120) -> list[FrameAnalysis]:
    """Return four seconds in which face 1 is happy, then sad, and face 2 comes for a second."""
    found = []
    for index in range(count):
        first = scores(0.8, 0.1, 0.1) if index < count // 2 else scores(0.1, 0.7, 0.2)
        faces = [face(1, raw=first, is_unsure=index % 10 == 0)] if index % 4 else []
        if 30 <= index < 60:
            small = (10.0, 10.0, 40.0, 40.0)
            faces.append(face(2, raw=scores(0.2, 0.2, 0.6), box=small))
        found.append(frame(index, *faces))
    return found


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session with a participant, a marked interval and a moment."""
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for analysis in analyses():
        writer.write(analysis)
    writer.set_marks([Mark(1_000_000, EVIL, 2_000_000), Mark(500_000, "a moment")])
    writer.close()
    write_facts(path, SessionFacts("=Talk", "P01", "baseline & more", ""))
    return path


def numbers_of(session: Observed) -> list[Any]:
    """Return what a session says, less what a table cannot tell."""
    return [
        (part.interval, part.seconds, part.missing, replace(person, unsure=None, flaws=()))
        for part in session.summaries()
        for person in part.people
    ]


def test_a_session_says_who_showed_what_for_how_long(session: Path) -> None:
    found = SessionObserver(session).look()
    assert (found.name, found.facts.participant, found.source) == ("=Talk", "P01", VIDEO.name)
    whole, marked = found.summaries()
    assert found.seen.labels == ("happy", "sad", "neutral")
    assert whole.seconds == pytest.approx(4, abs=0.01)
    assert whole.missing == pytest.approx(22 / 120, abs=0.01)
    first, second = whole.people
    assert (first.name, second.name) == ("face 1", "face 2")
    assert first.shares[0].value == pytest.approx(0.5, abs=0.01)
    assert first.means[1].value == pytest.approx(0.4, abs=0.01)
    assert first.unsure == pytest.approx(6 / 90, abs=0.001)
    assert second.small == 1
    assert second.flaws == ("small",)
    assert marked.interval.name == EVIL
    assert [person.shares[0].value for person in marked.people] == pytest.approx([1, 0])


def test_a_session_is_read_on_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    observer = SessionObserver(path)
    writer.model_changed(PRESET, 0)
    for analysis in analyses()[:50]:
        writer.write(analysis)
    limit = time.monotonic() + 60  # the writer has its own thread
    while len(observer.look().seen.times_us) < 50 and time.monotonic() < limit:
        time.sleep(0.02)
    assert len(observer.look().seen.times_us) == 50
    for analysis in analyses()[50:]:
        writer.write(analysis)
    writer.model_changed(OTHER_PRESET, 120)
    labels = OTHER_PRESET.labels
    writer.write(frame(120, face(1, raw=scores(0.3, 0.7, labels=labels))))
    writer.close()
    whole = SessionObserver(path).look()
    read_on = observer.look()
    assert read_on.seen.labels == whole.seen.labels == ("happy", "sad", "neutral", "surprise")
    assert read_on.summaries() == whole.summaries()
    assert whole.summaries()[0].frames == 121


def test_people_are_summed_up_as_the_user_says_who_is_who(session: Path, tmp_path: Path) -> None:
    everybody = SessionObserver(session).look().summaries()[0]
    both, later = TrackPart(1), TrackPart(1, 2_000_000)
    named = People.of([(both, 2), (later, 7)], [Person(2, "P01")])
    set_people(session, named)
    first, second = SessionObserver(session).look().summaries()[0].people
    assert (first.name, first.face_ids) == ("P01", (1, 2))
    assert (second.name, second.face_ids) == (named.table_name(7), (1,))
    # One comes after the other; where both faces of the first one are in view, it is there once.
    assert everybody.missing is not None
    assert first.seen_s + second.seen_s == pytest.approx(
        everybody.seconds * (1 - everybody.missing)
    )
    set_people(session, People.of([(both, 2), (later, 7)], [Person(2, "P01", True)]))
    (left,) = SessionObserver(session).look().summaries()[0].people
    assert left == second
    export_session(session, tmp_path / "a.csv")
    (of_table,) = observe_table(tmp_path / "a.csv")[0].summaries()[0].people
    assert (of_table.name, of_table.frames) == (second.name, second.frames)


def test_a_table_says_what_its_session_says(session: Path, tmp_path: Path) -> None:
    wanted = numbers_of(SessionObserver(session).look())
    assert len(wanted) == 4
    for dialect in ("comma", "semicolon"):
        for empty_rows in (False, True):
            path = tmp_path / f"{dialect}{empty_rows}.csv"
            export_session(session, path, empty_rows=empty_rows, dialect=dialect)
            (found,) = observe_table(path)
            assert (found.name, found.facts.condition) == ("=Talk", "baseline & more")
            assert [model.preset for model in found.models] == [PRESET]
            for one, other in zip(numbers_of(found), wanted, strict=True):
                assert one[0] == other[0]
                assert one[1:3] == pytest.approx(other[1:3], abs=0.01)
                assert one[3].shares[0].value == pytest.approx(other[3].shares[0].value, abs=0.01)
                assert one[3].seen_s == pytest.approx(other[3].seen_s, abs=0.05)
    meta_path(path).unlink()
    (alone,) = observe_table(path)
    assert alone.models == ()
    assert [part.interval.name for part in alone.summaries()] == [""]


def test_a_joint_table_is_several_sessions(session: Path, tmp_path: Path) -> None:
    export_together([("one", session), ("two", session)], tmp_path / "all.csv")
    found = observe_table(tmp_path / "all.csv")
    assert [each.name for each in found] == ["one", "two"]
    assert [each.facts.participant for each in found] == ["P01", "P01"]
    assert found[0].summaries() == found[1].summaries()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        b"\xff\xfe\x00",
        b"frame_index,time_s,face_id,width_px,emotion\n1,2\n",
        b"frame_index,time_s,face_id,width_px,emotion\nx,0,1,5,happy\n",
        b"frame_index,time_s,face_id,width_px,emotion\n1,1e300,1,5,happy\n",
        b"frame_index,time_s,face_id,width_px,emotion,emotion\n1,1,1,5,a,b\n",
    ],
    ids=range(7),
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="cannot be read as a table of results"):
        observe(path)
    with pytest.raises(StorageError, match="cannot be read"):
        observe(tmp_path / "missing.csv")


def test_frames_that_lie_far_apart_take_no_memory(tmp_path: Path) -> None:
    lines = ["frame_index,time_s,face_id,width_px,emotion"]
    lines += [f"{index},{index},1,5,happy" for index in (0, 1, 10**9)]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    meta_path(tmp_path / "a.csv").write_text('{"frame_count": 10000000}')
    tracemalloc.start()
    (found,) = observe_table(tmp_path / "a.csv")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 500e6  # every frame between would take 8 GB
    assert len(found.seen.times_us) == 3
    assert not found.seen.has_all_frames


def test_one_frame_with_a_face_does_not_tell_of_the_others(tmp_path: Path) -> None:
    lines = ["frame_index,time_s,face_id,width_px,emotion", "40,1.6,1,50,happy"]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    meta_path(tmp_path / "a.csv").write_text('{"frame_count": 100}')
    (found,) = observe_table(tmp_path / "a.csv")
    assert not found.seen.has_all_frames  # else none of the others would lack a face
    assert any("how many frames have no face" in text for text in found.caveats)


def test_a_film_without_a_face_is_not_left_out(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = tmp_path / "nobody.fersession"
    writer = SessionWriter(nobody, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(90):
        writer.write(frame(index))
    writer.close()
    write_facts(nobody, SessionFacts("Talk 2", "P02", "control", ""))
    exported, joint = tmp_path / "nobody.csv", tmp_path / "joint.csv"
    export_session(nobody, exported)
    export_together([("one", session), ("two", nobody)], joint)
    (alone,) = observe_table(exported)
    _, other = observe_table(joint)
    for found in (*observe(nobody), alone, other):
        (whole,) = found.summaries()
        assert (found.facts.participant, whole.frames, whole.missing) == ("P02", 90, 1.0)
        assert whole.seconds == pytest.approx(3.0, abs=0.05)
    out = tmp_path / "all.csv"
    assert cli.main(["report", str(session), str(exported), "--out", str(out)], _no_window) == 0
    with out.open(newline="", encoding="utf-8") as file:
        *_, last = csv.DictReader(file)
    wanted = {"participant": "P02", "interval": "", "no_face_share": "1.000000", "person": ""}
    assert last | wanted | {"emotion": "", "mean": "", "blinks": ""} == last
    meta_path(exported).unlink()
    assert cli.main(["report", str(exported), "--out", str(out)], _no_window) == 1
    assert "has no rows, and no description beside it" in capsys.readouterr().err


def test_a_damaged_description_is_told_of(session: Path, tmp_path: Path) -> None:
    export_session(session, tmp_path / "a.csv")
    meta_path(tmp_path / "a.csv").write_text('{"marks": 7}')
    with pytest.raises(StorageError, match=r"a\.meta\.json is damaged: marks"):
        observe_table(tmp_path / "a.csv")


def test_a_page_needs_nothing_else_and_runs_nothing(session: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    write_report(observe(session) * 2, path, write_pdf=_no_pdf)
    text = path.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert not re.search(r"(src|href)=|url\(|@import", text)
    assert set(re.findall(r"https?://[^\"< ]+", text)) == {"http://www.w3.org/2000/svg"}
    assert text.count("<svg ") == 7  # of both together, and three of each
    for wanted in ("Summary of 2 sessions", "baseline &amp; more", "Marked intervals", "Politis"):
        assert wanted in text
    with pytest.raises(StorageError, match="already exists"):
        write_report(observe(session), path, write_pdf=_no_pdf)
    with pytest.raises(StorageError, match="no name for a report"):
        write_report(observe(session), tmp_path / "a.docx", write_pdf=_no_pdf)


def test_moments_stand_in_the_strips_and_long_names_in_several_lines(
    session: Path, tmp_path: Path
) -> None:
    long = "a film of a cat that falls from a chair, shown twice"
    moments = [Mark(500_000, "button"), Mark(9_000_000, "too late")]
    set_marks(session, [*moments, Mark(0, long, 900_000)])
    write_report(observe(session), tmp_path / "a.html", write_pdf=_no_pdf)
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<title>button</title>" in text
    assert ">button</text>" in text
    assert "too late" not in text  # after the end
    # A line that cannot be broken would push the figures out of the page.
    assert '<table class="figures named"><thead><tr><th>interval</th>' in text
    assert f"<td>{long}</td>" in text
    assert "<td>face\N{NO-BREAK SPACE}1</td>" in text
    assert '<meta name="viewport"' in text


def test_the_tidy_table_explains_every_column(session: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    sessions = [*observe(session), replace(observe(session)[0], name="other")]
    write_report(sessions, path, write_pdf=_no_pdf)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 4 * 3  # sessions, people in intervals, labels
    assert rows[0] | {
        "session": "'=Talk", "participant": "P01", "condition": "baseline & more",
        "interval": "", "person": "face 1", "emotion": "happy", "model": "fake3", "flags": "",
    } == rows[0]  # fmt: skip
    assert float(rows[0]["time_share"]) == pytest.approx(0.5, abs=0.01)
    shares: dict[tuple[str, ...], float] = {}
    for row in rows:
        key = row["session"], row["person"], row["interval"]
        shares[key] = shares.get(key, 0) + float(row["time_share"])
    assert list(shares.values()) == pytest.approx([1] * 8)
    with dictionary_path(path).open(newline="", encoding="utf-8") as file:
        explained = list(csv.DictReader(file))
    assert [row["column"] for row in explained] == list(rows[0])
    assert all(column.meaning for column in SUMMARY_COLUMNS)
    for suffix in (".xlsx", ".parquet"):
        write_report(sessions, tmp_path / f"other{suffix}", write_pdf=_no_pdf)


def test_the_command_writes_what_it_can_and_names_the_rest(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    broken = tmp_path / "broken.csv"
    broken.write_text("nothing")
    arguments = ["report", str(session), str(broken), "--out", str(out)]
    assert cli.main(arguments, _no_window) == 1
    said = capsys.readouterr().err
    assert "broken.csv: " in said
    assert "1 session: " in said
    assert out.exists()
    assert cli.main(["report", str(session), "--out", str(out)], _no_window) == 0  # replaced
    assert cli.main(["report", str(broken), "--out", str(out)], _no_window) == 1
    assert cli.main(["report", str(session), "--out", str(tmp_path / "a.docx")], _no_window) == 1
    assert cli.main(["report", str(broken), "--out", str(broken)], _no_window) == 1
    assert broken.read_text() == "nothing"
    capsys.readouterr()


def test_light_and_direction_come_with_the_session_and_into_no_table(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    output = SessionOutput(lambda _, info: SessionWriter(path, info, settings={}))
    output.opened(1, VIDEO)
    output.model_changed(PRESET, 0, engine="", device="")
    points = {"right_eye": (130.0, 120.0), "left_eye": (190.0, 120.0), "nose": (190.0, 150.0)}
    known = face(1, raw=scores(0.8, 0.1, 0.1))
    turned = replace(known, detection=Detection(known.detection.box, 0.9, points))
    away = replace(known, detection=Detection(BoundingBox(-90, -90, -10, -10), 0.9))
    for index, one in enumerate((known, turned, away)):
        pixels = np.full((480, 640, 3), 20 if index else 200, np.uint8)
        output.write(Frame(index, index * 33_333, 0, pixels), frame(index, one))
    output.close(is_complete=True)
    seen = SessionObserver(path).look().seen
    assert seen.light[:2].tolist() == pytest.approx([200, 20])
    assert np.isnan(seen.light[2])
    assert np.isnan(seen.turned[0])
    assert seen.turned[1] == 1
    export_session(path, tmp_path / "a.csv")
    assert "light" not in (tmp_path / "a.csv").read_text()
    assert json.loads(meta_path(tmp_path / "a.csv").read_text())["measures"] == []


def _no_pdf(*_: object) -> None:
    raise AssertionError("no PDF is wanted")


def _no_window(_: object) -> int:
    raise AssertionError("no window is wanted")
