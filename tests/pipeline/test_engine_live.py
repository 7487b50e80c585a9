"""The engine with cameras and streams: reconnection, time that goes on, sources that hang."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_desktop.errors import LoginError, RefusedSourceError, SourceError
from fer_desktop.pipeline.capture import RECONNECT_PAUSES_S
from fer_desktop.pipeline.events import ModelLoaded, SourceFailed, SourceOpened, State
from fer_desktop.sources.base import Pacing
from fer_desktop.sources.network.stream_source import StreamSource
from tests.helpers.clips import number_of
from tests.helpers.clock import FakeClock
from tests.helpers.mjpeg import MjpegServer
from tests.helpers.sources import ScriptedCamera
from tests.pipeline.conftest import Rig

MakeRig = Callable[..., Rig]


def assert_time_goes_on(rig: Rig) -> None:
    frames = [result.frame for result in rig.results]
    indices = [frame.index for frame in frames]
    times_us = [frame.timestamp_us for frame in frames]
    assert indices == sorted(set(indices))
    assert times_us == sorted(set(times_us))


def test_camera_that_stops_is_opened_again_and_the_session_goes_on(make_rig: MakeRig) -> None:
    busy = SourceError("The camera is busy.", hint="Close other programs.")
    camera = ScriptedCamera([4, busy, busy, 3])
    rig = make_rig()
    rig.until(lambda: bool(rig.detectors))
    rig.engine.open(camera, Pacing.LIVE)
    rig.until(lambda: camera.opened == 5 and rig.states()[-1] is State.RUNNING)
    rig.until(lambda: rig.frames()[-1:] > [10])
    assert rig.states() == [
        State.OPENING,
        State.RUNNING,
        State.RECONNECTING,  # it stopped
        State.RECONNECTING,  # it was busy
        State.RECONNECTING,  # and busy again
        State.RUNNING,
        State.RECONNECTING,
        State.RUNNING,
    ]
    assert "Scripted camera has stopped. Trying again in 0.01 s." in rig.messages(
        State.RECONNECTING
    )
    assert f"{busy} Trying again in 0.02 s." in rig.messages(State.RECONNECTING)
    assert len(rig.told(SourceOpened)) == 1
    assert not rig.told(SourceFailed)
    assert_time_goes_on(rig)
    faces = [face for result in rig.results if result.analysis for face in result.analysis.faces]
    assert {face.face_id for face in faces} == {1}
    assert {result.session for result in rig.results} == {1}
    rig.engine.stop()
    rig.until_state(State.IDLE)
    assert camera.closed
    assert len(rig.sinks) == 1


def test_time_without_a_camera_counts(make_rig: MakeRig) -> None:
    rig = make_rig(reconnect_pauses_s=(0.15,))
    rig.engine.open(ScriptedCamera([2]), Pacing.LIVE)
    rig.until(lambda: len(rig.results) > 3 and rig.frames()[-1] > 5)
    first = rig.results[0].frame
    for frame in (result.frame for result in rig.results):
        elapsed_us = (frame.captured_ns - first.captured_ns) // 1000
        assert frame.timestamp_us - first.timestamp_us == pytest.approx(elapsed_us, abs=2)
    assert rig.results[-1].frame.timestamp_us > 150_000


def test_camera_that_is_not_there_yet_is_waited_for_ever_longer(make_rig: MakeRig) -> None:
    clock = FakeClock(skips_waits=True)
    missing = [SourceError("No camera was found.") for _ in range(8)]
    rig = make_rig(clock=clock, reconnect_pauses_s=RECONNECT_PAUSES_S)
    rig.engine.open(ScriptedCamera(missing), Pacing.LIVE)
    rig.until(lambda: len(rig.results) > 2)
    assert clock.skipped_s == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]
    assert rig.states()[:3] == [State.OPENING, State.RECONNECTING, State.RECONNECTING]
    assert rig.messages(State.RECONNECTING)[0] == "No camera was found. Trying again in 0.5 s."


def test_waiting_for_a_camera_can_be_stopped(make_rig: MakeRig) -> None:
    rig = make_rig(reconnect_pauses_s=(60.0,))
    rig.engine.open(ScriptedCamera([SourceError("No camera was found.")]), Pacing.LIVE)
    rig.until_state(State.RECONNECTING)
    began = time.monotonic()
    rig.engine.stop()
    rig.until_state(State.IDLE)
    assert time.monotonic() - began < 1


def test_live_source_cannot_pause(make_rig: MakeRig) -> None:
    rig = make_rig()
    rig.engine.open(ScriptedCamera(), Pacing.LIVE)
    rig.engine.pause()
    rig.engine.seek(0)
    rig.until(lambda: len(rig.results) > 5)
    assert State.PAUSED not in rig.states()


def test_live_frames_are_timed_and_counted(make_rig: MakeRig) -> None:
    rig = make_rig(on_frame=lambda: time.sleep(0.05))
    rig.until(lambda: bool(rig.detectors))
    rig.engine.open(ScriptedCamera(fps=200), Pacing.LIVE)
    rig.until(lambda: len(rig.results) > 15)
    reading = rig.engine.reading()
    assert reading.source_fps > 1.5 * reading.analysed_fps > 0
    assert reading.dropped > 10
    assert 0 < reading.delay_ms < 200
    assert all(result.frame.wall_ns for result in rig.results)


def test_same_camera_is_let_go_before_it_is_opened_again(make_rig: MakeRig) -> None:
    rig = make_rig()
    owners: list[str] = []

    class SharedCamera(ScriptedCamera):
        def open(self):  # type: ignore[no-untyped-def]
            assert not owners, "the camera is still in use"
            owners.append(threading.current_thread().name)
            return super().open()

        def close(self) -> None:
            super().close()
            if owners == [threading.current_thread().name]:
                owners.clear()

    for _ in range(5):
        rig.engine.open(SharedCamera(), Pacing.LIVE)
        time.sleep(0.02)
    rig.until(lambda: len(rig.frames(5)) > 2)
    assert not rig.messages(State.RECONNECTING)
    assert not rig.told(SourceFailed)


def test_source_that_hangs_holds_up_nobody(
    make_rig: MakeRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_desktop.pipeline.capture._FORMER_LIMIT_S", 0.5)
    monkeypatch.setattr("fer_desktop.pipeline.engine._SHUTDOWN_LIMIT_S", 0.1)
    hung = ScriptedCamera(may_deliver=False)
    rig = make_rig()
    rig.until(lambda: bool(rig.detectors))
    rig.engine.open(hung, Pacing.LIVE)
    rig.until(lambda: bool(rig.told(SourceOpened)))
    began = time.monotonic()
    rig.engine.open(rig.source(2), Pacing.PLAYBACK)
    assert time.monotonic() - began < 0.4
    rig.until(lambda: rig.frames(2) == [0, 1])
    rig.engine.open(hung_too := ScriptedCamera(may_deliver=False), Pacing.LIVE)
    rig.until(lambda: len(rig.told(SourceOpened)) == 3)
    rig.engine.stop()
    assert rig.states()[-1] is State.STOPPING
    began = time.monotonic()
    rig.engine.shutdown()
    assert time.monotonic() - began < 1
    told = len(rig.events), len(rig.results)
    for camera in (hung, hung_too):
        camera.may_deliver.set()
    deadline = time.monotonic() + 2
    while not (hung.closed and hung_too.closed):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert len(rig.results) == told[1]
    assert not rig.told(SourceFailed)


def test_what_refuses_is_not_asked_again(make_rig: MakeRig) -> None:
    refusal = LoginError("The camera asks for a password.", hint="It is the camera's own.")
    camera = ScriptedCamera([refusal])
    rig = make_rig()
    rig.engine.open(camera, Pacing.LIVE)
    rig.until_state(State.FAILED)
    assert rig.told(SourceFailed)[0].error is refusal
    assert State.RECONNECTING not in rig.states()
    assert (camera.opened, camera.closed) == (1, True)


def test_what_was_there_and_refuses_may_be_starting(make_rig: MakeRig) -> None:
    refusal = RefusedSourceError("The camera has no such stream.")
    rig = make_rig(reconnect_pauses_s=(0.01,))
    rig.until(lambda: bool(rig.detectors))
    camera = ScriptedCamera([3, refusal, refusal, 3, *[refusal] * 20])
    rig.engine.open(camera, Pacing.LIVE)
    rig.until_state(State.FAILED)
    assert camera.opened == 4 + 6, "it has come back once, and is given up after some tries"
    assert rig.states().count(State.RUNNING) == 2
    assert len(rig.sinks) == 1


def test_a_source_that_waits_is_interrupted(make_rig: MakeRig) -> None:
    class WaitingCamera(ScriptedCamera):
        def interrupt(self) -> None:
            self._script.append(SourceError("It was interrupted."))
            self._left = 0
            self.may_deliver.set()

    rig = make_rig()
    first, second = (WaitingCamera(may_deliver=False) for _ in range(2))
    rig.engine.open(first, Pacing.LIVE)
    rig.until(lambda: bool(rig.told(SourceOpened)))
    rig.engine.open(second, Pacing.LIVE)
    rig.until(lambda: len(rig.told(SourceOpened)) == 2)
    assert first.closed, "the next one need not wait for it"
    rig.engine.stop()
    rig.until_state(State.IDLE)
    assert second.closed
    assert not rig.told(SourceFailed)


def test_stream_survives_its_server(make_rig: MakeRig) -> None:
    rig = make_rig(reconnect_pauses_s=(0.05,))
    rig.engine.load_model(Path("first"))
    rig.until(lambda: bool(rig.told(ModelLoaded)))
    server = MjpegServer(fps=60)
    server.start()
    try:
        rig.engine.open(StreamSource(server.url), Pacing.LIVE)
        rig.until(lambda: len(rig.results) > 10)
        server.stop()
        rig.until_state(State.RECONNECTING)
        time.sleep(0.2)
        before = len(rig.results)
        server.start()
        rig.until(lambda: len(rig.results) > before + 10)
        assert rig.states()[-1] is State.RUNNING
        ages_ms = [
            (result.frame.captured_ns - server.sent_ns[number_of(result.frame.pixels)]) / 1e6
            for result in rig.results[before + 3 :]
        ]
        rig.engine.stop()
        rig.until_state(State.IDLE)
    finally:
        server.stop()
    assert server.connections == 2
    assert_time_goes_on(rig)
    assert len(rig.told(SourceOpened)) == 1
    # Nothing of the time without a server is delivered late.
    assert sorted(ages_ms)[len(ages_ms) // 2] < 1000
    assert [analysis.frame_index for analysis in rig.sinks[1].written] == rig.frames()
