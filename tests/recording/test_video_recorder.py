"""Recording never holds anything up, and never loses what it has."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fer_desktop.recording import annotated
from fer_desktop.recording.video_recorder import Recording, VideoRecorder
from tests.recording.samples import face, frame, picture, scores

_ROOT = Path(__file__).resolve().parents[2]


def _frames_in(path: Path) -> int:
    import av

    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_stop_writes_what_waits_and_reports_once(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.touch()  # the reserved name
    ended: list[Recording] = []
    recorder = VideoRecorder(path, ended.append)
    for index in range(5):
        recorder.add(picture(index, 64, 48), frame(index, face(1, raw=scores(0.5, 0.25, 0.25))))
    recorder.stop()
    recorder.stop()
    recorder.add(picture(5, 64, 48), None)
    assert recorder.join(10)
    assert ended == [Recording(path, 5, 0, None)]
    assert _frames_in(path) == 5


def test_too_many_waiting_frames_are_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_write = threading.Event()
    write = annotated.AnnotatedVideoWriter.write

    def slow_write(self: object, *args: object) -> None:
        may_write.wait(10)
        write(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(annotated.AnnotatedVideoWriter, "write", slow_write)
    ended: list[Recording] = []
    recorder = VideoRecorder(tmp_path / "a.mp4", ended.append)
    for index in range(30):
        recorder.add(picture(index, 64, 48), None)
    may_write.set()
    recorder.stop()
    assert recorder.join(10)
    assert ended[0].dropped >= 20
    assert ended[0].frames + ended[0].dropped == 30


def test_a_recording_without_a_frame_leaves_no_file(tmp_path: Path) -> None:
    ended: list[Recording] = []
    (tmp_path / "a.mp4").touch()
    recorder = VideoRecorder(tmp_path / "a.mp4", ended.append)
    recorder.stop()
    assert recorder.join(10)
    assert (ended[0].frames, os.listdir(tmp_path)) == (0, [])


def test_an_unwritable_place_ends_the_recording_with_its_cause(tmp_path: Path) -> None:
    ended: list[Recording] = []
    recorder = VideoRecorder(tmp_path / "missing" / "a.mp4", ended.append)
    recorder.add(picture(0, 64, 48), None)
    assert recorder.join(10)
    assert ended[0].error is not None
    assert "the folder does not exist" in ended[0].error.message


_KILLED = """
import os, signal, sys, time
from pathlib import Path
from fer_desktop.recording.video_recorder import VideoRecorder
from tests.recording.samples import picture

recorder = VideoRecorder(Path(sys.argv[1]), print)
for index in range(120):
    recorder.add(picture(index, 64, 48), None)
    while recorder._waiting:
        time.sleep(0.001)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_recording_plays_up_to_its_last_second(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    subprocess.run([sys.executable, "-c", _KILLED, str(path)], cwd=_ROOT, env=environment)
    assert _frames_in(path) >= 90
