"""Sessions survive crashes, full disks and seeks."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import StorageError
from fer_desktop.recording import session_format, session_writer
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import delete_session, list_sessions, new_session_file
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.ui.sessions.session_texts import state_text
from tests.recording.samples import (
    CAMERA,
    OTHER_PRESET,
    PRESET,
    VIDEO,
    face,
    frame,
    rest,
    scores,
)

_ROOT = Path(__file__).resolve().parents[2]


def _wait_until(condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def _recorded(path: Path) -> list[int]:
    with SessionReader(path) as reader:
        return [row.analysis.frame_index for row in reader.rows()]


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    written = [
        frame(0, wall_ns=1_700_000_000_123_456_789),
        frame(1, face(1), face(2, raw=scores(0.5, 0.25, 0.25), is_unsure=True)),
        frame(2, face(1, raw=scores(0.125, 0.75, 0.125), smoothed=scores(0.25, 0.5, 0.25))),
    ]
    writer = SessionWriter(path, VIDEO, settings={"smoothing_ms": 300}, app_version="1.2.3")
    writer.model_changed(PRESET, 0)
    for analysis in written:
        writer.write(analysis)
    writer.add_mark(Mark(40_000, "laughs"))
    writer.add_mark(Mark(10_000, ""))
    writer.close()
    writer.close()
    with pytest.raises(StorageError, match="ended"):
        writer.add_mark(Mark(0, ""))

    assert not path.with_name("a.fersession-wal").exists(), "one session is one file"
    with SessionReader(path) as reader:
        assert [row.analysis for row in reader.rows()] == written
        assert {row.model for row in reader.rows()} == {"fake3"}
        assert reader.marks() == [Mark(10_000, ""), Mark(40_000, "laughs")]
        assert [(model.preset, model.from_frame) for model in reader.models] == [(PRESET, 0)]
        summary = reader.summary()
    assert summary.info.source == VIDEO
    assert summary.info.settings == {"smoothing_ms": 300}
    assert summary.info.app_version == "1.2.3"
    assert summary.info.libraries["numpy"]
    assert summary.is_complete
    assert (summary.frames, summary.duration_us) == (3, written[2].timestamp_us)


def test_a_frame_analysed_again_replaces_its_former_self(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(3):
        writer.write(frame(index, face(1, raw=scores(1.0, 0.0, 0.0)), face(2)))
    _wait_until(lambda: len(_recorded(path)) == 3)  # across commits as well as within one
    writer.model_changed(OTHER_PRESET, 1)
    again = frame(1, face(1, raw=scores(0.25, 0.75, labels=OTHER_PRESET.labels)))
    writer.write(frame(1, face(7)))
    writer.write(again)
    writer.close()

    with SessionReader(path) as reader:
        rows = list(reader.rows())
    assert [row.analysis.frame_index for row in rows] == [0, 1, 2]
    assert rows[1].analysis == again
    assert [row.model for row in rows] == ["fake3", "other2", "fake3"]


def test_a_running_session_is_read_as_of_now(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, CAMERA, settings={})
    writer.write(frame(0))
    _wait_until(lambda: _recorded(path) == [0])
    with SessionReader(path) as reader:
        writer.write(frame(1))
        _wait_until(lambda: _recorded(path) == [0, 1])
        assert [row.analysis.frame_index for row in reader.rows()] == [0]
        assert not reader.summary().is_complete
    writer.close()


_CRASHING = """
import os, signal, sys, time
from pathlib import Path
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import CAMERA, PRESET, face, frame, scores

writer = SessionWriter(Path(sys.argv[1]), CAMERA, settings={})
writer.model_changed(PRESET, 0)
start = time.monotonic()
index = 0
while True:
    writer.write(frame(index, face(1, raw=scores(0.5, 0.25, 0.25))))
    print(index, flush=True)
    index += 1
    time.sleep(0.01)
