"""Analysis of whole files: every frame, in order, and nothing left behind."""

import threading
import time
from pathlib import Path

import pytest

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.sources.factory import open_file
from fer_desktop.sources.media_file import VideoSource
from fer_desktop.vision.analyzer import Analyzer
from tests.helpers.clips import cut_short, number_of, write_clip
from tests.helpers.fakes import FakeClassifier, FakeDetector
from tests.helpers.sources import ScriptedSource

pytestmark = pytest.mark.unit


def make_analyzer(detector: FakeDetector | None = None) -> Analyzer:
    return Analyzer(detector or FakeDetector([[(20, 20, 60, 60)]]), FakeClassifier())


def take_all(source: ScriptedSource | VideoSource, into: list[tuple[Frame, FrameAnalysis]]) -> None:
    into.extend(analyze_file(source, make_analyzer()))


def test_every_frame_is_analysed_in_order(tmp_path: Path) -> None:
    infos: list[SourceInfo] = []
    source = open_file(write_clip(tmp_path / "clip.mp4", 60))
    found = list(analyze_file(source, make_analyzer(), on_opened=infos.append))
    assert [number_of(frame.pixels) for frame, _ in found] == list(range(60))
    assert [analysis.frame_index for _, analysis in found] == list(range(60))
    assert [analysis.timestamp_us for _, analysis in found] == [
        frame.timestamp_us for frame, _ in found
    ]
    assert [info.frame_count for info in infos] == [60]


def test_the_same_file_gives_the_same_answers_twice(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", 30, codec_options={"bf": "3"})
    runs = [
        [analysis for _, analysis in analyze_file(VideoSource(path), make_analyzer())]
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


def test_an_analyzer_begins_anew_with_each_file() -> None:
    analyzer = make_analyzer()
    for _ in range(2):
        found = list(analyze_file(ScriptedSource(2), analyzer))
        assert {face.face_id for _, analysis in found for face in analysis.faces} == {1}


def test_images_are_searched_thoroughly() -> None:
    detector = FakeDetector()
    source = ScriptedSource(1, kind="image")
    ((_, analysis),) = analyze_file(source, make_analyzer(detector))
    assert detector.thorough_calls == 1
    assert analysis.faces[0].smoothed == analysis.faces[0].scores


def test_source_belongs_to_the_reader_and_is_closed() -> None:
    source = ScriptedSource(3)
    list(analyze_file(source, make_analyzer()))
    assert source.closed
    assert source.threads == {"reader"}


def test_reader_stays_a_few_frames_ahead() -> None:
    source = ScriptedSource(100)
    run = analyze_file(source, make_analyzer())
    next(run)
    time.sleep(0.05)
    assert source._next <= 10
    run.close()
    assert source.closed
    assert not {"reader", "looker"} & {thread.name for thread in threading.enumerate()}


def test_what_was_read_comes_before_the_error(tmp_path: Path) -> None:
    path = cut_short(
        write_clip(tmp_path / "cut.mp4", 120, container_options={"movflags": "faststart"})
    )
    found: list[tuple[Frame, FrameAnalysis]] = []
    with pytest.raises(SourceError, match="damaged or incomplete"):
        take_all(VideoSource(path), found)
    assert len(found) > 40


def test_failure_to_open_closes_the_source() -> None:
    source = ScriptedSource(open_error=SourceError("clip.mp4 is empty."))
    with pytest.raises(SourceError, match="is empty"):
        take_all(source, [])
    assert source.closed


def test_failing_analysis_closes_the_source() -> None:
    detector = FakeDetector()
    source = ScriptedSource(50)
    run = analyze_file(source, make_analyzer(detector))
    next(run)
    detector.error = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        list(run)
    assert source.closed
    assert source._next < 50
