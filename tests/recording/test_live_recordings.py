"""A live session knows what was recorded of it, wherever that goes, and shows nothing else."""

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.frame import Frame
from fer_desktop.errors import SourceError, StorageError
from fer_desktop.recording.bundle_import import content_digest, import_bundle
from fer_desktop.recording.bundle_writing import write_bundle
from fer_desktop.recording.recorded_video import video_writer
from fer_desktop.recording.session_pictures import check_pictures, find_pictures
from fer_desktop.recording.session_reader import SessionReader, SessionSummary
from fer_desktop.recording.session_recordings import (
    SessionRecording,
    add_recording,
    read_recordings,
)
from fer_desktop.recording.session_store import delete_session
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.settings import RecordingKind
from fer_desktop.sources.fingerprint import fingerprint
from fer_desktop.sources.recorded_frames import RecordedFramesSource
from fer_desktop.sources.recorded_pictures import RecordedPart, RecordedPictures
from fer_desktop.training.corrected_pictures import corrected_sessions, make_pictures
from fer_desktop.training.job_progress import Work
from fer_desktop.training.picture_folder import PicturesError
from tests.helpers.clips import number_of, numbered
from tests.recording.samples import CAMERA, PRESET, face, frame, scores
from trainer.contract.crop import CropGeometry

SIZE_PX = (640, 480)
FRAMES = 90
BOX = (40.0, 20.0, 100.0, 80.0)


def time_us(index: int) -> int:
    return index * 1_000_000 // 30 + index % 7  # as uneven as a camera's


def recorded(
    path: Path,
    frames: Iterable[int],
    kind: RecordingKind = "clean",
    size_px: tuple[int, int] = SIZE_PX,
) -> SessionRecording:
    """Record numbered pictures as the window does."""
    indices = list(frames)
    with closing(video_writer(path, kind)) as writer:
        for index in indices:
            one = Frame(index, time_us(index), 0, numbered(index, size_px))
            writer.write(one, frame(index))
    known = fingerprint(path)
    return SessionRecording(path, kind, time_us(indices[0]), (known.length, known.digest))


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> tuple[SessionRecording, ...]:
    """Two clean recordings with a gap between them, and one with blurred faces."""
    folder = tmp_path_factory.mktemp("videos")
    return (
        recorded(folder / "one.mp4", range(10, 30)),
        recorded(folder / "two.mp4", [*range(40, 50), *range(53, 60)]),
        recorded(folder / "blurred.mp4", range(70, 80), "blurred"),
    )


@pytest.fixture
def live(tmp_path: Path, videos: tuple[SessionRecording, ...]) -> Path:
    """A session of a camera with corrections, and its recordings in a folder beside it."""
    folder = tmp_path / "Videos of ann"
    folder.mkdir()
    path = tmp_path / "live.fersession"
    writer = SessionWriter(path, CAMERA, settings={})
    writer.model_changed(PRESET, 0)
    for index in range(FRAMES):
        found = frame(index, face(1, raw=scores(0.8, 0.1, 0.1), box=BOX))
        writer.write(replace(found, timestamp_us=time_us(index)))
    writer.set_corrections(
        [
            Correction("A", 1, "happy" if at % 4 else "sad", time_us(at))
            for at in range(0, FRAMES, 2)
        ]
    )
    for one in videos[:2]:
        shutil.copy2(one.path, folder)
        here = replace(one, path=folder / one.path.name)
        assert writer.add_recording(replace(here, fingerprint=None))  # as it begins
        assert writer.add_recording(here)
    writer.close()
    shutil.copy2(videos[2].path, folder)
    assert not writer.add_recording(videos[2])
    add_recording(path, replace(videos[2], path=folder / "blurred.mp4"))
    return path


def summary_of(path: Path) -> SessionSummary:
    with SessionReader(path) as reader:
        return reader.summary()


def shown(path: Path) -> dict[int, int | None]:
    """Return which number each frame of a reopened session shows, None where it is gray."""
    with SessionReader(path) as reader:
        times_us = reader.times_us()
    parts = find_pictures(summary_of(path), []).parts()
    sizes = [SIZE_PX] * len(times_us)
    source = RecordedFramesSource("a", "0", times_us, sizes, RecordedPictures(parts))
    found = {}
    with closing(source):
        source.open()
        while (one := source.read()) is not None:
            is_gray = len(np.unique(one.pixels)) == 1
            found[one.index] = None if is_gray else number_of(one.pixels)
    return found


