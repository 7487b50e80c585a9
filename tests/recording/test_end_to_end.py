"""From a source through the engine and a session into a table: every frame has its row."""

import csv
import queue
from pathlib import Path

import pytest

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import AnalysisEnded, EngineEvent, ModelLoaded
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_output import SessionOutput
from fer_desktop.recording.session_writer import SessionWriter
from fer_desktop.sources.base import Pacing
from fer_desktop.vision.analyzer import Analyzer
from tests.helpers.fakes import FakeClassifier, FakeDetector
from tests.helpers.sources import ScriptedSource

_FRAMES = 40


def test_every_frame_has_its_row_with_the_numbers_of_a_direct_analysis(tmp_path: Path) -> None:
    events: queue.Queue[EngineEvent] = queue.Queue()
    session = tmp_path / "a.fersession"

    def create(number: int, info: SourceInfo) -> SessionWriter:
        return SessionWriter(session, info, settings={})

    engine = Engine(
        outputs={"session": SessionOutput(create)},
        on_event=events.put,
        make_detector=lambda score: FakeDetector(),
        load_classifier=lambda folder: FakeClassifier(),
    )
    engine.start()
    try:
        engine.load_model(tmp_path)
        while not isinstance(events.get(timeout=5), ModelLoaded):
            pass
        engine.open(ScriptedSource(_FRAMES), Pacing.PLAYBACK)
        while not isinstance(events.get(timeout=20), AnalysisEnded):
            pass
    finally:
        engine.shutdown()

    export_session(session, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["frame_index"]) for row in rows] == list(range(_FRAMES))
    analyzer = Analyzer(FakeDetector(), FakeClassifier())
    direct = analyze_file(ScriptedSource(_FRAMES), analyzer)
    for row, (frame, analysis) in zip(rows, direct, strict=True):
        assert float(row["time_s"]) == pytest.approx(frame.timestamp_us / 1e6, abs=1e-6)
        scores = analysis.faces[0].scores
        assert scores is not None
        exported = [float(row[f"p_{label}"]) for label in scores.labels]
        assert exported == pytest.approx(scores.probabilities, abs=1e-7)
