"""Films of sessions that do not know their content: what can be compared is, the rest is said."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fer_desktop.errors import SourceError
from fer_desktop.recording.bundle_import import import_bundle
from fer_desktop.recording.bundle_writing import write_bundle
from fer_desktop.recording.session_pictures import check_pictures, find_pictures
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.sources.factory import open_file
from tests.helpers.clips import numbered, write_clip
from tests.helpers.faces import portrait, save
from tests.recording.samples import PRESET, face, frame, scores

FRAMES = 30


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "film.mp4", FRAMES)


@pytest.fixture
def session(tmp_path: Path, film: Path) -> Path:
    return _session(tmp_path / "a.fersession", film)


def _session(path: Path, film: Path) -> Path:
    with closing(open_file(film)) as source:
        info = source.open()
    writer = SessionWriter(path, info, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(3):
        found = frame(index, face(1, raw=scores(0.5, 0.25, 0.25)))
        writer.write(replace(found, width_px=info.width_px, height_px=info.height_px))
    writer.close()
    return path


def summary_of(session: Path) -> SessionSummary:
    with SessionReader(session) as reader:
        return reader.summary()


def longer(film: Path) -> None:
    write_clip(film, FRAMES + 1)


def slower(film: Path) -> None:
    write_clip(film, FRAMES, fps=25)


def larger(film: Path) -> None:
    write_clip(film, (numbered(at, (208, 96)) for at in range(FRAMES)))


def picture(film: Path) -> None:
    save(film.with_suffix(".png"), portrait())
    film.with_suffix(".png").rename(film)


def no_film(film: Path) -> None:
    film.write_bytes(os.urandom(5_000))


@pytest.mark.parametrize("change", [longer, slower, larger, picture, no_film])
def test_another_file_at_its_place_is_not_taken_for_it(
    session: Path, film: Path, change: Callable[[Path], None]
) -> None:
    change(film)
    found = find_pictures(summary_of(session), [])
    assert (found.file, found.problem) == (None, "changed")
    with pytest.raises(SourceError, match="another file than the one that was analysed"):
        check_pictures(summary_of(session), film)


def test_one_that_is_alike_is_taken_and_that_it_may_be_another_is_known(
    session: Path, film: Path
) -> None:
    found = find_pictures(summary_of(session), [])
    assert (found.file, found.problem, found.is_confirmed) == (film, "", False)
    check_pictures(summary_of(session), film)
    film.rename(film.with_name("moved.mp4"))  # there is nothing that it could be known by
    assert find_pictures(summary_of(session), [film.parent]).problem == "missing"
    check_pictures(summary_of(session), film.with_name("moved.mp4"))


def test_what_an_early_version_did_not_note_is_not_asked_for(session: Path, film: Path) -> None:
    with closing(sqlite3.connect(session)) as db, db:
        db.execute("UPDATE session SET frame_count = NULL, duration_us = NULL")
    assert find_pictures(summary_of(session), []).file == film
    larger(film)
    assert find_pictures(summary_of(session), []).file is None


def test_a_picture_is_compared_as_well(tmp_path: Path) -> None:
    photo = save(tmp_path / "photo.png", portrait(0, 64))
    session = _session(tmp_path / "a.fersession", photo)
    assert not find_pictures(summary_of(session), []).is_confirmed
    save(photo, portrait(0, 80))
    assert find_pictures(summary_of(session), []).problem == "changed"


def test_a_bundle_says_that_its_film_may_be_another(tmp_path: Path, session: Path) -> None:
    written = write_bundle([("a", session)], tmp_path / "b.ferbundle", with_videos=True)
    assert written.videos == 1
    (note,) = written.failures
    assert note.startswith("film.mp4 may be another video than the one that was analysed")
    (there,) = import_bundle(written.path, tmp_path / "there").sessions
    found = find_pictures(summary_of(there), [])
    assert found.file is not None
    assert not found.is_confirmed