def test_each_frame_has_the_picture_that_was_recorded_of_it(live: Path) -> None:
    pictures = find_pictures(summary_of(live), [])
    assert (pictures.problem, len(pictures.parts()), len(pictures.parts(clean=True))) == ("", 3, 2)
    found = shown(live)
    for index in (*range(10, 30), *range(40, 50), *range(53, 60), *range(70, 80)):
        assert found[index] == index
    # The recorder was too slow for these: the one before stands in, as on the screen of a player.
    assert [found[index] for index in (50, 51, 52)] == [49, 49, 49]
    assert all(found[index] is None for index in (*range(10), 89))
    assert [found[index] for index in (31, 37)] == [29, None]


def test_a_frame_is_reached_by_seeking_too(live: Path) -> None:
    parts = find_pictures(summary_of(live), []).parts()
    with closing(RecordedPictures(parts)) as pictures:
        for index in (58, 12, 45, 41, 75, 29):
            assert number_of(pictures.at(time_us(index), SIZE_PX)) == index
        assert pictures.has(time_us(49))
        assert not pictures.has(time_us(51))
        assert pictures.at(time_us(51), SIZE_PX, exact=True) is None


def test_odd_and_changing_sizes_come_back_as_they_were(tmp_path: Path) -> None:
    one = recorded(tmp_path / "odd.mp4", range(3), size_px=(195, 97))
    with closing(RecordedPictures([RecordedPart(one.path, one.from_us)])) as pictures:
        assert pictures.at(0, (195, 97)).shape == (97, 195, 3)
        assert pictures.at(0, (390, 194)).shape == (194, 390, 3)


