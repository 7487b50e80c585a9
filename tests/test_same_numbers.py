"""A frame has the same numbers wherever it is read: in the live pipeline and from a file."""

import csv
import itertools
import threading
from pathlib import Path

import numpy as np

from fer_desktop import cli
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.paths import demo_clip
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import EngineEvent, ModelLoaded, State, StateChanged
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_store import SessionWriter
from fer_desktop.sources.base import Pacing
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.data import astronaut

HAS_MEMORY = ("face_id", "emotion", "confidence")  # depends on which frames came before
TIMEOUT_S = 60


def test_playing_and_analysing_a_video_give_the_same_rows(tmp_path: Path) -> None:
    played = _rows(_play(tmp_path))
    for folder in ("once", "twice"):
        arguments = ["analyze", str(demo_clip()), "--out", str(tmp_path / folder)]
        assert cli.main(arguments, lambda _: 1) == 0
    once, twice = (tmp_path / folder / "demo.csv" for folder in ("once", "twice"))
    assert once.read_bytes() == twice.read_bytes()
    analysed = _rows(once)
    assert len(analysed) == 480
    assert len(played) > 20  # playing fast, most frames are left out
    for index, row in played.items():
        assert row == analysed[index]


def _play(tmp_path: Path) -> Path:
    """Play the demo clip eight times as fast as it was recorded; return the session's table."""
    session = tmp_path / "a.fersession"
    has_model, has_ended = threading.Event(), threading.Event()

    def on_event(event: EngineEvent) -> None:
        if isinstance(event, ModelLoaded):
            has_model.set()
        if isinstance(event, StateChanged) and event.state is State.PAUSED:
            has_ended.set()

    def create(_number: int, info: SourceInfo) -> SessionWriter:
        return SessionWriter(session, info, settings={})

    engine = Engine(
        outputs={"session": SessionOutput(create)},
        on_event=on_event,
        make_detector=lambda score: MediaPipeFaceDetector(min_score=score),
        load_classifier=ModelClassifier.load,
    )
    engine.start()
    try:
        engine.load_model(resolve_model(""))
        assert has_model.wait(TIMEOUT_S)
        engine.open(VideoSource(demo_clip()), Pacing.PLAYBACK)
        engine.set_speed(8)
        assert has_ended.wait(TIMEOUT_S)
    finally:
        engine.shutdown()
    export_session(session, tmp_path / "played.csv")
    return tmp_path / "played.csv"


def _rows(path: Path) -> dict[int, dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        int(row["frame_index"]): {key: row[key] for key in row if key not in HAS_MEMORY}
        for row in rows
    }


def test_every_engine_gives_the_same_numbers_for_real_faces() -> None:
    """The default model on a portrait and on frames of the demo clip, one face and several."""
    source = VideoSource(demo_clip())
    source.open()
    frames = [frame.pixels for frame in itertools.islice(iter(source.read, None), 0, 480, 60)]
    source.close()
    detector = MediaPipeFaceDetector()
    pictures = [
        (pixels, detector.detect(pixels) * count)
        for pixels, count in zip([astronaut(), *frames], itertools.cycle((1, 5)), strict=False)
    ]
    detector.close()
    assert all(faces for _, faces in pictures)
    answers = []
    for engine in ("litert", "keras"):
        classifier = ModelClassifier.load(resolve_model(""), engine=engine, warm_up=False)
        answers.append(np.concatenate([classifier.classify(*shown) for shown in pictures]))
        classifier.close()
    np.testing.assert_allclose(*answers, atol=1e-4)
