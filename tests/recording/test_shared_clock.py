"""Sessions of two cameras come into one table on the clock that they share."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from fer_desktop.domain.frame import Frame
from fer_desktop.domain.host_clock import clock_name
from fer_desktop.recording.joint_export import export_together
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.recording.shared_clock import LiveSpan, live_span, shared_clock
from fer_desktop.recording.table_description import meta_path
from fer_desktop.sources.live_clock import LiveClock
from tests.recording.samples import CAMERA, PRESET, VIDEO, face, frame, picture, scores

pytestmark = pytest.mark.unit

BEGAN_NS = 5_000_000_000_000


def record(path: Path, taken_ns: list[int], info=CAMERA) -> Path:  # type: ignore[no-untyped-def]
    """Record a session whose frames were captured at these moments of the monotonic clock."""
    output = SessionOutput(lambda session, info: SessionWriter(path, info, settings={}))
    output.opened(1, info)
    output.model_changed(PRESET, 0, engine="litert", device="CPU")
    clock = LiveClock()
    for captured_ns in taken_ns:
        shown: Frame = clock.frame(picture(0).pixels.copy(), captured_ns)
        wall_ns = shown.wall_ns if info.is_live else None
        output.write(
            shown,
            frame(
                shown.index,
                face(raw=scores(0.7, 0.2, 0.1)),
                timestamp_us=shown.timestamp_us,
                wall_ns=wall_ns,
            ),
        )
    output.close(is_complete=True)
    return path


def every_33_ms(begin_ns: int, count: int = 30) -> list[int]:
    return [begin_ns + number * 33_000_000 for number in range(count)]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_two_cameras_are_aligned_to_the_microsecond(tmp_path: Path) -> None:
    one = record(tmp_path / "one.fersession", every_33_ms(BEGAN_NS))
    two = record(tmp_path / "two.fersession", every_33_ms(BEGAN_NS + 412_345_000))
    film = record(tmp_path / "film.fersession", every_33_ms(BEGAN_NS), VIDEO)
    joint = tmp_path / "all.csv"
    export_together([("one", one), ("film", film), ("two", two)], joint)
    rows = table(joint)
    assert list(rows[0])[-2:] == ["session", "shared_time_s"]
    starts = {row["session"]: row["shared_time_s"] for row in reversed(rows)}
    assert starts == {"one": "0.000000", "two": "0.412345", "film": ""}
    meta = json.loads(meta_path(joint).read_text(encoding="utf-8"))
    assert meta["shared_clock"] == ("monotonic" if clock_name() else "wall")
    sessions = {item["session"]: item for item in meta["sessions"]}
    assert sessions["two"]["monotonic_start_us"] == (BEGAN_NS + 412_345_000) // 1000
    assert meta["columns"][-1]["name"] == "shared_time_s"


def test_a_source_whose_time_begins_elsewhere_is_read_without_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    output = SessionOutput(lambda session, info: SessionWriter(path, info, settings={}))
    output.opened(1, CAMERA)
    output.model_changed(PRESET, 0, engine="litert", device="CPU")
    since_1970_us = 1_800_000_000_000_000
    shown = replace(picture(0), timestamp_us=since_1970_us, captured_ns=BEGAN_NS)
    output.write(shown, frame(0, timestamp_us=since_1970_us))
    output.close(is_complete=True)
    with SessionReader(path) as reader:
        info = reader.summary().info
    assert (info.clock, info.zero_ns) == ("", None)


def test_sessions_of_different_times_have_no_such_column(tmp_path: Path) -> None:
    one = record(tmp_path / "one.fersession", every_33_ms(BEGAN_NS, 3))
    two = record(tmp_path / "two.fersession", every_33_ms(BEGAN_NS + 10**10, 3))
    export_together([("one", one), ("two", two)], tmp_path / "all.csv")
    assert "shared_time_s" not in table(tmp_path / "all.csv")[0]


@pytest.mark.parametrize(
    ("clocks", "kind", "start_us"),
    [(("a", "a"), "monotonic", 250), (("a", "b"), "wall", 900), (("", ""), "wall", 900)],
)
def test_another_computers_clock_is_compared_by_wall_time(
    clocks: tuple[str, str], kind: str, start_us: int
) -> None:
    one = LiveSpan(clocks[0], 1_000_000, 7_000_000, 0, 5_000)
    two = LiveSpan(clocks[1], 1_250_000, 7_900_000, 0, 5_000)
    found = shared_clock({"one": one, "two": two})
    assert found is not None
    assert (found.kind, found.starts_us) == (kind, {"one": 0, "two": start_us})


def test_one_of_an_older_version_says_nothing_of_its_clock(tmp_path: Path) -> None:
    path = tmp_path / "old.fersession"
    writer = SessionWriter(path, CAMERA, settings={})
    writer.write(frame(0, wall_ns=9_000))
    writer.close()
    with SessionReader(path) as reader:
        assert live_span(reader) == LiveSpan("", 0, 9_000, 0, 0)


def test_faces_of_two_cameras_beside_each_other_as_documented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pandas")
    page = Path(__file__).parents[2].joinpath("docs", "streams.md").read_text(encoding="utf-8")
    snippet = page.rpartition("```python\n")[2].partition("```")[0]
    one = record(tmp_path / "one.fersession", every_33_ms(BEGAN_NS))
    two = record(tmp_path / "two.fersession", every_33_ms(BEGAN_NS + 5_000_000))
    export_together([("one", one), ("two", two)], tmp_path / "sessions.csv")
    monkeypatch.chdir(tmp_path)
    exec(snippet, {})
    said = capsys.readouterr().out.splitlines()
    assert said[1].split() == ["0", "0.000", "happy", "happy"]