def test_a_moved_recording_is_found_by_its_content(live: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for video in (tmp_path / "Videos of ann").iterdir():
        video.rename(elsewhere / f"moved {video.name}")
    pictures = find_pictures(summary_of(live), [elsewhere])
    assert len(pictures.parts()) == 3
    assert find_pictures(summary_of(live), []).problem == "missing"
    check_pictures(summary_of(live), elsewhere / "moved two.mp4")
    (elsewhere / "other.mp4").write_bytes(b"another film")
    with pytest.raises(SourceError, match="another file than those that were recorded"):
        check_pictures(summary_of(live), elsewhere / "other.mp4")


def test_a_deleted_a_cut_and_a_replaced_recording_show_nothing(live: Path, tmp_path: Path) -> None:
    one, two, blurred = (one.path for one in summary_of(live).recordings)
    one.unlink()
    two.write_bytes(two.read_bytes()[:-2_000])
    shutil.copy2(blurred, one.with_name("spare.mp4"))
    blurred.write_bytes(b"something else")
    pictures = find_pictures(summary_of(live), [])
    assert [found.problem for found in pictures.recordings] == ["missing", "changed", ""]
    assert set(shown(live).values()) - {None} == set(range(70, 80)) | {79}


def test_after_a_crash_what_was_written_is_shown(live: Path) -> None:
    first = summary_of(live).recordings[0]
    add_recording(live, replace(first, fingerprint=None))  # it was never finished
    first.path.write_bytes(first.path.read_bytes()[:2_000])
    assert find_pictures(summary_of(live), []).problem == ""
    found = shown(live)
    assert found[10] is None  # nothing of it can be read
    assert found[41] == 41


def test_corrected_moments_become_pictures_where_a_clean_recording_shows_them(
    live: Path, tmp_path: Path
) -> None:
    (session,) = corrected_sessions([live], [])
    assert session.is_usable
    made = make_pictures([session], tmp_path / "out", CropGeometry(), Work())
    assert made is not None
    inside = [
        at for at in range(0, FRAMES, 2) if at in (*range(10, 30), *range(40, 50), *range(53, 60))
    ]
    assert sum(made.counts.values()) == len(inside)
    assert (
        f"{FRAMES // 2 - len(inside)} moments left out that no clean recording shows." in made.notes
    )


def test_labels_and_blurred_faces_are_nothing_to_learn_from(live: Path, tmp_path: Path) -> None:
    for one in summary_of(live).recordings[:2]:
        add_recording(live, replace(one, kind="labels"))
    (session,) = corrected_sessions([live], [])
    assert not session.is_usable
    assert len(session.pictures.parts()) == 3
    with pytest.raises(PicturesError, match="too few corrections"):
        make_pictures([session], tmp_path / "out", CropGeometry(), Work())


def test_too_many_pictures_are_told(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_desktop.training import corrected_pictures

    monkeypatch.setattr(corrected_pictures, "_PICTURES_MAX", 16)
    made = make_pictures(corrected_sessions([live], []), tmp_path / "out", CropGeometry(), Work())
    assert made is not None
    assert sum(made.counts.values()) == 16
    assert any(note.startswith("2 pictures left out: 16 are made at most.") for note in made.notes)


def test_a_bundle_carries_what_was_recorded(live: Path, tmp_path: Path) -> None:
    written = write_bundle([("live", live)], tmp_path / "b.ferbundle", with_videos=True)
    assert (written.videos, written.recordings, written.failures) == (0, 3, ())
    assert b"Videos of ann" not in written.path.read_bytes()
    there = tmp_path / "there"
    (path,) = import_bundle(written.path, there).sessions
    assert shown(path) == shown(live)
    assert _digest(path) == _digest(live)
    assert all(one.path.parent == there for one in summary_of(path).recordings)
    assert import_bundle(written.path, there).known == 1
    delete_session(path)
    assert list(there.iterdir()) == []


def test_a_recording_that_a_crash_has_ended_comes_along(live: Path, tmp_path: Path) -> None:
    *others, last = summary_of(live).recordings
    add_recording(live, replace(last, fingerprint=None))
    written = write_bundle([("live", live)], tmp_path / "b.ferbundle", with_videos=True)
    assert written.recordings == 3
    (path,) = import_bundle(written.path, tmp_path / "there").sessions
    assert shown(path) == shown(live)
    assert [one.fingerprint for one in summary_of(path).recordings] == [
        *(one.fingerprint for one in others),
        None,
    ]


def test_what_only_a_name_is_known_of_is_no_other_file_of_that_name(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = summary_of(live).recordings[:2]
    add_recording(live, replace(first, fingerprint=None))
    mail = tmp_path / "mail"
    mail.mkdir()
    written = write_bundle([("live", live)], mail / "b.ferbundle")
    (path,) = import_bundle(written.path, tmp_path / "there").sessions
    for one in (first, other):
        shutil.copy2(other.path, mail / one.path.name)
    monkeypatch.chdir(mail)
    found = find_pictures(summary_of(path), [mail]).recordings
    files = {one.recording.path.name: (one.file, one.problem) for one in found}
    assert files[first.path.name] == (None, "missing")
    assert files[other.path.name] == (mail / other.path.name, "")


def test_without_recordings_a_bundle_is_one_that_older_versions_read(
    live: Path, tmp_path: Path
) -> None:
    import json
    import zipfile

    summary_of(live).recordings[0].path.unlink()
    plain = write_bundle([("live", live)], tmp_path / "plain.ferbundle")
    with zipfile.ZipFile(plain.path) as archive:
        assert json.loads(archive.read("bundle.json"))["format_version"] == 1
    (path,) = import_bundle(plain.path, tmp_path / "there").sessions
    folders = [tmp_path / "Videos of ann"]
    assert len(find_pictures(summary_of(path), folders).parts()) == 2
    full = write_bundle([("live", live)], tmp_path / "full.ferbundle", with_videos=True)
    assert full.recordings == 2
    assert full.failures == ("one.mp4 was not found, so it is not included.",)


def test_a_bundled_recording_that_was_exchanged_is_refused(live: Path, tmp_path: Path) -> None:
    import zipfile

    written = write_bundle([("live", live)], tmp_path / "b.ferbundle", with_videos=True)
    other = tmp_path / "other.ferbundle"
    with zipfile.ZipFile(written.path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            is_video = name == "recording-1-2.mp4"
            new.writestr(name, b"another film" if is_video else old.read(name))
    with pytest.raises(StorageError, match=r"recording-1-2\.mp4 in it does not belong"):
        import_bundle(other, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_session_from_elsewhere_gives_no_other_file_away(live: Path, tmp_path: Path) -> None:
    secret = tmp_path / "key.txt"
    secret.write_text("nobody's business")
    add_recording(live, SessionRecording(secret, "clean", 0))
    pictures = find_pictures(summary_of(live), [])
    assert [one.problem for one in pictures.recordings] == ["missing", "", "", ""]
    written = write_bundle([("live", live)], tmp_path / "b.ferbundle", with_videos=True)
    assert written.recordings == 3
    assert b"nobody's business" not in written.path.read_bytes()


def test_a_damaged_list_of_recordings_is_told(live: Path) -> None:
    with closing(sqlite3.connect(live)) as db, db:
        db.execute("UPDATE recordings SET kind = 'x-ray'")
    with pytest.raises(StorageError, match="cannot be read as a session"):
        summary_of(live)
    with closing(sqlite3.connect(live)) as db, db:
        db.execute("UPDATE recordings SET kind = 'clean'")
        db.execute("UPDATE recordings SET from_us = 'soon'")
        with pytest.raises(ValueError, match="expected a whole number"):
            read_recordings(db)


def _digest(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return content_digest(db)
