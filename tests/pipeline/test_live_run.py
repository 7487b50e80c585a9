"""A camera read from a loop: the newest frame, and nothing left behind."""

import threading
import time

import pytest

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.pipeline.live_run import analyze_live
from fer_desktop.vision.analyzer import Analyzer
from tests.helpers.clips import number_of
from tests.helpers.fakes import FakeClassifier, FakeDetector
from tests.helpers.sources import ScriptedCamera, ScriptedSource

pytestmark = pytest.mark.unit

FOREVER = 10_000


def make_analyzer(detector: FakeDetector | None = None) -> Analyzer:
    return Analyzer(detector or FakeDetector([[(20, 20, 60, 60)]]), FakeClassifier())


def reader_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "camera reader"]


def test_a_slow_loop_gets_the_newest_frame() -> None:
    camera = ScriptedCamera([FOREVER], fps=500)
    infos: list[SourceInfo] = []
    run = analyze_live(camera, make_analyzer(), on_opened=infos.append)
    first, _ = next(run)
    time.sleep(0.1)
    second, analysis = next(run)
    run.close()
    assert second.index - first.index > 5
    assert number_of(second.pixels) == second.index
    assert analysis.frame_index == second.index
    assert [info.name for info in infos] == ["Scripted camera"]


def test_a_loop_that_stops_frees_the_camera() -> None:
    camera = ScriptedCamera([FOREVER])
    run = analyze_live(camera, make_analyzer())
    next(run)
    assert reader_threads()
    run.close()
    assert camera.closed
    assert not reader_threads()


def test_a_camera_that_stops_is_told_after_its_frames() -> None:
    camera = ScriptedCamera([3])
    found: list[tuple[Frame, FrameAnalysis]] = []
    with pytest.raises(SourceError, match="has stopped"):
        found.extend(analyze_live(camera, make_analyzer()))
    assert 1 <= len(found) <= 3
    assert camera.closed
    assert not reader_threads()


def test_a_camera_that_cannot_be_opened_is_told() -> None:
    camera = ScriptedCamera([SourceError("No camera was found.")])
    with pytest.raises(SourceError, match="No camera"):
        next(analyze_live(camera, make_analyzer()))
    assert not reader_threads()


def test_a_source_that_comes_to_its_end_ends_the_loop() -> None:
    source = ScriptedSource(2)
    frames = [frame.index for frame, _ in analyze_live(source, make_analyzer())]
    assert frames in ([0, 1], [1])
    assert source.closed


def test_a_failing_analysis_frees_the_camera() -> None:
    detector = FakeDetector()
    camera = ScriptedCamera([FOREVER])
    run = analyze_live(camera, make_analyzer(detector))
    next(run)
    detector.error = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        next(run)
    assert camera.closed
    assert not reader_threads()
