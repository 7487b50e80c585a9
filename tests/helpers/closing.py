"""The application in a process of its own, brought into a state and then closed: how it ends.

The process is ``python -m tests.helpers.closing STATE [ARGUMENT]``: the real window with real
networks. It says when the state is there; SIGTERM then ends it as a system that shuts down does,
and SIGUSR1 as the user who closes the window.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

THERE: Final = b"there"
_PATIENCE_S: Final = 300.0
_LEAVE_S: Final = 2.0
_LOOK_MS: Final = 10
_EPOCHS: Final = 1000
ROWS: Final = 10_000
_HUGE_BYTES: Final = 3 << 30


@dataclass(frozen=True, slots=True)
class Closed:
    """How the application ended.

    Attributes:
        seconds: from the signal until the process was gone.
        status: its exit status, negative if a signal killed it.
        said: what it wrote on its terminal.
        left: programs that it had started and that are still there.
    """

    seconds: float
    status: int
    said: str
    left: Sequence[str]

    @property
    def is_well(self) -> bool:
        """Whether it ended as it should, however long it took."""
        return (self.status, self.said, tuple(self.left)) == (0, "", ())


@dataclass(frozen=True, slots=True)
class State:
    """What the application is doing when it is closed.

    Attributes:
        prepare: called with the window before it is shown, and with a folder for files.
        is_there: whether the window has come into the state.
        opens: what is opened: nothing, "demo", or the argument as a "camera" or a "file".
        engine: what runs the model.
        after_s: how long after ``is_there`` it is closed.
    """

    prepare: Callable[[Any, str], object] = lambda *_: None
    is_there: Callable[[Any], bool] = lambda _: True
    opens: str = ""
    engine: str = "auto"
    after_s: float = 0.0


def close_in(
    state: str, work: Path, argument: str = "", *, by: signal.Signals = signal.SIGTERM
) -> Closed:
    """Start the application, close it once it is in a state, and tell how that went.

    Args:
        state: one of ``STATES``.
        work: an empty folder.
        argument: what the state needs: an address, a file.
        by: SIGTERM as the system does, SIGUSR1 as the user does.

    Raises:
        RuntimeError: if it does not come into the state.
    """
    from fer_desktop.paths import PROFILE_VARIABLE
    from trainer.data.cache_room import CACHE_VARIABLE

    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        **os.environ,
        PROFILE_VARIABLE: str(work / "profile"),
        CACHE_VARIABLE: str(work / "cache"),
    }
    command = [sys.executable, "-m", "tests.helpers.closing", state, str(work), argument]
    with (
        (work / "said").open("w+b") as errors,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None
        # A process that does not come into its state is ended by its own limit.
        line = process.stdout.readline()
        if line.strip() != THERE:
            process.kill()
            errors.seek(0)
            raise RuntimeError(f"{state}: {line!r} {errors.read().decode()}")
        time.sleep(STATES[state].after_s)
        helpers = psutil.Process(process.pid).children(recursive=True)
        began = time.monotonic()
        process.send_signal(by)
        try:
            said, _ = process.communicate(timeout=60)
        finally:
            process.kill()
        seconds = time.monotonic() - began
        errors.seek(0)
        said += errors.read()
    _, left = psutil.wait_procs(helpers, timeout=_LEAVE_S)
    names = [" ".join(program.cmdline()) for program in left if program.is_running()]
    return Closed(seconds, process.returncode, said.decode().strip(), names)


def _huge(path: Path) -> Path:
    """Write a video that goes on as gigabytes of zeros, which take no room on the disk."""
    from tests.helpers.clips import write_clip

    head = write_clip(path, 12).read_bytes()
    with path.open("wb") as file:
        file.write(head[: len(head) // 2])
        file.truncate(_HUGE_BYTES)
    return path


def _is_idle(window: Any) -> bool:
    return window._controller.model.preset is not None


def _shows_label(window: Any) -> bool:
    from tests.benchmarks.real_window import shows_label

    return shows_label(window)


def _is_on_screen(window: Any) -> bool:
    return bool(window.isVisible())


def _loads_tensorflow(_: Any) -> bool:
    return "tensorflow" in sys.modules or "keras" in sys.modules


def _queue_files(window: Any, work: str) -> None:
    from PySide6.QtCore import QTimer

    from fer_desktop.paths import demo_clip

    copies = [Path(work) / f"copy{number}.mp4" for number in range(12)]
    for copy in copies:
        copy.write_bytes(demo_clip().read_bytes())
    QTimer.singleShot(0, window, lambda: window.queue.add(copies))


def _queue_runs(window: Any) -> bool:
    from fer_desktop.paths import sessions_dir

    # One of what is shown, and one of the first file.
    return window.queue.queue.is_busy and len(list(sessions_dir().glob("*.fersession"))) > 1


def _is_recording(window: Any) -> bool:
    if not _shows_label(window):
        return False
    if not window._recorder.is_recording:
        window.acts.record.trigger()
        window.recording_since = time.monotonic()
        return False
    return time.monotonic() - window.recording_since > 1.0


def _open_wizard(window: Any, _: str) -> None:
    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, window, window.acts.train_model.trigger)


def _wizard_reads_pictures(window: Any) -> bool:
    wizard = window.training.wizard
    return wizard is not None and wizard.pictures_page.isComplete()


def _choose_pictures(window: Any, work: str) -> None:
    from PySide6.QtCore import QTimer

    from tests.ui.training.faces import write_faces

    faces = write_faces(Path(work) / "faces")

    def choose() -> None:
        window.acts.train_model.trigger()
        window.training.wizard.pictures_page.use(faces)

    QTimer.singleShot(0, window, choose)


def _train(window: Any, work: str) -> None:
    from PySide6.QtCore import QTimer

    from fer_desktop.models.catalogue import resolve_model
    from fer_desktop.training.plan import TrainingPlan
    from fer_desktop.training.runs import create_run
    from tests.ui.training.faces import write_faces

    faces = write_faces(Path(work) / "faces", ("happy", "sad", "wink"), 100)
    plan = TrainingPlan(
        name="closed", data=faces, start=resolve_model(""), settings={"epochs": _EPOCHS}
    )

    def begin() -> None:
        window.training.job.begin(create_run(plan))
        window.acts.train_model.trigger()

    QTimer.singleShot(0, window, begin)


def _is_training(window: Any) -> bool:
    return window.training.job.step is not None


def _prepares_training(window: Any) -> bool:
    return window.training.job.is_active


def _export(window: Any, work: str) -> None:
    from fer_desktop.domain.emotion import FrameAnalysis
    from fer_desktop.domain.session_end import SessionEnd
    from fer_desktop.recording.session_writer import SessionWriter
    from fer_desktop.ui.dialogs.prompts import SaveCsv
    from tests.recording import samples

    session = Path(work) / "long.fersession"
    writer = SessionWriter(session, samples.VIDEO, settings={})
    writer.model_changed(samples.PRESET, 0)
    faces = (samples.face(raw=samples.scores(0.5, 0.25, 0.25)),)
    for index in range(ROWS):
        while len(writer._batch.frames) > 5000:
            time.sleep(0.01)
        writer.write(FrameAnalysis(index, index * 33_333, None, 640, 480, faces))
    writer.close(SessionEnd())
    SaveCsv.ask = lambda *_, **__: Path(work) / "long.csv"
    window.session_file = session


def _is_exporting(window: Any) -> bool:
    if not _is_idle(window):
        return False
    if not hasattr(window, "exporting"):
        settings = window._controller.settings
        window.exporting = window.commands.exporter.ask_and_export(window.session_file, settings)
        return False
    return True


def _open_dialog(window: Any, _: str) -> None:
    from PySide6.QtCore import QTimer

    QTimer.singleShot(500, window, window.acts.settings.trigger)


def _has_dialog(_: Any) -> bool:
    from PySide6.QtWidgets import QApplication

    return QApplication.activeModalWidget() is not None


def _ask(window: Any, _: str) -> None:
    from PySide6.QtCore import QTimer

    from fer_desktop.ui.dialogs.prompts import Confirm

    QTimer.singleShot(500, window, lambda: Confirm.ask(window, "Really?", "It is.", "Yes"))


_TENSORFLOW_AFTER_S: Final = (0.0, 0.5, 1.0, 1.5, 2.5)

STATES: Final = {
    "just on screen": State(is_there=_is_on_screen),
    "0.3 s after it was on screen": State(is_there=_is_on_screen, after_s=0.3),
    "the demo plays": State(is_there=_shows_label, opens="demo"),
    **{
        f"TensorFlow is loaded, {after_s:g} s": State(
            is_there=_loads_tensorflow, opens="demo", engine="keras", after_s=after_s
        )
        for after_s in _TENSORFLOW_AFTER_S
    },
    "Keras runs the model": State(is_there=_shows_label, opens="demo", engine="keras"),
    "a camera is connected to": State(opens="camera", is_there=_is_on_screen, after_s=1.0),
    "a camera is silent": State(opens="camera", is_there=_is_on_screen, after_s=1.0),
    "a camera sends": State(opens="camera", is_there=_shows_label),
    "a file of 3 GB of nothing is opened": State(opens="file", is_there=_is_on_screen, after_s=0.5),
    "a queue of files is analysed": State(prepare=_queue_files, is_there=_queue_runs),
    "a video is recorded": State(is_there=_is_recording, opens="demo"),
    "the wizard is open": State(prepare=_open_wizard, is_there=_is_on_screen, after_s=0.7),
    "the wizard has read pictures": State(
        prepare=_choose_pictures, is_there=_wizard_reads_pictures
    ),
    "a training begins": State(prepare=_train, is_there=_prepares_training, after_s=1.0),
    "a training goes on": State(prepare=_train, is_there=_is_training, opens="demo"),
    "a table is exported": State(prepare=_export, is_there=_is_exporting),
    "a dialog is open": State(prepare=_open_dialog, is_there=_has_dialog),
    "a question is asked": State(prepare=_ask, is_there=_has_dialog),
}


def arguments(state: str, work: Path, stack: ExitStack) -> str:
    """Return what a state needs, which exists for as long as the stack."""
    from tests.helpers.cameras import NetworkCamera
    from tests.helpers.data import astronaut
    from tests.helpers.mjpeg import MjpegServer
    from tests.sources.network.test_stream_source import black_hole, stay_silent

    if state == "a camera is connected to":
        return f"rtsp://127.0.0.1:{stack.enter_context(black_hole())}/live"
    if state == "a camera is silent":
        return stack.enter_context(NetworkCamera(stay_silent)).url()
    if state == "a camera sends":
        face = astronaut()
        server = MjpegServer(lambda _: face)
        server.start()
        stack.callback(server.stop)
        return server.url
    if STATES[state].opens == "file":
        return str(_huge(work / "huge.avi"))
    return ""


def _child(name: str, work: str, argument: str) -> int:
    """Be the application: come into the state, say so, and wait to be closed."""
    from PySide6.QtCore import QTimer

    from fer_desktop.log import quiet_native_libraries
    from fer_desktop.paths import demo_clip
    from fer_desktop.settings import Settings
    from fer_desktop.ui.dialogs.prompts import Confirm
    from tests.benchmarks.real_window import run_watched

    quiet_native_libraries()
    state = STATES[name]
    if state.prepare is not _ask:
        Confirm.ask = lambda *_: True  # type: ignore[method-assign]
    deadline = time.monotonic() + _PATIENCE_S

    def watch(window: Any) -> object:
        state.prepare(window, work)
        timer = QTimer(window)

        def look() -> None:
            if time.monotonic() > deadline:
                os._exit(3)
            if state.is_there(window):
                timer.stop()
                os.write(1, THERE + b"\n")

        timer.timeout.connect(look)
        timer.start(_LOOK_MS)
        signal.signal(signal.SIGUSR1, lambda *_: window.close())
        return timer

    file = demo_clip() if state.opens == "demo" else Path(argument)
    return run_watched(
        watch,
        camera=argument if state.opens == "camera" else None,
        file=file if state.opens in ("demo", "file") else None,
        engine=state.engine,
        settings=Settings(welcome_accepted=True, recording_dir=work),
    )


if __name__ == "__main__":
    from fer_desktop.__main__ import _end_process

    _end_process(_child(*sys.argv[1:4]))
