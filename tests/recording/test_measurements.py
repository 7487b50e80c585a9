"""Landmarks come back from a session; numbers that fit no measure are refused."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.face import LEFT_EYE, RIGHT_EYE, Point
from fer_desktop.errors import StorageError
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_writer import SessionWriter
from tests.recording.samples import VIDEO, face, frame

pytestmark = pytest.mark.unit

EYES: dict[str, Point] = {RIGHT_EYE: (120.5, 100.25), LEFT_EYE: (180.0, 101.75)}


def seen(face_id: int, landmarks: dict[str, Point]) -> FaceAnalysis:
    plain = face(face_id)
    return replace(plain, detection=replace(plain.detection, landmarks=landmarks))


def test_landmarks_come_back_with_their_faces(tmp_path: Path) -> None:
    path = tmp_path / "a.fersession"
    written = [
        frame(0),
        frame(1, seen(1, EYES), seen(2, {})),
        frame(2, seen(1, {**EYES, "nose_tip": (150.0, 130.5)}), seen(2, EYES)),
        frame(4, seen(2, EYES)),
    ]
    writer = SessionWriter(path, VIDEO, settings={})
    writer.write(frame(1, seen(7, EYES)))  # is replaced
    for analysis in written:
        writer.write(analysis)
    writer.close()
    with SessionReader(path) as reader:
        assert [row.analysis for row in reader.rows()] == written
    db = sqlite3.connect(path)
    measures = db.execute("SELECT key, channels, unit FROM measures").fetchall()
    db.close()
    assert measures[0] == (
        "landmarks",
        '["right_eye.x", "right_eye.y", "left_eye.x", "left_eye.y"]',
        "px",
    )
    assert len(measures) == 2


@pytest.mark.parametrize(
    "numbers",
    [b"", b"\0" * 3, b"\0" * 8, np.full(4, np.nan, "<f4").tobytes()],
    ids=["none", "cut", "too few", "no numbers"],
)
def test_numbers_that_do_not_fit_are_damage(tmp_path: Path, numbers: bytes) -> None:
    path = tmp_path / "a.fersession"
    writer = SessionWriter(path, VIDEO, settings={})
    writer.write(frame(0, seen(1, EYES)))
    writer.close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE measured SET numbers = ?", (numbers,))
    db.close()
    with SessionReader(path) as reader, pytest.raises(StorageError, match="cannot be read"):
        list(reader.rows())
