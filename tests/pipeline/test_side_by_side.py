"""Frames of a file that several threads look at: in order, the same numbers, and nothing left."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.pipeline.events import AnalysisEnded, ModelLoaded
from fer_desktop.pipeline.file_reading import FileReading
from fer_desktop.pipeline.handoff import Closed
from fer_desktop.sources.base import Pacing
from fer_desktop.vision.analyzer import Analyzer
from tests.helpers.clock import FakeClock
from tests.helpers.copyable import CopyableClassifier, CopyableDetector
from tests.helpers.fakes import fake_preset
from tests.helpers.sources import ScriptedSource
from tests.pipeline.conftest import Rig

pytestmark = pytest.mark.unit
FRAMES = 60
PATIENCE_S = 15


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return what tells how many cores there are: three unless told otherwise."""

    def use(count: int) -> None:
        monkeypatch.setattr("fer_desktop.pipeline.file_reading.worthwhile_threads", lambda: count)

    use(3)
    return use


@pytest.fixture
def detector() -> CopyableDetector:
    return CopyableDetector()


@pytest.fixture
def classifier() -> CopyableClassifier:
    return CopyableClassifier()


@pytest.fixture
def analyzer(detector: CopyableDetector, classifier: CopyableClassifier) -> Analyzer:
    return Analyzer(detector, classifier)


def analyses(analyzer: Analyzer, frames: int = FRAMES) -> list[FrameAnalysis]:
    return [analysis for _, analysis in analyze_file(ScriptedSource(frames), analyzer)]


def lookers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name in {"reader", "looker"}]


def test_the_numbers_are_those_of_one_thread(
    analyzer: Analyzer,
    detector: CopyableDetector,
    classifier: CopyableClassifier,
    cores: Callable[[int], None],
) -> None:
    together = analyses(analyzer)
    assert detector.made > 1
    assert max(classifier.together) > 1, "faces of several frames are read at once"
    cores(1)
    assert analyses(Analyzer(CopyableDetector(), CopyableClassifier())) == together
    assert [analysis.frame_index for analysis in together] == list(range(FRAMES))
    assert {len(analysis.faces) for analysis in together} == {0, 1, 2}


def test_each_frame_is_looked_at_once(analyzer: Analyzer, detector: CopyableDetector) -> None:
    analyses(analyzer)
    assert sorted(detector.seen) == list(range(FRAMES))


def test_with_one_core_nothing_is_copied(
    analyzer: Analyzer, detector: CopyableDetector, cores: Callable[[int], None]
) -> None:
    cores(1)
    assert len(analyses(analyzer)) == FRAMES
    assert detector.made == 0


def test_copies_are_made_once_for_all_files(analyzer: Analyzer, detector: CopyableDetector) -> None:
    analyses(analyzer, 200)
    assert detector.made == 3
    analyses(analyzer, 200)
    assert detector.made == 3
    analyzer.set_face_search("large")
    analyses(analyzer, 200)
    assert detector.made == 6, "these look for other faces"


def test_nobody_copies_networks_for_one_frame(
    analyzer: Analyzer, detector: CopyableDetector
) -> None:
    run = analyze_file(ScriptedSource(FRAMES), analyzer)
    next(run)
    run.close()
    assert detector.made == 0


def test_pictures_are_looked_at_by_one_thread(
    analyzer: Analyzer, detector: CopyableDetector
) -> None:
    assert len(list(analyze_file(ScriptedSource(9, kind="image"), analyzer))) == 9
    assert detector.made == 0


def test_networks_that_cannot_be_copied_look_at_everything(
    analyzer: Analyzer, detector: CopyableDetector, classifier: CopyableClassifier
) -> None:
    classifier.problem = "The model reads a face otherwise when it is in company."
    assert [analysis.frame_index for analysis in analyses(analyzer)] == list(range(FRAMES))
    assert detector.made > 0
    assert classifier.together == []


@pytest.mark.parametrize("at", [0, 1, 37, FRAMES - 1])
def test_what_comes_before_an_error_stands(
    analyzer: Analyzer, detector: CopyableDetector, at: int
) -> None:
    detector.broken_at = at
    found: list[int] = []
    with pytest.raises(ZeroDivisionError):
        found.extend(frame.index for frame, _ in analyze_file(ScriptedSource(FRAMES), analyzer))
    assert found == list(range(at))
    assert lookers() == []


def test_the_end_of_a_damaged_file_comes_after_its_frames(analyzer: Analyzer) -> None:
    found: list[int] = []
    source = ScriptedSource(FRAMES, error=OSError("damaged"))
    with pytest.raises(OSError, match="damaged"):
        found.extend(frame.index for frame, _ in analyze_file(source, analyzer))
    assert found == list(range(FRAMES))


def test_who_polls_gets_the_same(analyzer: Analyzer) -> None:
    something = threading.Event()
    reading = FileReading(ScriptedSource(FRAMES), analyzer, on_ready=something.set)
    reading.start()
    found: list[int] = []

    def take_what_is_there() -> None:
        while (item := reading.poll()) is not None:
            if isinstance(item, tuple):
                found.append(item[0].index)

    def take_all() -> None:
        while True:
            something.clear()
            take_what_is_there()
            assert something.wait(PATIENCE_S)

    with pytest.raises(Closed):
        take_all()
    reading.join()
    assert found == list(range(FRAMES))


def test_it_stops_while_all_are_at_work(analyzer: Analyzer, detector: CopyableDetector) -> None:
    source = ScriptedSource(1000)
    run = analyze_file(source, analyzer)
    for _ in range(30):
        next(run)
    detector.may_look.clear()
    time.sleep(0.05)
    threading.Timer(0.05, detector.may_look.set).start()
    run.close()
    assert lookers() == []
    assert source.closed
    assert len(detector.seen) < 100


class _LargePictures(ScriptedSource):
    """Ultra high definition, as far as anyone asks; the numbers stand at the top."""

    def read(self) -> Frame | None:
        frame = super().read()
        if frame is None:
            return None
        tall = np.broadcast_to(frame.pixels[:1], (2160, *frame.pixels.shape[1:]))
        pixels = np.broadcast_to(tall[:, :1], (2160, 3840, 3))
        return Frame(frame.index, frame.timestamp_us, 0, pixels)


def test_few_large_pictures_are_in_memory(analyzer: Analyzer) -> None:
    source = _LargePictures(100)
    run = analyze_file(source, analyzer)
    for _ in range(30):
        frame, _ = next(run)
    time.sleep(0.1)
    assert source._next - frame.index <= 8
    run.close()


def test_another_model_begins_a_file_anew(make_rig: Callable[..., Rig]) -> None:
    detector = CopyableDetector()
    rig = make_rig(
        clock=FakeClock(skips_waits=True),
        make_detector=lambda _: detector,
        load_classifier=lambda folder: CopyableClassifier(
            fake_preset(folder.name, sha256=f"{folder.name:0<64}")
        ),
    )
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.told(ModelLoaded)))
    rig.engine.open(ScriptedSource(400), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.analyses) > 20)
    detector.may_look.clear()
    rig.engine.load_model(Path("second"))
    rig.until(lambda: len(rig.told(ModelLoaded)) == 2)
    detector.may_look.set()
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    first, second = rig.all_sinks
    assert first.models == [("first", 0)]
    assert second.models == [("second", 0)]
    assert [analysis.frame_index for analysis in second.written] == list(range(400))
    assert len(first.written) < 400
