"""Sessions travel in one file and are the same on the other side; bad bundles do no harm."""

import json
import os
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from fer_desktop.domain.people import People
from fer_desktop.errors import StorageError
from fer_desktop.recording.bundle_format import LIST_FILE
from fer_desktop.recording.bundle_import import content_digest, import_bundle
from fer_desktop.recording.bundle_writing import write_bundle
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_facts import SessionFacts, write_facts
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_pictures import find_pictures
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.recording.session_store import add_mark, delete_session, list_sessions
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.sources.fingerprint import fingerprint
from tests.recording.samples import PRESET, VIDEO, face, frame, rest, scores

pytestmark = pytest.mark.unit
_SESSION = "session-1.fersession"


def _known_by(path: Path) -> tuple[int, str]:
    found = fingerprint(path)
    return found.length, found.digest


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session of a film in a folder whose name is nobody's business."""
    home = tmp_path / "home of ann"
    home.mkdir()
    film = home / "clip é.mp4"
    film.write_bytes(b"a film" * 50_000)
    path = home / "a.fersession"
    info = replace(VIDEO, uri=str(film))
    writer = SessionWriter(path, info, settings={"smoothing_ms": 300}, fingerprint=_known_by)
    writer.model_changed(PRESET, 0, engine="litert", device="CPU")
    for index in range(5):
        writer.write(frame(index, face(1, raw=scores(0.5, 0.25, 0.25))))
    writer.write(frame(5, face(1, raw=scores(0.5, 0.25, 0.25), baseline=rest(0.2, 0.2, 0.6))))
    writer.add_mark(Mark(40_000, "smiles"))
    writer.set_people(People().named(1, "P01"))
    writer.close()
    write_facts(path, SessionFacts("A title", "P01", "control", "a note"))
    with closing(sqlite3.connect(path)) as db, db:  # as a later version might have
        db.execute("CREATE TABLE later (face_id INTEGER PRIMARY KEY, name TEXT)")
        db.execute("INSERT INTO later VALUES (1, 'P01')")
    return path


@pytest.fixture
def bundle(tmp_path: Path, session: Path) -> Path:
    written = write_bundle([("A title", session)], tmp_path / "b.ferbundle", with_videos=True)
    assert (written.sessions, written.videos, written.failures) == (1, 1, ())
    return written.path


