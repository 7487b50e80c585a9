"""A frame has the same numbers wherever it is read: in the window and on the command line."""

import itertools
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_desktop import cli
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.paths import demo_clip
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import AnalysisEnded, EngineEvent, ModelLoaded
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.sources.base import Pacing
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.vision.classifier import ModelClassifier
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.data import astronaut

TIMEOUT_S = 60


@pytest.mark.parametrize("name", ["video", "picture"])
def test_the_window_and_the_command_line_give_the_same_table(tmp_path: Path, name: str) -> None:
    """Byte for byte, however the file is looked at meanwhile."""
    path = demo_clip()
    if name == "picture":
        path = tmp_path / "portrait.png"
        Image.fromarray(astronaut()[:, :, ::-1]).save(path)
    arguments = ["analyze", str(path), "--out", str(tmp_path), "--empty-rows"]
    assert cli.main(arguments, lambda _: 1) == 0
    analysed = (tmp_path / f"{path.stem}.csv").read_bytes()
    assert analysed.count(b"\n") == (481 if name == "video" else 2)
    assert _look_at(path, tmp_path).read_bytes() == analysed


def test_how_many_cores_there_are_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = []
    for count in (1, 2, 4):
        monkeypatch.setattr("fer_desktop.cores._part", [])
        monkeypatch.setattr("fer_desktop.cores.usable_processors", lambda count=count: count)
        monkeypatch.setattr("psutil.cpu_count", lambda logical=True, count=count: count)
        out = tmp_path / str(count)
        assert cli.main(["analyze", str(demo_clip()), "--out", str(out)], lambda _: 1) == 0
        tables.append((out / f"{demo_clip().stem}.csv").read_bytes())
    assert tables[0] == tables[1] == tables[2]


def _look_at(path: Path, folder: Path) -> Path:
    """Play a file, jumping about in it; return the table of its session."""
    session = folder / "a.fersession"
    has_model, has_ended = threading.Event(), threading.Event()

    def on_event(event: EngineEvent) -> None:
        if isinstance(event, ModelLoaded):
            has_model.set()
        if isinstance(event, AnalysisEnded):
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
        engine.open(open_file(path), Pacing.PLAYBACK)
        engine.set_speed(8)
        for time_us in (9_000_000, 1_000_000, 5_000_000):
            engine.seek(time_us)
            time.sleep(0.05)
        engine.step(-3)
        assert has_ended.wait(TIMEOUT_S)
    finally:
        engine.shutdown()
    export_session(session, folder / "shown.csv", empty_rows=True)
    return folder / "shown.csv"


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
