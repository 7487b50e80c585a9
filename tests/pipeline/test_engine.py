"""The engine with files: order of events, the transport bar, models that come and go."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.neutral_baseline import estimate_baseline
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.errors import DetectorError, SourceError, StorageError
from fer_desktop.pipeline.events import (
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
from tests.helpers.sources import ScriptedSource
from tests.pipeline.conftest import FakeSink, Rig
from trainer.contract.labels import LABEL_SETS

pytestmark = pytest.mark.unit

MakeRig = Callable[..., Rig]


def analyses(rig: Rig) -> list[FrameAnalysis]:
    return [result.analysis for result in rig.results if result.analysis is not None]


def test_every_frame_goes_from_the_source_to_results_and_session(rig: Rig) -> None:
    source = rig.source(5)
    session = rig.engine.open(source, Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    rig.until(lambda: len(rig.results) == 5)
    assert session == 1
    assert rig.states() == [State.OPENING, State.RUNNING, State.PAUSED]
    (opened,) = rig.told(SourceOpened)
    assert (opened.session, opened.info.name) == (1, "script")
    assert rig.frames() == [number_of(result.frame.pixels) for result in rig.results]
    assert rig.frames() == [analysis.frame_index for analysis in analyses(rig)] == [0, 1, 2, 3, 4]
    assert all(face.scores for analysis in analyses(rig) for face in analysis.faces)
    assert {face.face_id for analysis in analyses(rig) for face in analysis.faces} == {1}
    rig.engine.stop()
    rig.until_state(State.IDLE)
    assert rig.states()[3:] == [State.STOPPING, State.IDLE]
    assert source.closed
    assert source.threads == {"capture-1"}
    rig.until(lambda: rig.sinks[1].closed)
    assert rig.sinks[1].written == analyses(rig)
    assert rig.sinks[1].models == [("first", 0)]


def test_image_shows_before_the_networks_are_there_and_is_read_when_they_come(
    make_rig: MakeRig,
) -> None:
    rig = make_rig()
    rig.detector_may_load.clear()
    rig.engine.open(ScriptedSource(1, kind="image"), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.results) == 1)
    assert rig.results[0].analysis is None
    rig.detector_may_load.set()
    rig.until(lambda: len(rig.results) == 2)
    analysis = rig.results[1].analysis
    assert analysis is not None
    assert [face.scores for face in analysis.faces] == [None]
    rig.engine.load_model(Path("late"))
    rig.until(lambda: len(rig.results) == 3)
    analysis = rig.results[2].analysis
    assert analysis is not None
    (face,) = analysis.faces
    assert face.scores is not None
    assert face.smoothed == face.scores
    assert rig.frames() == [0, 0, 0]
    assert rig.states() == [State.OPENING, State.RUNNING, State.PAUSED]
    (_, detector) = rig.detectors[0]
    assert detector.thorough_calls == detector.calls == 2
    assert rig.sinks[1].models == [("late", 0)]
    assert len(rig.sinks[1].written) == 2


def test_new_model_takes_over_and_a_bad_one_does_not(rig: Rig) -> None:
    rig.engine.open(rig.source(3), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    rig.until(lambda: len(rig.results) == 3)
    for name in ("damaged", "broken"):
        rig.engine.load_model(Path(name))
        rig.until(lambda name=name: any(event.name == name for event in rig.told(ModelFailed)))
    damaged, broken = rig.told(ModelFailed)
    assert damaged.error.hint == "Choose another one."
    assert "a bug" in broken.error.message
    assert len(rig.results) == 3
    rig.engine.load_model(Path("second"))
    rig.until(lambda: len(rig.results) == 4)
    assert [event.name for event in rig.told(ModelLoading)] == [
        "first", "damaged", "broken", "second",
    ]  # fmt: skip
    assert [event.preset.name for event in rig.told(ModelLoaded)] == ["first", "second"]
    assert [classifier.closed for classifier in rig.classifiers] == [True, False]
    assert rig.sinks[1].models == [("first", 0), ("second", 2)]
    assert rig.frames()[-1] == 2


def test_calibration_shows_at_once_on_a_frame_that_rests_and_goes_as_it_came(rig: Rig) -> None:
    session = rig.engine.open(rig.source(3), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    rig.until(lambda: len(rig.results) == 3)
    rest = EmotionScores(LABEL_SETS["fer7"], (0.01, 0.01, 0.01, 0.01, 0.25, 0.01, 0.7))
    baseline = estimate_baseline([rest], 0.0)
    sha256 = rig.classifiers[0].preset.sha256
    rig.engine.calibrate(session + 1, 1, baseline, sha256)  # neither of these is meant for it
    rig.engine.calibrate(session, 1, baseline, "another model")
    rig.engine.calibrate(session, 1, baseline, sha256)
    rig.until(lambda: analyses(rig)[-1].faces[0].baseline == baseline)
    assert rig.frames() == [0, 1, 2, 2]
    rig.engine.remove_calibration()
    rig.until(lambda: analyses(rig)[-1].faces[0].baseline is None)
    assert rig.sinks[session].written == analyses(rig)


def test_detector_that_cannot_be_loaded_is_reported(make_rig: MakeRig) -> None:
    def fail(_: float) -> None:
        raise DetectorError("The face detector is missing.")

    rig = make_rig(make_detector=fail)
    rig.engine.open(rig.source(2), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.results) == 2 and bool(rig.told(ModelFailed)))
    assert str(rig.told(ModelFailed)[0].error) == "The face detector is missing."
    assert [result.analysis for result in rig.results] == [None, None]


def test_resting_frame_is_read_anew_when_settings_change(rig: Rig) -> None:
    rig.engine.open(rig.source(2), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    rig.until(lambda: len(rig.results) == 2)
    rig.engine.set_detection_score(0.8)
    rig.until(lambda: len(rig.results) == 3)
    assert [score for score, _ in rig.detectors] == [0.5, 0.8]
    assert [detector.closed for _, detector in rig.detectors] == [True, False]
    rig.engine.set_smoothing(900)
    rig.until(lambda: len(rig.results) == 4)
    rig.engine.set_face_search("small")
    rig.until(lambda: len(rig.results) == 5)
    assert rig.detectors[-1][1].thorough_calls == 1
    assert rig.frames() == [0, 1, 1, 1, 1]
    assert {face.face_id for analysis in analyses(rig) for face in analysis.faces} == {1}


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


def test_slow_networks_see_the_newest_frame_only(make_rig: MakeRig) -> None:
    gate = threading.Semaphore(0)
    rig = make_rig(clock=FakeClock(skips_waits=True), on_frame=gate.acquire)
    source = ScriptedSource(40)
    rig.engine.open(source, Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    gate.release(50)
    rig.until(lambda: rig.frames()[-1:] == [39])
    assert len(rig.results) < 10
    assert rig.engine.reading().dropped == 40 - len(rig.results)


def test_pause_seek_step_and_play_again(make_rig: MakeRig) -> None:
    clock = FakeClock()
    rig = make_rig(clock=clock)
    rig.engine.open(ScriptedSource(100, fps=10), Pacing.PLAYBACK)
    rig.until(lambda: rig.frames() == [0])
    rig.engine.pause()
    rig.until_state(State.PAUSED)
    rig.engine.seek(5_000_000)
    rig.until(lambda: rig.frames()[-1] == 50)
    rig.engine.seek(2_090_000)
    rig.until(lambda: rig.frames()[-1] == 20)
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
    rig.until(lambda: rig.frames()[-1] == 31)
    rig.engine.seek(9_700_000)
    rig.until(lambda: rig.frames()[-1] == 97)
    rig.engine.set_speed(2)
    for index in (98, 99):
        rig.until(lambda: clock.waiting_s == pytest.approx(0.05))
        clock.advance(0.05)
        rig.until(lambda index=index: rig.frames()[-1] == index)
    rig.until(lambda: rig.frames()[-1] == 99)
    rig.until_state(State.PAUSED)
    rig.engine.play()
    rig.until(lambda: rig.frames()[-1] == 0)
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


def test_pause_right_after_the_networks_came_leaves_no_frame_unread(make_rig: MakeRig) -> None:
    rig = make_rig(clock=FakeClock(), start=False)
    rig.detector_may_load.clear()
    rig.engine.start()
    rig.engine.open(ScriptedSource(9), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.results) == 1)  # and time stands still before the next frame
    rig.engine.load_model(Path("late"))
    rig.detector_may_load.set()
    rig.until(lambda: bool(rig.told(ModelLoaded)))
    assert len(rig.results) == 1  # a playing source brings its next frame by itself
    rig.engine.pause()
    rig.until(lambda: bool(analyses(rig)))
    assert rig.frames() == [0, 0]
    assert analyses(rig)[0].faces[0].scores is not None


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
    rig.until(lambda: rig.frames(2) == [0])


def test_bug_in_a_source_is_reported_in_words(rig: Rig) -> None:
    source = rig.source(2, error=ZeroDivisionError("a bug"))
    rig.engine.open(source, Pacing.PLAYBACK)
    rig.until_state(State.FAILED)
    (failed,) = rig.told(SourceFailed)
    assert "a bug" in failed.error.message
    assert failed.error.hint
    assert source.closed
    rig.until(lambda: rig.sinks[1].closed)


def test_damaged_file_rests_at_its_last_good_frame_with_a_message(rig: Rig) -> None:
    error = SourceError("clip.mp4 is damaged.", hint="The rest is lost.")
    rig.engine.open(rig.source(3, error=error), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    assert rig.messages(State.PAUSED) == [str(error)]
    assert not rig.told(SourceFailed)
    rig.engine.seek(0)
    rig.until(lambda: rig.frames()[-1] == 0)


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
    rig.until(lambda: rig.frames(2) == [0])
    assert source.closed


def test_next_source_ends_the_former(rig: Rig) -> None:
    former = rig.source(9)
    rig.engine.open(former, Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)
    rig.engine.open(rig.source(2), Pacing.PLAYBACK)
    rig.until(lambda: rig.frames(2) == [0, 1])
    assert former.closed
    assert rig.sinks[1].closed
    assert rig.states(1)[-1] is State.PAUSED
    assert rig.states(2)[:2] == [State.OPENING, State.RUNNING]
    analysis = rig.results[-1].analysis
    assert analysis is not None
    assert analysis.faces[0].face_id == 1


@pytest.mark.parametrize("moment", ["open", "write", "close"])
def test_session_that_cannot_be_written_is_reported_once(make_rig: MakeRig, moment: str) -> None:
    error = StorageError("The disk is full.", hint="Make room.")
    sink = FakeSink()

    def open_sink(*_: object) -> FakeSink:
        if moment == "open":
            raise error
        return sink

    def fail() -> None:
        raise error

    rig = make_rig(open_sink=open_sink)
    rig.until(lambda: bool(rig.detectors))
    if moment == "write":
        sink.error = error
    if moment == "close":
        sink.close = fail  # type: ignore[method-assign]
    time.sleep(0.02)
    rig.engine.open(rig.source(4), Pacing.PLAYBACK)
    rig.until(lambda: len(rig.results) == 4)
    rig.engine.stop()
    rig.until(lambda: bool(rig.told(OutputFailed)))
    rig.until_state(State.IDLE)
    assert rig.told(OutputFailed) == [OutputFailed(1, "session", error)]
    assert sink.closed == (moment == "write")


def test_an_engine_without_outputs_is_fine(make_rig: MakeRig) -> None:
    rig = make_rig(outputs={})
    rig.engine.open(ScriptedSource(2), Pacing.PLAYBACK)
    rig.until_state(State.PAUSED)


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
    rig.until_state(State.PAUSED)
    rig.until(lambda: bool(analyses(rig)))
    before_s = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before_s < 0.03


def test_shutdown_finishes_everything(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.told(ModelLoaded)))
    source = ScriptedSource(1000)
    rig.engine.open(source, Pacing.PLAYBACK)
    rig.until(lambda: len(analyses(rig)) > 3)
    before = rig.states()
    rig.engine.shutdown()
    rig.engine.shutdown()
    assert source.closed
    assert rig.sinks[1].closed
    assert rig.sinks[1].written == analyses(rig)
    assert rig.classifiers[0].closed
    assert rig.detectors[0][1].closed
    assert rig.states() in (before, [*before, State.IDLE])
    with pytest.raises(RuntimeError, match="shut down"):
        rig.engine.open(ScriptedSource(), Pacing.PLAYBACK)


def test_network_that_comes_after_shutdown_is_closed(
    make_rig: MakeRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_desktop.pipeline.engine._LOADER_LIMIT_S", 0.05)
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