def _digest(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return content_digest(db)


def test_a_session_is_the_same_elsewhere(tmp_path: Path, session: Path, bundle: Path) -> None:
    there = tmp_path / "there"
    imported = import_bundle(bundle, there)
    (path,) = imported.sessions
    assert imported.known == 0
    assert _digest(path) == _digest(session)
    (summary,) = list_sessions(there)
    assert summary.facts == SessionFacts("A title", "P01", "control", "a note")
    assert summary.is_complete
    for name, file in (("one", session), ("two", path)):
        export_session(file, tmp_path / f"{name}.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    pictures = find_pictures(summary, [])
    assert pictures.file is not None
    assert pictures.file.parent == there
    assert pictures.file.read_bytes() == (session.parent / "clip é.mp4").read_bytes()
    delete_session(path)
    assert list(there.iterdir()) == []


def test_a_bundle_does_not_tell_where_its_sessions_came_from(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        assert sorted(archive.namelist()) == [LIST_FILE, _SESSION, "video-1.mp4"]
        for name in archive.namelist():
            assert b"home of ann" not in archive.read(name)
        about = json.loads(archive.read(LIST_FILE))
    assert about["sessions"][0]["models"] == [
        {"name": "fake3", "sha256": "a" * 64, "system": PRESET.system, "engine": "litert"}
    ]


def test_a_bundle_that_is_opened_twice_brings_one_session(tmp_path: Path, bundle: Path) -> None:
    there = tmp_path / "there"
    first = import_bundle(bundle, there)
    second = import_bundle(bundle, there)
    assert second.sessions == first.sessions
    assert second.known == 1
    write_facts(first.sessions[0], SessionFacts(notes="a later thought"))
    assert import_bundle(bundle, there).sessions != first.sessions
    assert len(list_sessions(there)) == 2


def test_a_video_beside_the_bundle_is_found(tmp_path: Path, session: Path) -> None:
    written = write_bundle([("a", session)], tmp_path / "b.ferbundle")
    assert written.videos == 0
    there = tmp_path / "there"
    (path,) = import_bundle(written.path, there).sessions
    with SessionReader(path) as reader:
        summary = reader.summary()
    assert find_pictures(summary, []).problem == "missing"
    (session.parent / "clip é.mp4").rename(tmp_path / "renamed.mp4")
    assert find_pictures(summary, []).file == tmp_path / "renamed.mp4"


def test_a_session_that_came_in_is_changed_while_somebody_reads_it(
    tmp_path: Path, bundle: Path
) -> None:
    (path,) = import_bundle(bundle, tmp_path / "there").sessions
    with SessionReader(path) as reader:
        rows = reader.rows()
        next(rows)
        add_mark(path, Mark(80_000, "later"))
        assert len(list(rows)) == 5
    with SessionReader(path) as reader:
        assert [mark.text for mark in reader.marks()] == ["smiles", "later"]


def test_a_film_from_before_zip_files_comes_along(tmp_path: Path, session: Path) -> None:
    os.utime(session.parent / "clip é.mp4", (0, 0))
    written = write_bundle([("a", session)], tmp_path / "b.ferbundle", with_videos=True)
    assert (written.videos, written.failures) == (1, ())


def test_what_cannot_be_bundled_is_named(tmp_path: Path, session: Path) -> None:
    damaged = tmp_path / "damaged.fersession"
    damaged.write_bytes(b"nothing")
    (session.parent / "clip é.mp4").unlink()
    written = write_bundle(
        [("x", damaged), ("a", session)], tmp_path / "b.ferbundle", with_videos=True
    )
    assert (written.sessions, written.videos) == (1, 0)
    assert "damaged.fersession cannot be read" in written.failures[0]
    assert written.failures[1] == "clip é.mp4 was not found, so it is not included."
    with pytest.raises(StorageError, match=r"damaged\.fersession"):
        write_bundle([("x", damaged)], tmp_path / "c.ferbundle")
    assert not (tmp_path / "c.ferbundle").exists()


def _rewritten(bundle: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    path = bundle.with_name("other.ferbundle")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _with_list(files: dict[str, bytes], **values: object) -> None:
    files[LIST_FILE] = json.dumps({**json.loads(files[LIST_FILE]), **values}).encode()


def _newer_session(files: dict[str, bytes]) -> None:
    # SQLite keeps user_version at byte 60 of a file.
    content = files[_SESSION]
    files[_SESSION] = content[:60] + struct.pack(">I", 10_000) + content[64:]


def _with_trigger(files: dict[str, bytes]) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(files[_SESSION])
        db.execute("CREATE TRIGGER t AFTER INSERT ON marks BEGIN DELETE FROM faces; END")
        db.commit()
        files[_SESSION] = db.serialize()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda files: files.update({"../evil.txt": b"x"}), "unpacked outside its folder"),
        (lambda files: files.update({"/evil.txt": b"x"}), "unpacked outside its folder"),
        (lambda files: files.update({"more.txt": b"x"}), "also contains more.txt"),
        (lambda files: files.update({"zeros": bytes(40 << 20)}), "unpacked it would be 4"),
        (lambda files: files.pop(LIST_FILE), "is not a bundle of sessions"),
        (lambda files: files.pop(_SESSION), "it lacks session-1.fersession"),
        (lambda files: files.update({_SESSION: b"no database"}), "a session in it is none"),
        (lambda files: files.update({"video-1.mp4": b"another"}), "does not belong to its session"),
        (lambda files: files.update({LIST_FILE: b"{"}), "its bundle.json cannot be read"),
        (lambda files: _with_list(files, sessions=[]), "its bundle.json cannot be read"),
        (
            lambda files: _with_list(files, sessions=[{"file": "../a.fersession", "name": ""}]),
            "its bundle.json cannot be read",
        ),
        (lambda files: _with_list(files, format_version=3), "a newer version of the application"),
        (_newer_session, "a newer version of the application"),
        (_with_trigger, "it holds more than tables"),
    ],
)
def test_a_bundle_that_would_do_harm_is_refused(
    tmp_path: Path,
    bundle: Path,
    change: Callable[[dict[str, bytes]], None],
    message: str,
) -> None:
    there = tmp_path / "deep" / "there"
    other = _rewritten(bundle, change)
    with pytest.raises(StorageError, match=message) as caught:
        import_bundle(other, there)
    assert str(there) not in str(caught.value)
    assert list(there.iterdir()) == []
    assert not (tmp_path / "deep" / "evil.txt").exists()


@pytest.mark.parametrize("kept", [0, 0.3, 0.9])
def test_a_bundle_that_was_cut_short_is_refused(tmp_path: Path, bundle: Path, kept: float) -> None:
    content = bundle.read_bytes()
    bundle.write_bytes(content[: round(kept * len(content))])
    with pytest.raises(StorageError, match=r"b\.ferbundle is damaged"):
        import_bundle(bundle, tmp_path / "there")


def test_damaged_bytes_are_found(tmp_path: Path, bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        at = archive.getinfo(_SESSION).header_offset + 200
    content = bytearray(bundle.read_bytes())
    content[at : at + 40] = bytes(40)
    bundle.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        import_bundle(bundle, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_what_is_larger_than_four_gigabytes_comes_along(
    tmp_path: Path, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A zip file has other fields for it, here from a thousand bytes on.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1_000)
    written = write_bundle([("a", session)], tmp_path / "large.ferbundle", with_videos=True)
    assert written.videos == 1
    monkeypatch.undo()
    assert b"PK\x06\x06" in written.path.read_bytes()  # the end of a large archive
    (path,) = import_bundle(written.path, tmp_path / "there").sessions
    assert _digest(path) == _digest(session)


def test_a_session_that_no_bundle_may_hold_is_named(
    tmp_path: Path, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_desktop.recording import bundle_writing

    monkeypatch.setattr(bundle_writing, "MOST_SESSION_BYTES", 1_000)
    with pytest.raises(StorageError, match="the one is too large for a bundle"):
        write_bundle([("the one", session)], tmp_path / "b.ferbundle")
    assert not (tmp_path / "b.ferbundle").exists()


def test_a_full_disk_leaves_nothing(
    tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_desktop.recording import bundle_reading

    class Full:
        free = 10

    monkeypatch.setattr(bundle_reading.shutil, "disk_usage", lambda _: Full)
    with pytest.raises(StorageError, match="the disk is full"):
        import_bundle(bundle, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_film_without_a_fingerprint_is_no_other_one_beside_the_bundle(
    tmp_path: Path, session: Path
) -> None:
    with closing(sqlite3.connect(session)) as db, db:
        db.execute("UPDATE session SET file_length = NULL, file_digest = ''")
    mail = tmp_path / "mail"
    mail.mkdir()
    (mail / "clip é.mp4").write_bytes(b"another film")
    written = write_bundle([("a", session)], mail / "b.ferbundle")
    (path,) = import_bundle(written.path, tmp_path / "there").sessions
    with SessionReader(path) as reader:
        found = find_pictures(reader.summary(), [mail])
    assert (found.file, found.problem) == (None, "missing")
