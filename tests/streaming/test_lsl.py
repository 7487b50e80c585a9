"""A recorder in another process gets the numbers and the times, whoever was there first."""

import json
import math
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from fer_desktop.errors import StreamError
from fer_desktop.streaming.streams import stream_outputs
from tests.recording.samples import CAMERA, face, frame, picture, scores
from tests.streaming.samples import begin, feed, measured, wait_until

pytest.importorskip("pylsl")

RECORDER = """
import json, pylsl, time
pylsl.set_config_content("[multicast]\\nResolveScope = machine\\n")
print("looking", flush=True)
(found,) = pylsl.resolve_bypred("name='FER Desktop' and desc/source='HD Webcam'", timeout=30)
inlet = pylsl.StreamInlet(found)
info = inlet.info()
model = info.desc().child("model")
inlet.open_stream(timeout=20)
offset = pylsl.local_clock() - time.monotonic()
print(json.dumps({
    "type": info.type(), "labels": info.get_channel_labels(), "units": info.get_channel_units(),
    "model": model.child_value("name"), "sha256": model.child_value("sha256"),
}), flush=True)
rows = []
while len(rows) < 20:
    sample, moment = inlet.pull_sample(timeout=20)
    rows.append([round((moment - offset) * 1e6), sample])
print(json.dumps(rows), flush=True)
"""


@pytest.mark.parametrize("who_is_first", ["recorder", "stream"])
def test_a_recorder_gets_every_sample_at_the_time_of_capture(who_is_first: str) -> None:

    (output,) = stream_outputs(["lsl"]).values()
    sent_us: list[int] = []
    write = output.write

    def noted(frame, analysis):  # type: ignore[no-untyped-def]
        sent_us.append(frame.captured_ns // 1000)
        write(frame, analysis)

    output.write = noted  # type: ignore[method-assign]
    if who_is_first == "stream":
        output.start(20)
        begin(output)
    recorder = subprocess.Popen([sys.executable, "-c", RECORDER], stdout=subprocess.PIPE, text=True)
    assert recorder.stdout is not None
    assert recorder.stdout.readline() == "looking\n"
    if who_is_first == "recorder":
        time.sleep(0.3)
        output.start(20)
        begin(output)
    told = json.loads(recorder.stdout.readline())
    feed(output, 20, pause_s=0.005)
    rows = json.loads(recorder.stdout.readline())
    recorder.wait(20)
    recorder.stdout.close()
    output.shutdown()
    assert told["type"] == "Expression"
    assert told["labels"][:5] == ["p_happy", "p_sad", "p_neutral", "confidence", "face_id"]
    assert told["units"][:5] == ["probability"] * 4 + ["none"]
    assert (told["model"], told["sha256"]) == ("fake3", "a" * 64)
    assert [row[0] for row in rows] == pytest.approx(sent_us, abs=1000)
    expected = [0.7, 0.2, 0.1, 0.7, 1, 1, 100, 80, 120, 120]
    assert all(row[1] == pytest.approx(expected, abs=1e-6) for row in rows)
    wait_until(lambda: output.sent == 20)


def test_markers_and_frames_without_the_face_and_a_restart() -> None:
    import pylsl

    (output,) = stream_outputs(["lsl"]).values()
    output.start(20)
    begin(output)
    # Other tests may stream at the same time.
    ours = "desc/source='HD Webcam'"
    (markers,) = pylsl.resolve_bypred(f"name='FER Desktop markers' and {ours}", timeout=20)
    (scores,) = pylsl.resolve_bypred(f"name='FER Desktop' and {ours}", timeout=20)
    noted, read = pylsl.StreamInlet(markers), pylsl.StreamInlet(scores)
    noted.open_stream(timeout=20)
    read.open_stream(timeout=20)
    output.write(picture(0, 8, 8), frame(0))
    output.close(is_complete=True)
    begin(output)
    feed(output, 1, first=1)
    assert [noted.pull_sample(timeout=20)[0] for _ in range(2)] == [["end"], ["begin HD Webcam"]]
    empty, full = (read.pull_sample(timeout=20)[0] for _ in range(2))
    assert empty[5] == 0
    assert all(math.isnan(number) for number in empty[:5] + empty[6:])
    assert full[5] == 1
    output.shutdown()
    output.start(20)  # the recorder finds it again by itself
    begin(output)
    deadline = time.monotonic() + 30
    sample = None
    while sample is None and time.monotonic() < deadline:
        feed(output, 1, first=2)
        sample, _ = read.pull_sample(timeout=0.2)
    assert sample is not None
    output.shutdown()


def test_measures_are_channels_behind_the_scores() -> None:
    import pylsl

    (output,) = stream_outputs(["lsl"]).values()
    output.start(20)
    begin(output, replace(CAMERA, name="Measured", uri="camera:7"))
    known = picture(0, 8, 8)
    analysis = measured(frame(0, face(1, raw=scores(0.7, 0.2, 0.1))))
    output.write(known, analysis)
    query = "name='FER Desktop' and desc/source='Measured' and channel_count=13"
    (found,) = pylsl.resolve_bypred(query, timeout=20)
    inlet = pylsl.StreamInlet(found)
    info = inlet.info()
    assert info.get_channel_labels()[-3:] == ["gaze_yaw_deg", "gaze_pitch_deg", "valence"]
    assert info.get_channel_units()[-3:] == ["deg", "deg", "none"]
    inlet.open_stream(timeout=20)
    output.write(known, analysis)
    sample, _ = inlet.pull_sample(timeout=20)
    assert sample[:4] == pytest.approx([0.7, 0.2, 0.1, 0.7])
    assert sample[-3:-1] == [10.0, -5.0]
    assert math.isnan(sample[-1])  # could not be told
    output.shutdown()


def test_a_missing_library_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    (output,) = stream_outputs(["lsl"]).values()
    with pytest.raises(StreamError) as raised:
        output.start(10)
    assert str(raised.value) == 'The package pylsl is missing. Type "pip install pylsl".'
