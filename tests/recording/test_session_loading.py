"""A past session read as a whole says what reading it frame by frame says."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.domain.measures import Measurement, MeasureSpec
from fer_desktop.domain.timeline import Timeline
from fer_desktop.errors import StorageError
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_loading import load_session
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import add_mark
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import OTHER_PRESET, PRESET, VIDEO, face, frame, rest, scores

ROLL = MeasureSpec("head_roll", ("head_roll",), "deg")
MESH = MeasureSpec("mesh", tuple(f"x{number}" for number in range(20)), "px")


def written(path: Path, *, is_plain: bool = False) -> Path:
    """Write a session: two models, a calibrated face, a measured one, frames without anybody."""
    writer = SessionWriter(path, VIDEO, settings={"every": 2})
    if not is_plain:
        writer.write(frame(0, face(1)))  # before there was a model
    writer.model_changed(PRESET, 1, engine="litert", device="CPU")
    for index in range(1, 8):
        other = [face(2, raw=scores(0.25, 0.25, 0.5), is_unsure=True)] * (index > 4)
        writer.write(frame(index, face(1, raw=scores(0.5, 0.25, 0.25)), *other))
    if not is_plain:
        writer.model_changed(OTHER_PRESET, 8, engine="keras", device="CPU")
        calibrated = face(1, raw=scores(0.75, 0.25, labels=OTHER_PRESET.labels))
        writer.write(frame(8, calibrated))
        writer.write(frame(11))
        writer.model_changed(PRESET, 12)
        writer.write(frame(12, face(1, raw=scores(0.5, 0.25, 0.25), baseline=rest(0.2, 0.2, 0.6))))
        measured = face(3, raw=scores(0.5, 0.25, 0.25))
        roll, mesh = Measurement(ROLL, (12.5,)), Measurement(MESH, (0.0,) * 20)
        object.__setattr__(measured, "measurements", (roll, mesh))
        writer.write(frame(13, measured))
    writer.add_mark(Mark(40_000, "smiles"))
    writer.close()
    return path


@pytest.mark.parametrize("is_plain", [True, False])
def test_everything_is_there_that_a_window_shows(tmp_path: Path, is_plain: bool) -> None:
    path = written(tmp_path / "a.fersession", is_plain=is_plain)
    loaded = load_session(path)
    with SessionReader(path) as reader:
        rows = [row.analysis for row in reader.rows()]
    assert loaded.frame_indices.tolist() == [row.frame_index for row in rows]
    timeline = Timeline()
    for row in rows:
        found = loaded.known.at(row.frame_index)
        assert found is not None
        assert [item.face_id for item in found.faces] == [item.face_id for item in row.faces]
        for one, other in zip(found.faces, row.faces, strict=True):
            assert one.detection.box == other.detection.box
            assert (one.smoothed, one.scores) == (other.smoothed, other.scores)
            assert (one.is_unsure, one.baseline) == (other.is_unsure, other.baseline)
        timeline.append(row)
    if not is_plain:
        (measured,) = loaded.known.at(13).faces
        mesh = Measurement(MESH, (0.0,) * 20)
        assert measured.measurements == (Measurement(ROLL, (12.5,)), mesh)
        # Without its pictures a session is played from frame 0 on.
        last = len(rows) - 1
        loaded.known.number_anew()
        assert loaded.known.at(last).faces[0].measurements[1] == mesh
        path.unlink()  # as from the list of past sessions
        assert len(loaded.known.at(last).faces[0].measurements) == 1
        assert loaded.timeline.measured(3, ROLL) is not None
    assert loaded.timeline.extent_us == timeline.extent_us
    assert set(loaded.timeline.labels) == set(timeline.labels)
    for face_id in (1, 2, 3):
        one, other = loaded.timeline.series(face_id), timeline.series(face_id)
        if other is None:
            assert one is None
            continue
        seen, wanted = (series.window(0, 10**7, 1000) for series in (one, other))
        assert seen.times_us.tolist() == wanted.times_us.tolist()
        order = [loaded.timeline.labels.index(label) for label in timeline.labels]
        known = wanted.values.shape[1]  # more labels may have come later
        np.testing.assert_array_equal(seen.values[:, order[:known]], wanted.values)
    assert [mark.text for mark in loaded.marks] == ["smiles"]


def test_a_mark_is_added_to_a_session_that_has_ended(tmp_path: Path) -> None:
    path = written(tmp_path / "a.fersession")
    add_mark(path, Mark(10_000, "frowns"))
    assert [mark.text for mark in load_session(path).marks] == ["frowns", "smiles"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE frames SET timestamp_us = 'soon' WHERE frame_index = 3",
        "UPDATE frames SET timestamp_us = 9000000000000000000 WHERE frame_index = 3",
        "UPDATE frames SET width_px = -5",
        "UPDATE frames SET model_id = 99 WHERE frame_index = 3",
        "UPDATE faces SET x1 = 1e300 WHERE frame_index = 3",
        "UPDATE faces SET x1 = 900 WHERE frame_index = 3",
        "UPDATE faces SET x1 = 'left' WHERE frame_index = 3",
        "UPDATE faces SET score = 7 WHERE frame_index = 3",
        "UPDATE faces SET face_id = -1 WHERE frame_index = 3",
        "UPDATE faces SET face_id = 9000000000 WHERE frame_index = 3",
        "UPDATE faces SET smoothed = X'00' WHERE frame_index = 3",
        "UPDATE faces SET smoothed = 'much' WHERE frame_index = 3",
        "UPDATE faces SET smoothed = X'0000c07f0000c07f0000003f' WHERE frame_index = 3",
        "UPDATE faces SET probabilities = X'000080400000000000000000' WHERE frame_index = 3",
        "UPDATE faces SET frame_index = 77 WHERE frame_index = 3",
        "UPDATE session SET title = zeroblob(50000)",
        "UPDATE measured SET numbers = X'00'",
        "DELETE FROM frames",
    ],
)
def test_a_damaged_session_is_refused(tmp_path: Path, damage: str) -> None:
    path = written(tmp_path / "a.fersession")
    db = sqlite3.connect(path)
    with db:
        db.execute(damage)
    db.close()
    with pytest.raises(StorageError):
        load_session(path)