"""


def test_sigkill_loses_at_most_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "killed.fersession"
    process = subprocess.Popen(
        [sys.executable, "-c", _CRASHING, str(path)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    written: list[tuple[int, float]] = []
    for line in process.stdout:
        written.append((int(line), time.monotonic()))
        if written[-1][1] - written[0][1] > 1.5:
            break
    process.kill()
    killed = time.monotonic()
    process.stdout.close()
    process.wait()

    due = [index for index, moment in written if moment < killed - 1.0]
    assert len(due) > 10
    with SessionReader(path) as reader:
        kept = [row.analysis for row in reader.rows()]
        assert not reader.summary().is_complete
    assert [analysis.frame_index for analysis in kept] == list(range(len(kept)))
    assert len(kept) >= len(due)
    assert kept[-1].faces == (face(1, raw=scores(0.5, 0.25, 0.25)),)


@pytest.fixture
def small_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite meet a full disk after some twenty pages."""
    create = session_format.create

    def create_small(*args: object) -> sqlite3.Connection:
        db = create(*args)  # type: ignore[arg-type]
        db.execute("PRAGMA max_page_count = 24")
        return db

    monkeypatch.setattr(session_format, "create", create_small)


def _fill(writer: SessionWriter) -> None:
    """Write until the writer's own thread has met the full disk, however long that takes it."""
    for index in range(1, 5000):
        writer.write(frame(index, face(1)))
    _wait_until(lambda: writer.write(frame(5000)) is not None)


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_is_told_and_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, CAMERA, settings={})
    writer.write(frame(0, face(1)))
    _wait_until(lambda: _recorded(path) == [0])
    with pytest.raises(StorageError, match=r"the disk is full\. .+"):
        _fill(writer)
    with pytest.raises(StorageError):
        writer.add_mark(Mark(0, ""))
    writer.model_changed(PRESET, 5001)
    writer.close()
    kept = _recorded(path)  # up to a commit, wherever the clock put it
    assert kept == list(range(len(kept)))
    assert 0 < len(kept) < 5000


def test_a_disk_that_is_full_at_the_beginning_keeps_no_damaged_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_tables = session_format._create_tables

    def create_few(db: sqlite3.Connection, info: object) -> None:
        db.execute("PRAGMA max_page_count = 2")
        create_tables(db, info)

    monkeypatch.setattr(session_format, "_create_tables", create_few)
    path = new_session_file(tmp_path, CAMERA)
    with pytest.raises(StorageError, match="the disk is full"):
        SessionWriter(path, CAMERA, settings={})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_full_at_the_end_is_told_by_close(tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / "a.fersession", CAMERA, settings={})
    for index in range(1500):
        writer.write(frame(index, face(1)))
    with pytest.raises(StorageError, match="full"):
        writer.close()
    writer.close()


def test_a_standing_disk_never_holds_up_the_analysis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_writer, "_PENDING_MAX", 50)
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, CAMERA, settings={})
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")  # holds the file like a disk that stands still
    start = time.monotonic()
    for index in range(500):
        writer.write(frame(index))
    assert time.monotonic() - start < 0.5
    assert writer.dropped >= 400
    other.rollback()
    other.close()
    writer.close()
    assert len(_recorded(path)) == 500 - writer.dropped


def test_a_session_never_goes_over_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    path.write_text("something")
    with pytest.raises(StorageError, match="already exists"):
        SessionWriter(path, VIDEO, settings={})
    assert path.read_text() == "something"


def test_an_unusable_folder_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        SessionWriter(tmp_path / "missing" / "a.fersession", VIDEO, settings={})
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="a file is in its place"):
        new_session_file(tmp_path / "file", VIDEO)


