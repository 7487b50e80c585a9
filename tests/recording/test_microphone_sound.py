"""Sound of a microphone lies within milliseconds of its picture, however its clock goes."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame
from fer_desktop.errors import SourceError
from fer_desktop.recording.microphone_sound import MicrophoneSound
from fer_desktop.recording.sound_track import PRIMING, SoundTrack
from fer_desktop.recording.video_recorder import Recording, VideoRecorder
from fer_desktop.sources import microphone
from fer_desktop.sources.microphone import PortAudioMicrophones, SoundBlock
from tests.helpers.microphones import RATE, ScriptedMicrophone, click_at

SIZE_PX = (64, 48)
FLASH_EVERY = 30
_ROOT = Path(__file__).resolve().parents[2]


def film(
    recorder: VideoRecorder, seconds: float, flashes_ns: list[int], on_frame: object = None
) -> None:
    """Record black pictures as a camera gives them, and a white one now and then."""
    began_ns = time.monotonic_ns() + 100_000_000
    count = round(seconds * 30)
    flashes = range(FLASH_EVERY - 1, count, FLASH_EVERY)
    flashes_ns += [began_ns + round(index * 1e9 / 30) for index in flashes]
    for index in range(count):
        due_ns = began_ns + round(index * 1e9 / 30)
        time.sleep(max(0.0, (due_ns - time.monotonic_ns()) / 1e9))
        pixels = np.full((SIZE_PX[1], SIZE_PX[0], 3), 255 * (index in flashes), np.uint8)
        recorder.add(Frame(index, (due_ns - began_ns) // 1000, due_ns, pixels), None)
        if callable(on_frame):
            on_frame(index)


def flashes_of(path: Path) -> list[float]:
    import av

    with av.open(str(path)) as container:
        return [
            float(frame.pts * frame.time_base)
            for frame in container.decode(video=0)
            if frame.to_ndarray(format="gray").mean() > 128
        ]


def sound_of(path: Path) -> NDArray[np.float32]:
    """Return the sound as a player plays it, from the time of the first picture on."""
    import av

    found = np.zeros(RATE * 60, np.float32)
    end = 0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            at = round(float(frame.pts * frame.time_base) * RATE)
            samples = frame.to_ndarray()[0][max(0, -at) :]
            found[max(0, at) : max(0, at) + len(samples)] = samples
            end = max(end, at + len(samples))
    return found[:end]


def clicks_of(path: Path) -> list[float]:
    sound = np.abs(sound_of(path)) > 0.3
    begins = np.flatnonzero(sound & ~np.concatenate([[False], sound[:-1]]))
    kept = [at for at, last in zip(begins, [-RATE, *begins], strict=False) if at - last > RATE / 10]
    return [at / RATE for at in kept]


def test_a_click_and_a_flash_are_together(tmp_path: Path) -> None:
    flashes_ns: list[int] = []
    heard = ScriptedMicrophone(click_at(flashes_ns))
    problems: list[SourceError] = []
    ended: list[Recording] = []
    path = tmp_path / "a.mp4"
    recorder = VideoRecorder(
        path, ended.append, kind="clean", sound=MicrophoneSound(heard, problems.append)
    )
    while not heard.is_open:
        time.sleep(0.005)
    time.sleep(0.1)
    film(recorder, 4.2, flashes_ns)
    time.sleep(0.1)  # the last blocks
    recorder.stop()
    assert recorder.join(20)
    assert not heard.is_open
    assert (ended[0].error, ended[0].has_sound, problems) == (None, True, [])
    flashes, clicks = flashes_of(path), clicks_of(path)
    assert min(len(clicks), len(flashes)) >= 2  # a busy recorder leaves frames out
    apart = [min(abs(flash - click) for click in clicks) for flash in flashes]
    assert max(apart) < 0.05


@pytest.mark.parametrize("drift", [-5e-4, 0.0, 5e-4])
@pytest.mark.unit
def test_a_quarter_of_an_hour_with_a_clock_that_goes_wrong_stays_together(drift: float) -> None:
    track = SoundTrack(RATE, 0)
    step_s = 960 / RATE / (1 + drift)
    random = np.random.default_rng(1)
    length, worst = PRIMING, 0.0
    samples = np.zeros(960, np.float32)
    for number in range(round(900 / step_s)):
        begin_s = number * step_s
        late_s = abs(random.normal(0, 0.002))  # of a driver that is not exact
        for part in track.take(SoundBlock(samples, round((begin_s + late_s) * 1e9))):
            length += len(part)
        worst = max(worst, abs(length / RATE - (begin_s + step_s)))
    assert worst < 0.025


@pytest.mark.unit
def test_what_is_missing_is_silence_and_what_comes_twice_is_left_out() -> None:
    track = SoundTrack(RATE, 0)
    ones = np.ones(960, np.float32)
    laid = [*track.take(SoundBlock(ones, 0)), *track.take(SoundBlock(ones, 500_000_000))]
    laid += track.take(SoundBlock(ones, 400_000_000))
    sound = np.concatenate([np.zeros(PRIMING, np.float32), *laid])
    assert len(sound) == RATE // 2 + 960
    assert sound[RATE // 2 :].min() == 1.0
    assert sound[PRIMING : RATE // 2].max() == 0.0
    laid = list(track.silence(3_000_000_000))
    assert max(map(len, laid)) <= RATE
    assert sum(map(len, laid)) == 3 * RATE - len(sound)


def test_a_microphone_that_is_unplugged_leaves_silence_and_one_message(tmp_path: Path) -> None:
    heard = ScriptedMicrophone(lambda moments: np.full(len(moments), 0.5, np.float32))
    problems: list[SourceError] = []
    ended: list[Recording] = []
    path = tmp_path / "a.mp4"
    sound = MicrophoneSound(heard, problems.append)
    recorder = VideoRecorder(path, ended.append, kind="clean", sound=sound)
    while not heard.is_open:
        time.sleep(0.005)

    def unplug(index: int) -> None:
        if index == 30:
            assert sound.level == pytest.approx(0.5)
            heard.unplugged.set()

    film(recorder, 5, [], unplug)
    assert sound.is_lost
    assert sound.level == 0.0
    recorder.stop()
    assert recorder.join(20)
    assert [problem.message for problem in problems] == [
        "The microphone is gone: the recording goes on with silence."
    ]
    laid = sound_of(path)
    assert len(flashes_of(path)) == 5
    assert len(laid) / RATE == pytest.approx(5.0, abs=0.15)
    assert np.abs(laid[RATE // 2 : RATE * 9 // 10]).mean() > 0.3
    assert np.abs(laid[RATE * 2 :]).max() < 0.01


def test_without_a_microphone_the_picture_is_recorded_all_the_same(tmp_path: Path) -> None:
    gone = ScriptedMicrophone(click_at([]), SourceError("It was not found."))
    problems: list[SourceError] = []
    ended: list[Recording] = []
    recorder = VideoRecorder(
        tmp_path / "a.mp4", ended.append, kind="clean", sound=MicrophoneSound(gone, problems.append)
    )
    time.sleep(0.2)
    film(recorder, 0.5, [])
    recorder.stop()
    assert recorder.join(20)
    assert (ended[0].error, ended[0].has_sound) == (None, False)
    assert ended[0].frames > 5
    assert [problem.message for problem in problems] == ["It was not found."]


def test_a_microphone_that_hangs_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_desktop.recording import microphone_sound

    monkeypatch.setattr(microphone_sound, "_OPENING_S", 0.2)
    monkeypatch.setattr(microphone_sound, "_CLOSING_S", 0.2)
    may_go_on = threading.Event()
    closed = threading.Event()
    hanging = SimpleNamespace(open=lambda on_block: may_go_on.wait(20) and RATE, close=closed.set)
    problems: list[SourceError] = []
    ended: list[Recording] = []
    recorder = VideoRecorder(
        tmp_path / "a.mp4",
        ended.append,
        kind="clean",
        sound=MicrophoneSound(hanging, problems.append),  # type: ignore[arg-type]
    )
    time.sleep(0.4)
    film(recorder, 0.3, [])
    recorder.stop()
    assert recorder.join(20)
    assert ended[0].frames > 3
    assert [problem.message for problem in problems] == ["The microphone does not answer."]
    may_go_on.set()
    assert closed.wait(20)  # it is let go of as soon as it answers


class _Library:
    """PortAudio as far as it is asked."""

    class PortAudioError(Exception):
        pass

    def __init__(self, devices: list[dict[str, object]]) -> None:
        self._devices = devices
        self.plugged_in: list[dict[str, object]] = []
        self.streams: list[SimpleNamespace] = []
        self.closed = 0
        self.fails = False

    def _terminate(self) -> None:
        assert self.closed == len(self.streams), "it would take the microphone away"

    def _initialize(self) -> None:
        self._devices += self.plugged_in
        self.plugged_in = []

    def query_hostapis(self) -> list[dict[str, object]]:
        return [{"name": "ALSA"}, {"name": "JACK"}]

    def query_devices(self, device: int | None = None, kind: str = "") -> object:
        if not kind:
            return self._devices
        if not self._devices:
            raise self.PortAudioError("Error querying device -1")
        return self._devices[device or 0]

    def InputStream(self, **options: object) -> SimpleNamespace:
        stream = SimpleNamespace(
            options=options,
            latency=0.03,
            start=self._start,
            abort=lambda ignore_errors: None,
            close=self._close,
        )
        self.streams.append(stream)
        return stream

    def _start(self) -> None:
        if self.fails:
            raise self.PortAudioError("Device unavailable")

    def _close(self, ignore_errors: bool) -> None:
        self.closed += 1


def _device(name: str, index: int, system: int, inputs: int = 1, rate: float = 44_100) -> dict:
    return {
        "name": name,
        "index": index,
        "hostapi": system,
        "max_input_channels": inputs,
        "default_samplerate": rate,
    }


@pytest.mark.unit
def test_portaudio_is_asked_for_the_chosen_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _Library([_device("USB", 0, 0), _device("Speaker", 1, 0, 0), _device("USB", 2, 1)])
    monkeypatch.setattr(microphone, "_portaudio", lambda: library)
    port = PortAudioMicrophones()
    assert port.names() == ["USB (ALSA)", "USB (JACK)"]
    heard: list[SoundBlock] = []
    chosen = port.microphone("USB (JACK)")
    assert chosen.open(heard.append) == 44_100
    (stream,) = library.streams
    assert (stream.options["device"], stream.options["channels"]) == (2, 1)
    fine, loss = SimpleNamespace(input_overflow=False), SimpleNamespace(input_overflow=True)
    clock = iter([1_000_000_000, 1_050_000_000, 1_035_000_000, 1_500_000_000])
    monkeypatch.setattr(microphone.time, "monotonic_ns", lambda: next(clock))
    for flags in (fine, fine, fine, loss):
        stream.options["callback"](np.full((882, 1), 0.25, np.float32), 882, None, flags)
    assert heard[0].samples.tolist() == [0.25] * 882
    # Less their length of 20 ms and the latency of 30 ms. The second came late, the third shows
    # that the first did, too, and before the last one something was lost.
    came_ms = [round(block.captured_ns / 1e6) for block in heard]
    assert came_ms == [950, 970, 985, 1_450]
    monkeypatch.undo()
    monkeypatch.setattr(microphone, "_portaudio", lambda: library)
    chosen.close()
    chosen.close()
    with pytest.raises(SourceError, match="The microphone Gone was not found"):
        port.microphone("Gone").open(heard.append)


@pytest.mark.unit
def test_what_is_plugged_in_later_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _Library([_device("Old", 0, 0)])
    monkeypatch.setattr(microphone, "_portaudio", lambda: library)
    port = PortAudioMicrophones()
    assert port.names() == ["Old"]
    library.plugged_in = [_device("New", 1, 0)]
    assert port.names() == ["Old", "New"]
    library.plugged_in = [_device("Newest", 2, 0)]
    newest = port.microphone("Newest")
    newest.open(lambda block: None)
    library.plugged_in = [_device("Too late", 3, 0)]
    assert port.names() == ["Old", "New", "Newest"], "nothing is taken from a recording"
    newest.close()
    assert "Too late" in port.names()


@pytest.mark.unit
def test_a_microphone_that_does_not_start_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _Library([_device("USB", 0, 0)])
    library.fails = True
    monkeypatch.setattr(microphone, "_portaudio", lambda: library)
    with pytest.raises(SourceError, match="USB cannot be opened: Device unavailable"):
        PortAudioMicrophones().microphone("USB").open(lambda block: None)
    assert library.closed == 1


@pytest.mark.unit
def test_why_there_is_no_microphone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    port = PortAudioMicrophones()
    monkeypatch.setattr(microphone, "_portaudio", lambda: _Library([]))
    with pytest.raises(SourceError, match="No microphone was found"):
        port.names()
    with pytest.raises(SourceError, match="The microphone cannot be opened"):
        port.microphone("").open(lambda block: None)
    monkeypatch.undo()

    class Hidden:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Hidden(), *sys.meta_path])
    with pytest.raises(SourceError, match="PortAudio is missing") as caught:
        port.names()
    assert "libportaudio2" in caught.value.hint


def test_nothing_looks_for_microphones_before_one_is_wanted() -> None:
    script = "import sys, fer_desktop.ui.assembly; print('sounddevice' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=_ROOT
    )
    assert found.stdout.strip() == "False"
