"""The engine with files: order of events, the transport bar, models that come and go."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.domain.neutral_baseline import estimate_baseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.errors import DetectorError, SourceError, StorageError
from fer_desktop.pipeline.events import (
    AnalysisEnded,
    AnalysisProgress,
    EngineEvent,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    OutputFailed,
    SourceFailed,
    SourceOpened,
    State,
    StateChanged,
)
from fer_desktop.sources.base import Pacing
from tests.helpers.clips import number_of
from tests.helpers.clock import FakeClock
from tests.helpers.fakes import FakeDetector
from tests.helpers.sources import ScriptedSource
from tests.pipeline.conftest import FakeSink, Rig
from trainer.contract.labels import LABEL_SETS

pytestmark = pytest.mark.unit

MakeRig = Callable[..., Rig]


def test_every_frame_is_analysed_in_order_and_shown(rig: Rig) -> None:
    source = rig.source(5)
    session = rig.engine.open(source, Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    assert session == 1
    assert rig.states() == [State.OPENING, State.RUNNING, State.PAUSED]
    (opened,) = rig.told(SourceOpened)
    assert (opened.session, opened.info.name) == (1, "script")
    assert rig.frames() == [number_of(result.frame.pixels) for result in rig.results]
    assert rig.shown() == [analysis.frame_index for analysis in rig.analyses] == [0, 1, 2, 3, 4]
    assert all(face.scores for analysis in rig.analyses for face in analysis.faces)
    assert {face.face_id for analysis in rig.analyses for face in analysis.faces} == {1}
    last = rig.results[-1].analysis
    assert last is not None
    assert last.faces[0].smoothed.labels == rig.analyses[-1].faces[0].smoothed.labels
    assert rig.told(AnalysisEnded) == [AnalysisEnded(1, True, frames=5, faces=1)]
    assert rig.sinks[1].closed
    rig.engine.stop()
    rig.until_state(State.IDLE)
    assert rig.states()[3:] == [State.STOPPING, State.IDLE]
    rig.until(lambda: source.closed)
    assert source.threads == {"capture-1"}
    assert source.copies[0].threads == {"reader"}
    assert rig.sinks[1].written == rig.analyses
    assert rig.sinks[1].models == [("first", 0)]
    assert rig.sinks[1].end == SessionEnd(is_whole=True)


def test_analysis_does_not_depend_on_what_is_looked_at(rig: Rig) -> None:
    rig.engine.open(ScriptedSource(60), Pacing.PLAYBACK)
    for wish in (lambda: rig.engine.seek(1_500_000), rig.engine.pause, lambda: rig.engine.step(-7)):
        wish()
    rig.engine.set_speed(16)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    assert [analysis.frame_index for analysis in rig.analyses] == list(range(60))
    rig.engine.seek(0)
    rig.until(lambda: rig.frames()[-1:] == [0])
    assert rig.sinks[1].written == rig.analyses
    assert len(rig.all_sinks) == 1


def test_playing_waits_for_the_analysis_and_nothing_is_dropped(make_rig: MakeRig) -> None:
    gate = threading.Semaphore(0)

    class SlowDetector(FakeDetector):
        def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
            gate.acquire()
            return super().detect(pixels, thorough=thorough)

    rig = make_rig(
        clock=FakeClock(skips_waits=True),
        make_detector=lambda _: SlowDetector([[(20, 20, 60, 60)]]),
    )
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.told(ModelLoaded)))
    rig.engine.open(ScriptedSource(20), Pacing.PLAYBACK)
    rig.until(lambda: any(event.state is State.WAITING for event in rig.told(StateChanged)))
    # Pictures from before the analysis has begun wait for nothing; on a busy machine that is more
    # than the first one.
    unknown = len(rig.shown())
    assert rig.shown() == list(range(unknown))
    gate.release(unknown + 4)
    rig.until(lambda: rig.shown()[-1] == unknown + 3)
    time.sleep(0.02)
    assert rig.shown() == list(range(unknown + 4))
    gate.release(20)
    rig.until_state(State.PAUSED)
    assert rig.shown() == list(range(20))
    assert all(result.analysis for result in rig.results if result.frame.index >= unknown)


def test_far_beyond_what_is_analysed_pictures_come_without_numbers(make_rig: MakeRig) -> None:
    gate = threading.Semaphore(3)

    class SlowDetector(FakeDetector):
        def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
            gate.acquire()
            return super().detect(pixels, thorough=thorough)

    rig = make_rig(clock=FakeClock(), make_detector=lambda _: SlowDetector([[(20, 20, 60, 60)]]))
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.told(ModelLoaded)))
    rig.engine.open(ScriptedSource(300), Pacing.PLAYBACK)
    rig.engine.pause()
    rig.until(lambda: len(rig.analyses) == 3)
    rig.engine.seek(8_000_000)
    rig.until(lambda: rig.frames()[-1:] == [240])
    assert rig.results[-1].analysis is None
    gate.release(300)
    rig.until(lambda: rig.results[-1].analysis is not None)  # as soon as it is known
    assert rig.frames()[-1] == 240
    assert rig.results[-1].analysis.frame_index == 240


def test_analysis_rests_and_goes_on(rig: Rig) -> None:
    rig.engine.pause_analysis(True)
    rig.engine.open(ScriptedSource(30), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)  # nobody waits for an analysis that rests
    assert rig.analyses == []
    assert any(event.is_paused for event in rig.told(AnalysisProgress))
    rig.engine.pause_analysis(False)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    assert len(rig.analyses) == 30


def test_that_a_file_is_begun_is_told_at_its_first_frame(make_rig: MakeRig) -> None:
    rig = make_rig(clock=FakeClock())  # by which no time passes
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.told(ModelLoaded)))
    rig.engine.analyze(ScriptedSource(30))
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    assert sorted({event.frames for event in rig.told(AnalysisProgress)}) == [0, 1, 30]


def test_fewer_frames_of_a_part_are_analysed(rig: Rig) -> None:
    selection = FrameSelection(every=4, from_us=300_000, to_us=800_000)
    rig.engine.open(ScriptedSource(40), Pacing.PLAYBACK, selection=selection)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    assert [analysis.frame_index for analysis in rig.analyses] == [12, 16, 20, 24]
    rig.until_state(State.PAUSED)
    assert rig.shown() == list(range(40))
    rig.engine.seek(600_000)
    rig.until(lambda: rig.frames()[-1:] == [18])
    assert rig.results[-1].analysis.frame_index == 16  # what is known holds until the next one


def test_files_wait_for_their_turn_and_live_sources_go_first(rig: Rig) -> None:
    rig.engine.pause_analysis(True)
    shown = rig.engine.open(ScriptedSource(3), Pacing.PLAYBACK)
    second = rig.engine.analyze(ScriptedSource(4))
    broken = rig.engine.analyze(ScriptedSource(open_error=SourceError("b.mp4 is empty.")))
    third = rig.engine.analyze(ScriptedSource(2))
    rig.engine.pause_analysis(False)
    rig.until(lambda: len(rig.told(AnalysisEnded)) == 4)
    ended = {event.file: event for event in rig.told(AnalysisEnded)}
    assert list(ended) == [shown, second, broken, third]
    assert [event.frames for event in ended.values()] == [3, 4, 0, 2]
    assert [event.is_whole for event in ended.values()] == [True, True, False, True]
    assert str(ended[broken].error) == "b.mp4 is empty."
    assert len(rig.analyses) == 3  # only those of what is shown are told
    assert sorted(rig.sinks) == [shown, second, third]
    rig.until_state(State.PAUSED)


def test_image_shows_before_the_networks_are_there_and_is_read_when_they_come(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    rig.detector_may_load.clear()
    rig.engine.open(ScriptedSource(1, kind="image"), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.results) == 1)
    assert rig.results[0].analysis is None
    rig.detector_may_load.set()
    rig.engine.load_model(Path("late"))
    rig.until(lambda: len(rig.results) == 2)
    analysis = rig.results[1].analysis
    assert analysis is not None
    (face,) = analysis.faces
    assert face.scores is not None
    assert face.smoothed == face.scores
    assert rig.frames() == [0, 0]
    assert rig.states() == [State.OPENING, State.RUNNING, State.PAUSED]
    (_, detector) = rig.detectors[0]
    assert detector.thorough_calls == detector.calls == 1
    rig.until(lambda: 1 in rig.sinks and rig.sinks[1].closed)
    assert rig.sinks[1].models == [("late", 0)]
    assert len(rig.sinks[1].written) == 1


def test_new_model_begins_anew_and_a_bad_one_does_not(rig: Rig) -> None:
    rig.engine.open(rig.source(3), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    for name in ("damaged", "broken"):
        rig.engine.load_model(Path(name))
        rig.until(lambda name=name: any(event.name == name for event in rig.told(ModelFailed)))
    damaged, broken = rig.told(ModelFailed)
    assert damaged.error.hint == "Choose another one."
    assert "a bug" in broken.error.message
    assert len(rig.analyses) == 3
    rig.engine.load_model(Path("second"))
    rig.until(lambda: len(rig.told(AnalysisEnded)) == 2)
    assert [event.name for event in rig.told(ModelLoading)] == [
        "first", "damaged", "broken", "second",
    ]  # fmt: skip
    assert [event.preset.name for event in rig.told(ModelLoaded)] == ["first", "second"]
    assert [classifier.closed for classifier in rig.classifiers] == [True, False]
    assert [sink.models for sink in rig.all_sinks] == [[("first", 0)], [("second", 0)]]
    assert [len(sink.written) for sink in rig.all_sinks] == [3, 3]
    rig.until(lambda: rig.results[-1].analysis is not None)
    assert rig.frames()[-3:] == [2, 2, 2]  # known, then not any more, then again


def test_calibration_holds_for_the_whole_file_and_goes_as_it_came(rig: Rig) -> None:
    session = rig.engine.open(rig.source(3), Pacing.PLAYBACK)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    rest = EmotionScores(LABEL_SETS["fer7"], (0.01, 0.01, 0.01, 0.01, 0.25, 0.01, 0.7))
    baseline = estimate_baseline([rest], 0.0)
    sha256 = rig.classifiers[0].preset.sha256
    rig.engine.calibrate(session + 1, 1, baseline, sha256)  # neither of these is meant for it
    rig.engine.calibrate(session, 1, baseline, "another model")
    rig.engine.calibrate(session, 1, baseline, sha256)
    rig.until(lambda: len(rig.told(AnalysisEnded)) == 2)
    assert [analysis.faces[0].baseline for analysis in rig.analyses[3:]] == [baseline] * 3
    rig.engine.remove_calibration()
    rig.until(lambda: len(rig.told(AnalysisEnded)) == 3)
    assert [analysis.faces[0].baseline for analysis in rig.analyses[6:]] == [None] * 3
    rig.engine.calibrate(session, 1, baseline, sha256)
    rig.until(lambda: len(rig.told(AnalysisEnded)) == 4)
    rig.engine.load_model(Path("second"))  # knows nothing of a rest that another one has read
    rig.until(lambda: len(rig.told(AnalysisEnded)) == 5)
    assert [analysis.faces[0].baseline for analysis in rig.analyses[12:]] == [None] * 3
    assert [sink.written for sink in rig.all_sinks][-1] == rig.analyses[12:]


def test_detector_that_cannot_be_loaded_is_reported(make_rig: MakeRig) -> None:
    def fail(_: float) -> None:
        raise DetectorError("The face detector is missing.")

    rig = make_rig(make_detector=fail)
    rig.engine.open(rig.source(2), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.results) == 2 and bool(rig.told(ModelFailed)))
    assert str(rig.told(ModelFailed)[0].error) == "The face detector is missing."
    assert [result.analysis for result in rig.results] == [None, None]


def test_other_settings_begin_anew(rig: Rig) -> None:
    rig.engine.open(rig.source(2), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    runs = 1
    rig.until(lambda: len(rig.told(AnalysisEnded)) == 1)
    for change in (
        lambda: rig.engine.set_detection_score(0.8),
        lambda: rig.engine.set_smoothing(900),
        lambda: rig.engine.set_face_search("small"),
    ):
        runs += 1
        change()
        rig.until(lambda runs=runs: len(rig.told(AnalysisEnded)) == runs)
    assert [score for score, _ in rig.detectors] == [0.5, 0.8]
    assert [detector.closed for _, detector in rig.detectors] == [True, False]
    assert rig.detectors[-1][1].thorough_calls == 2
    assert [analysis.frame_index for analysis in rig.analyses] == [0, 1] * 4
    assert len(rig.all_sinks) == 4


def test_playback_keeps_the_pace_of_the_timestamps(make_rig: MakeRig) -> None:
    clock = FakeClock()
    rig = make_rig(clock=clock)
    times_us = [0, 100_000, 150_000, 900_000, 1_000_000]
    rig.engine.open(ScriptedSource(times_us=times_us), Pacing.PLAYBACK)
    for index, (speed, wait_s) in enumerate([(1.0, 0.1), (1.0, 0.05), (2.0, 0.375), (0.5, 0.2)]):
        rig.until(lambda index=index: rig.frames() == list(range(index + 1)))
        rig.engine.set_speed(speed)
        rig.until(lambda wait_s=wait_s: clock.waiting_s == pytest.approx(wait_s))
        clock.advance(wait_s - 0.001)
        rig.until(lambda: clock.waiting_s == pytest.approx(0.001))
        assert rig.frames() == list(range(index + 1))
        clock.advance(0.001)
    rig.until(lambda: rig.frames() == [0, 1, 2, 3, 4])
    assert rig.engine.reading().dropped == 0


def test_pause_seek_step_and_play_again(make_rig: MakeRig) -> None:
    clock = FakeClock()
    rig = make_rig(clock=clock)
    rig.engine.open(ScriptedSource(100, fps=10), Pacing.PLAYBACK)
    rig.until(lambda: rig.frames() == [0])
    rig.engine.pause()
    rig.until_state(State.PAUSED)
    rig.engine.seek(5_000_000)
    rig.until(lambda: rig.frames()[-1:] == [50])
    rig.engine.seek(2_090_000)
    rig.until(lambda: rig.frames()[-1:] == [20])
    for frames, index in ((1, 21), (1, 22), (-2, 20), (10, 30)):
        rig.engine.step(frames)
        rig.until(lambda index=index: rig.frames()[-1] == index)
    clock.advance(60)
    assert rig.states()[-1] is State.PAUSED
    rig.engine.set_speed(4)
    rig.engine.play()
    rig.until_state(State.RUNNING)
    rig.until(lambda: clock.waiting_s == pytest.approx(0.025))
    assert rig.frames()[-1] == 30
    clock.advance(0.025)
    rig.until(lambda: rig.frames()[-1:] == [31])
    rig.engine.seek(9_700_000)
    rig.until(lambda: rig.frames()[-1:] == [97])
    rig.engine.set_speed(2)
    for index in (98, 99):
        rig.until(lambda: clock.waiting_s == pytest.approx(0.05))
        clock.advance(0.05)
        rig.until(lambda index=index: rig.frames()[-1] == index)
    rig.until(lambda: rig.frames()[-1:] == [99])
    rig.until_state(State.PAUSED)
    rig.engine.play()
    rig.until(lambda: rig.frames()[-1:] == [0])
    rig.until_state(State.RUNNING)
    rig.engine.step(-1)
    rig.until_state(State.PAUSED)
    times_us = [result.frame.timestamp_us for result in rig.results]
    assert times_us == [round(index * 1e5) for index in rig.frames()]


def test_pause_at_once_still_shows_the_first_frame(make_rig: MakeRig) -> None:
    rig = make_rig(clock=FakeClock())
    rig.engine.open(ScriptedSource(9), Pacing.PLAYBACK)
    rig.engine.pause()
    rig.until_state(State.PAUSED)
    rig.until(lambda: set(rig.frames()) == {0})  # again, if the detector came later


def test_frame_that_rests_is_told_again_once_it_is_known(make_rig: MakeRig) -> None:
    rig = make_rig(clock=FakeClock(), start=False)
    rig.detector_may_load.clear()
    rig.engine.start()
    rig.engine.open(ScriptedSource(9), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.results) == 1)  # and time stands still before the next frame
    rig.engine.load_model(Path("late"))
    rig.detector_may_load.set()
    rig.until(lambda: len(rig.results) == 2)
    assert rig.frames() == [0, 0]
    assert rig.results[-1].analysis.faces[0].scores is not None


def test_file_that_cannot_be_opened_fails(rig: Rig) -> None:
    error = SourceError("clip.mp4 is empty.", hint="Copy it again.")
    source = ScriptedSource(open_error=error)
    rig.engine.open(source, Pacing.PLAYBACK)
    rig.until_state(State.FAILED)
    assert rig.told(SourceFailed) == [SourceFailed(1, error)]
    assert rig.states() == [State.OPENING, State.FAILED]
    assert source.closed
    assert not rig.sinks
    rig.engine.stop()
    assert rig.engine.open(rig.source(1), Pacing.PLAYBACK) == 2
    rig.until(lambda: rig.shown(2) == [0])


def test_bug_in_a_source_is_reported_in_words(rig: Rig) -> None:
    source = ScriptedSource(
        2,
        error=ZeroDivisionError("a bug"),
        may_come=lambda index: index < 2 or bool(rig.analyses),  # a session has begun by then
    )
    rig.engine.open(source, Pacing.PLAYBACK)
    rig.until_state(State.FAILED)
    (failed,) = rig.told(SourceFailed)
    assert "a bug" in failed.error.message
    assert failed.error.hint
    rig.until(lambda: source.closed)
    rig.until(lambda: 1 in rig.sinks and rig.sinks[1].closed)
    assert rig.sinks[1].end.is_whole is False


def test_damaged_file_rests_at_its_last_good_frame_with_a_message(rig: Rig) -> None:
    error = SourceError("clip.mp4 is damaged.", hint="The rest is lost.")
    rig.engine.open(rig.source(3, error=error), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    assert rig.messages(State.PAUSED) == [str(error)]
    assert not rig.told(SourceFailed)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    (ended,) = rig.told(AnalysisEnded)
    assert (ended.is_whole, ended.frames, ended.error) == (False, 3, error)
    assert rig.sinks[1].end == SessionEnd(is_whole=False, problem=str(error))
    rig.engine.seek(0)
    rig.until(lambda: rig.frames()[-1:] == [0])


def test_failing_analysis_ends_the_session_but_not_the_engine(rig: Rig) -> None:
    (_, detector) = rig.detectors[0]
    detector.error = ZeroDivisionError("a bug")
    source = ScriptedSource(3)
    rig.engine.open(source, Pacing.PLAYBACK)
    rig.until_state(State.FAILED)
    (failed,) = rig.told(SourceFailed)
    assert "a bug" in failed.error.message
    detector.error = None
    rig.engine.open(rig.source(1), Pacing.PLAYBACK)
    rig.until(lambda: rig.shown(2) == [0])
    rig.until(lambda: source.closed)


def test_next_source_ends_the_former(rig: Rig) -> None:
    former = rig.source(9)
    rig.engine.open(former, Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    rig.engine.open(rig.source(2), Pacing.PLAYBACK)
    rig.until(lambda: rig.shown(2) == [0, 1])
    assert former.closed
    assert rig.sinks[1].closed
    assert rig.states(1)[-1] is State.PAUSED
    assert rig.states(2)[:2] == [State.OPENING, State.RUNNING]
    rig.until(lambda: len(rig.told(AnalysisEnded)) == 2)
    assert rig.analyses[-1].faces[0].face_id == 1


@pytest.mark.parametrize("moment", ["open", "write", "close"])
def test_session_that_cannot_be_written_is_reported_once(make_rig: MakeRig, moment: str) -> None:
    error = StorageError("The disk is full.", hint="Make room.")
    sink = FakeSink()

    def open_sink(*_: object) -> FakeSink:
        if moment == "open":
            raise error
        return sink

    def fail(_: SessionEnd) -> None:
        raise error

    rig = make_rig(open_sink=open_sink)
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.detectors and rig.told(ModelLoaded)))
    if moment == "write":
        sink.error = error
    if moment == "close":
        sink.close = fail  # type: ignore[method-assign]
    rig.engine.open(rig.source(4), Pacing.PLAYBACK)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    assert len(rig.analyses) == 4
    rig.engine.stop()
    rig.until(lambda: bool(rig.told(OutputFailed)))
    rig.until_state(State.IDLE)
    assert rig.told(OutputFailed) == [OutputFailed(1, "session", error)]
    assert sink.closed == (moment == "write")


def test_an_engine_without_outputs_is_fine(make_rig: MakeRig) -> None:
    rig = make_rig(outputs={})
    rig.engine.load_model(Path("first"))
    rig.engine.open(ScriptedSource(2), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.analyses) == 2)


def test_listener_may_call_the_engine(make_rig: MakeRig) -> None:
    rigs: list[Rig] = []

    def on_event(event: EngineEvent) -> None:
        rigs[0].events.append(event)
        if isinstance(event, SourceOpened):
            rigs[0].engine.pause()
            rigs[0].engine.stop()

    rigs.append(make_rig(start=False, on_event=on_event))
    rigs[0].engine.start()
    rigs[0].engine.open(ScriptedSource(2), Pacing.PLAYBACK)
    deadline = time.monotonic() + 5
    while State.IDLE not in rigs[0].states():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_commands_without_a_source_do_nothing(rig: Rig) -> None:
    engine = rig.engine
    for command in (engine.stop, engine.play, engine.pause, engine.stop):
        command()
    engine.seek(5)
    engine.step(1)
    engine.set_speed(2)
    assert rig.states() == []


def test_resting_engine_costs_nothing(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.engine.open(ScriptedSource(1, kind="image"), Pacing.PLAYBACK)
    rig.engine.load_model(Path("first"))
    rig.until_state(State.PAUSED)
    rig.until(lambda: bool(rig.analyses))
    time.sleep(0.05)
    before_s = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before_s < 0.03


def test_shutdown_finishes_everything(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.told(ModelLoaded)))
    source = ScriptedSource(1000)
    rig.engine.open(source, Pacing.PLAYBACK)
    rig.until(lambda: len(rig.analyses) > 3)
    before = rig.states()
    rig.engine.shutdown()
    rig.engine.shutdown()
    assert source.closed
    assert rig.sinks[1].closed
    assert rig.sinks[1].written == rig.analyses
    assert rig.sinks[1].end.is_whole is False
    assert rig.classifiers[0].closed
    assert rig.detectors[0][1].closed
    assert rig.states() in (before, [*before, State.IDLE])
    with pytest.raises(RuntimeError, match="shut down"):
        rig.engine.open(ScriptedSource(), Pacing.PLAYBACK)


def test_network_that_comes_after_shutdown_is_closed(
    make_rig: MakeRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_desktop.pipeline.engine._SHUTDOWN_LIMIT_S", 0.05)
    rig = make_rig()
    rig.detector_may_load.clear()
    time.sleep(0.02)
    rig.engine.shutdown()
    rig.detector_may_load.set()
    deadline = time.monotonic() + 2
    while not (rig.detectors and rig.detectors[0][1].closed):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_engine_that_never_started_shuts_down(make_rig: MakeRig) -> None:
    make_rig(start=False).engine.shutdown()


def test_session_number_travels_with_every_state(rig: Rig) -> None:
    rig.engine.open(rig.source(1), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    assert all(event.session == 1 for event in rig.told(StateChanged))


def test_a_file_that_cannot_be_looked_at_is_given_up_at_once(rig: Rig) -> None:
    may_go_on = threading.Event()

    class Slow(ScriptedSource):
        def open(self) -> SourceInfo:
            may_go_on.wait(10)
            return super().open()

    rig.engine.open(slow := Slow(), Pacing.PLAYBACK)
    rig.until_state(State.OPENING)
    rig.engine.stop()
    assert rig.states() == [State.OPENING, State.STOPPING, State.IDLE]
    rig.engine.open(rig.source(2), Pacing.PLAYBACK)
    rig.until(lambda: set(rig.frames(2)) == {0, 1})  # a resting frame may be read twice
    may_go_on.set()
    rig.until(lambda: slow.opened == 1 and slow.closed)
    assert [event.session for event in rig.told(SourceOpened)] == [2]
    assert rig.frames(1) == []


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_number_of_a_session_is_known_before_it_begins(rig: Rig, is_shown: bool) -> None:
    told: list[tuple[int, bool]] = []

    def before(session: int) -> None:
        time.sleep(0.05)  # all the threads have had the time to begin
        told.append((session, session in rig.sinks or bool(rig.told(StateChanged))))

    if is_shown:
        session = rig.engine.open(ScriptedSource(3), Pacing.PLAYBACK, before=before)
    else:
        session = rig.engine.analyze(ScriptedSource(3), before=before)
    rig.until(lambda: bool(rig.told(AnalysisEnded)))
    ((number, happened),) = told
    assert number == session
    assert not happened