def test_sessions_of_the_same_second_have_distinct_files(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    paths = {new_session_file(folder, VIDEO) for _ in range(3)}
    assert len(paths) == 3
    assert all("clip-é-mp4" in path.name for path in paths)
    for path in paths:
        SessionWriter(path, VIDEO, settings={}).close()


def test_sessions_are_listed_latest_first_without_the_unreadable(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a", "b"):
        SessionWriter(tmp_path / f"{name}.fersession", VIDEO, settings={}).close()
    (tmp_path / "broken.fersession").write_bytes(b"no database" * 100)
    (tmp_path / "empty.fersession").touch()
    assert [summary.path.stem for summary in list_sessions(tmp_path)] == ["b", "a"]
    assert caplog.text.count("left out") == 2
    delete_session(tmp_path / "b.fersession")
    assert [summary.path.stem for summary in list_sessions(tmp_path)] == ["a"]
    assert list_sessions(tmp_path / "missing") == []


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    SessionWriter(path, VIDEO, settings={}).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StorageError, match="newer version"):
        SessionReader(path)
    with pytest.raises(StorageError, match="missing"):
        SessionReader(tmp_path / "none.fersession")


def test_names_that_are_no_text_can_be_stored(tmp_path: Path) -> None:
    source = type(VIDEO)(
        kind="video", name="caf\udce9.mp4", uri="/caf\udce9.mp4", width_px=2, height_px=2
    )
    path = tmp_path / "a.fersession"
    SessionWriter(path, source, settings={}).close()
    with SessionReader(path) as reader:
        assert reader.summary().info.source.name == "caf\\udce9.mp4"


def test_what_faces_were_read_against_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    first, second = rest(0.25, 0.25, 0.5), rest(0.125, 0.25, 0.625, origin="interval")
    raw = scores(0.5, 0.25, 0.25)
    written = [
        frame(0, face(1, raw=raw), face(2, raw=raw, baseline=second)),
        frame(1, face(1, raw=raw, baseline=first), face(2, raw=raw, baseline=second)),
        frame(2, face(1, raw=raw)),
    ]
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    for analysis in written:
        writer.write(analysis)
    writer.close()
    with SessionReader(path) as reader:
        assert [row.analysis for row in reader.rows()] == written
        used = [(each.face_id, each.baseline, each.from_frame) for each in reader.calibrations]
    assert used == [(2, second, 0), (1, first, 1)]


def test_a_calibration_whose_frames_were_all_read_anew_is_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    raw = scores(0.5, 0.25, 0.25)
    writer = SessionWriter(path, VIDEO, settings={})
    writer.model_changed(PRESET, 0)
    writer.write(frame(0, face(1, raw=raw, baseline=rest(0.25, 0.25, 0.5))))
    _wait_until(lambda: _recorded(path) == [0])
    writer.write(frame(0, face(1, raw=raw)))
    writer.close()
    with SessionReader(path) as reader:
        assert reader.calibrations == ()


def test_readings_of_one_face_in_an_interval_by_one_model(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    raw = [scores(0.5, 0.25, 0.25), scores(0.25, 0.5, 0.25), scores(0.25, 0.25, 0.5)]
    other = scores(0.25, 0.75, labels=OTHER_PRESET.labels)
    writer = SessionWriter(path, VIDEO, settings={})
    writer.write(frame(0, face(1)))  # before a model was ready
    writer.model_changed(OTHER_PRESET, 1)
    writer.write(frame(1, face(1, raw=other)))
    writer.model_changed(PRESET, 2)
    for index, each in enumerate(raw, start=2):
        writer.write(frame(index, face(1, raw=each), face(2, raw=raw[0])))
    writer.close()
    with SessionReader(path) as reader:
        found = reader.readings(1, 0, 100_000, PRESET.sha256)
        assert found == [(66_666, raw[0]), (100_000, raw[1])]
        assert reader.readings(3, 0, 1_000_000, PRESET.sha256) == []


def test_gaps_of_a_live_source_are_counted_for_the_list(tmp_path: Path) -> None:
    times_us = (0, 33_333, 900_000, 2_500_000, 2_533_333, 9_000_000)
    for name, source in (("live", CAMERA), ("film", VIDEO)):
        writer = SessionWriter(tmp_path / f"{name}.fersession", source, settings={})
        for index, time_us in enumerate(times_us):
            writer.write(frame(index, timestamp_us=time_us))
        writer.close(SessionEnd(missed=1_042))
    found = {summary.path.stem: summary for summary in list_sessions(tmp_path)}
    assert (found["live"].gaps, found["film"].gaps) == (2, 0)
    assert state_text(found["live"], is_in_use=False) == "1,042 dropped, 2 gaps"
