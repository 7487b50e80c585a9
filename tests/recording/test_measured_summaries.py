"""What measures say of a person stands in summaries, reports and tables over sessions."""

import csv
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_desktop import cli
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.measured_summary import MeasuredSummary
from fer_desktop.domain.measures import Measurement, MeasureSpec
from fer_desktop.domain.people import People
from fer_desktop.domain.picture_problem import QUALITY, Problem
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.observed import Observed
from fer_desktop.recording.report.writing import observe
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_people import set_people
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import PRESET, VIDEO, face, frame, scores

pytestmark = pytest.mark.unit

EYES = MeasureSpec("eyes_open", ("right", "left"))
MOUTH = MeasureSpec("mouth_open", ("mouth_open",))
CAMERA = MeasureSpec("looks_at_camera", ("looks_at_camera",))
VALENCE = MeasureSpec("valence", ("valence",))
BLINKS = ((60, 64), (150, 153), (240, 244))
HAPPY, SAD = scores(0.8, 0.1, 0.1), scores(0.1, 0.8, 0.1)


def analyses() -> list[FrameAnalysis]:
    """Return ten seconds: three blinks, talking in the last four, dark and sad in the first two."""
    found = []
    for index in range(300):
        eyes = 0.2 if any(first <= index <= last for first, last in BLINKS) else 1.0
        mouth = 0.1 - 0.1 * np.cos(2 * np.pi * 4 * index / 30) if index >= 180 else 0.02
        problem = Problem.DARK if index < 60 else Problem.NONE
        quality = (100.0, 0.1, 90.0, float(problem), float(problem is Problem.NONE))
        measured = (
            Measurement(EYES, (eyes, eyes)),
            Measurement(MOUTH, (float(mouth),)),
            Measurement(CAMERA, (float(index < 150),)),
            Measurement(VALENCE, (0.5,)),
            Measurement(QUALITY, quality),
        )
        one = replace(face(1, raw=SAD if index < 60 else HAPPY), measurements=measured)
        found.append(replace(frame(index, one), measures=tuple(item.spec for item in measured)))
    return found


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for analysis in analyses():
        writer.write(analysis)
    writer.set_marks([Mark(4_000_000, "middle", 6_000_000)])
    writer.close()
    return path


def check(session: Observed) -> None:
    whole, middle = session.summaries()
    found = whole.people[0].measured
    assert found.blinks == 3
    assert found.blinks_per_min == pytest.approx(18, rel=0.01)
    assert found.blink_s == pytest.approx((5 + 4 + 5) / 3 / 30, abs=0.005)
    assert found.talking == pytest.approx(0.39, abs=0.03)
    assert found.at_camera == pytest.approx(0.5, abs=0.01)
    assert found.usable == pytest.approx(0.8, abs=0.01)
    assert found.valence == pytest.approx(0.5)
    assert found.arousal is found.valence_corrected is None
    assert middle.people[0].measured.blinks == 1
    assert middle.people[0].measured.talking == 0
    assert whole.people[0].shares[1].value == pytest.approx(0.2, abs=0.01)
    usable = session.summaries(usable_only=True)[0].people[0]
    assert usable.shares[1].value == 0  # sad was only the dark face
    assert (usable.seen_s, usable.read_s) == pytest.approx((10, 8), abs=0.05)
    assert usable.measured.usable == pytest.approx(0.8, abs=0.01)
    assert usable.measured.at_camera == pytest.approx(90 / 240, abs=0.01)


def test_a_session_and_its_table_say_the_same(session: Path, tmp_path: Path) -> None:
    check(observe(session)[0])
    export_session(session, tmp_path / "a.csv")
    check(observe(tmp_path / "a.csv")[0])


