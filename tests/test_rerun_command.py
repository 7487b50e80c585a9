"""``fer-desktop rerun``: numbers that were recorded come out again, or it is said why not."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from fer_desktop import cli
from fer_desktop.log import set_up_logging
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.recording.bundle_writing import write_bundle
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.fingerprint import fingerprint
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.clips import write_clip
from tests.helpers.faces import portrait

_FRAMES = 8


def _known_by(path: Path) -> tuple[int, str]:
    found = fingerprint(path)
    return found.length, found.digest


@pytest.fixture(autouse=True)
def _close_log() -> Iterator[None]:
    yield
    set_up_logging(None)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A film of a face, and its session."""
    folder = tmp_path_factory.mktemp("recorded")
    film = write_clip(folder / "film.mp4", [portrait(0, 320)] * _FRAMES)
    session = folder / "a.fersession"
    with (
        closing(MediaPipeFaceDetector(min_score=0.5)) as detector,
        closing(ModelClassifier.load(resolve_model(""))) as classifier,
    ):
        writer: list[SessionWriter] = []

        def begin(info: object) -> None:
            settings = {"smoothing_ms": 200, "min_detection_score": 0.5, "face_search": "auto"}
            writer.append(SessionWriter(session, info, settings=settings, fingerprint=_known_by))  # type: ignore[arg-type]
            writer[0].model_changed(classifier.preset, 0, engine=classifier.engine, device="CPU")

        analyzer = Analyzer(detector, classifier, smoothing_ms=200)
        for _, analysis in analyze_file(open_file(film), analyzer, on_opened=begin):
            writer[0].write(analysis)
        writer[0].close()
    return film, session


@pytest.fixture
def bundle(recorded: tuple[Path, Path], tmp_path: Path) -> Path:
    return write_bundle([("Ann", recorded[1])], tmp_path / "b.ferbundle", with_videos=True).path


def _run(*argv: object) -> int:
    return cli.main(["rerun", *map(str, argv)], lambda _: 99)


def test_a_bundle_repeats(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(bundle, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["session"], told["repeats"], told["exact"]) == ("Ann", True, True)
    assert (told["frames"], told["rows"], told["probability"]) == (_FRAMES, _FRAMES, 0.0)


def test_other_numbers_are_told(
    recorded: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film, session = recorded
    other = tmp_path / "b.fersession"
    other.write_bytes(session.read_bytes())
    with closing(sqlite3.connect(other)) as db, db:
        db.execute("UPDATE faces SET x1 = x1 - 2 WHERE frame_index = 3")
        db.execute("DELETE FROM faces WHERE frame_index = 5")
    assert _run(other, "--video", film) == 3
    said = capsys.readouterr().out
    assert "b: the numbers do not repeat: 7 rows of 8 frames" in said
    assert "2 px in a box" in said
    assert "differently: 1 face" in said


def test_where_the_film_may_be_another_that_is_told(
    recorded: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, session = recorded
    unsure = tmp_path / "b.fersession"
    unsure.write_bytes(session.read_bytes())
    with closing(sqlite3.connect(unsure)) as db, db:
        db.execute("UPDATE session SET file_length = NULL, file_digest = ''")
    assert _run(unsure) == 0
    assert "content" not in capsys.readouterr().out  # the numbers themselves tell that it is it
    alike = write_clip(tmp_path / "film.mp4", [portrait(1, 320)] * _FRAMES)
    assert _run(unsure, "--video", alike) == 3
    assert "does not know the content of the file, which may be another" in capsys.readouterr().out
    shorter = write_clip(tmp_path / "short.mp4", [portrait(0, 320)] * 3)
    assert _run(unsure, "--video", shorter) == 1
    assert "another file than the one that was analysed" in capsys.readouterr().err


def test_a_missing_model_and_a_missing_film_are_told(
    recorded: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film, session = recorded
    alone = write_bundle([("Ann", session)], tmp_path / "alone.ferbundle").path
    hidden = film.rename(film.with_name("hidden"))
    try:
        assert _run(alone) == 1
        assert "film.mp4 was not found. Say where it is" in capsys.readouterr().err
        unlike = tmp_path / "other.mp4"
        unlike.write_bytes(b"x")
        assert _run(alone, "--video", unlike) == 1
        assert "another file than the one that was analysed" in capsys.readouterr().err
    finally:
        hidden.rename(film)
    other = tmp_path / "b.fersession"
    other.write_bytes(session.read_bytes())
    with closing(sqlite3.connect(other)) as db, db:
        (preset,) = db.execute("SELECT preset FROM models").fetchone()
        changed = json.loads(preset)
        changed.update(sha256="c" * 64, name="mine", files={})
        db.execute("UPDATE models SET preset = ?", (json.dumps(changed),))
    assert _run(other, "--video", film) == 1
    assert "the model mine (checksum cccccccccccc…), which is not installed" in (
        capsys.readouterr().err
    )
    assert _run(other, "--video", film, "--model", resolve_model("").name) == 0
    assert "repeat" in capsys.readouterr().out


def test_a_picture_and_an_unreadable_bundle(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    assert _run(tmp_path / "a.png", tmp_path / "none.ferbundle", bundle) == 1
    told = capsys.readouterr()
    assert told.err.count("\n") == 2
    assert "repeat exactly" in told.out