def test_the_command_line_leaves_out_what_is_not_usable(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: dict[bool, list[dict[str, str]]] = {}
    for usable_only in (False, True):
        out = tmp_path / f"{usable_only}.csv"
        words = ["report", str(session), "--out", str(out)] + ["--usable-only"] * usable_only
        assert cli.main(words, lambda _: 1) == 0
        with out.open(newline="") as file:
            rows[usable_only] = [row for row in csv.DictReader(file) if row["interval"] == ""]
    assert [row["usable_only"] for row in rows[True]] == ["1"] * 3
    sad = {choice: found[1] for choice, found in rows.items()}
    assert float(sad[False]["time_share"]) == pytest.approx(0.2, abs=0.01)
    assert float(sad[True]["time_share"]) == 0
    assert sad[True]["blinks"] == "2"  # the first one ended as the light came
    assert float(sad[True]["usable_share"]) == pytest.approx(0.8, abs=0.01)
    assert sad[True]["arousal_mean"] == ""
    assert "no face is left out" not in capsys.readouterr().err


def test_a_report_has_the_measures_and_says_what_is_left_out(session: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.html"
    words = ["report", str(session), "--out", str(out), "--usable-only"]
    assert cli.main(words, lambda _: 1) == 0
    page = out.read_text(encoding="utf-8")
    assert "blinks a minute" in page
    assert "Faces that are not usable are left out" in page
    assert "looks at camera" in page


def both_in_view(
    path: Path, other: Callable[[int, float], float | None], lost: Collection[int] = ()
) -> MeasuredSummary:
    """Return what is said of a person whom two tracks are that are in view together.

    Args:
        path: of the session that is written.
        other: how far the eyes of the second track are open, from frame and openness of the first;
            None where they are not seen.
        lost: frames in which the first track is not found.
    """
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for analysis in analyses():
        (one,) = analysis.faces
        eyes = other(analysis.frame_index, one.measurements[0].numbers[0])
        seen = () if eyes is None else (Measurement(EYES, (eyes, eyes)),)
        twin = replace(one, face_id=2, measurements=(*seen, *one.measurements[1:]))
        pair = (twin,) if analysis.frame_index in lost else (one, twin)
        writer.write(replace(analysis, faces=pair))
    writer.close()
    set_people(path, People().merged(2, 1))
    (person,) = observe(path)[0].summaries()[0].people
    assert person.face_ids == (1, 2)
    return person.measured


def later(frame: int, _: float) -> float:
    """Return eyes that blink when those of the other face are open again."""
    return 0.2 if any(last < frame <= last + 3 for _, last in BLINKS) else 1.0


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda _, eyes: eyes, id="the same"),
        pytest.param(lambda _, eyes: 0.7 * eyes, id="eyes look narrower"),
        pytest.param(lambda *_: 1.0, id="blinks are not seen"),
        pytest.param(lambda *_: None, id="eyes are not seen"),
        pytest.param(later, id="a moment later"),
    ],
)
@pytest.mark.parametrize("lost", [(), (61, 151, 242)], ids=["all the time", "with gaps"])
def test_a_person_who_is_in_view_twice_blinks_once(
    tmp_path: Path, other: Callable[[int, float], float | None], lost: Collection[int]
) -> None:
    found = both_in_view(tmp_path / "a.fersession", other, lost)
    assert found.blinks == 3
    assert found.blinks_per_min == pytest.approx(18, rel=0.02)
    assert found.talking == pytest.approx(0.39, abs=0.03)


def test_tracks_that_follow_each_other_are_one_series(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for analysis in analyses():  # another number in the middle of the second blink
        faces = (replace(analysis.faces[0], face_id=1 + (analysis.frame_index > 151)),)
        writer.write(replace(analysis, faces=faces))
    writer.close()
    apart = [one.measured.blinks for one in observe(path)[0].summaries()[0].people]
    assert apart == [1, 1]
    set_people(path, People().merged(2, 1))
    (person,) = observe(path)[0].summaries()[0].people
    assert person.measured.blinks == 3


def test_without_measures_nothing_is_said_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plain.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(40):
        writer.write(frame(index, face(1, raw=HAPPY)))
    writer.close()
    assert observe(path)[0].summaries()[0].people[0].measured.is_empty
    out = tmp_path / "plain.html"
    words = ["report", str(path), "--out", str(out), "--usable-only"]
    assert cli.main(words, lambda _: 1) == 0
    assert "blinks a minute" not in out.read_text(encoding="utf-8")
    assert "the measure quality was not taken: no face is left out" in capsys.readouterr().err
