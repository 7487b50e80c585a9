"""What the application may be doing when it is closed."""

import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_EPOCHS: Final = 1000
_HUGE_BYTES: Final = 3 << 30
_FRAMES: Final = 1000
_DOUBLINGS: Final = 8  # of these frames: a table of them takes many seconds
_DAYS_US: Final = 10**11

Signals = tuple[signal.Signals, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What the application is doing when it is closed.

    Attributes:
        prepare: called with the window before it is shown, and with a folder for files.
        is_there: whether the window has come into the state.
        opens: what is opened: nothing, "demo", or the argument as a "camera" or a "file".
        engine: what runs the model.
        after_s: how long after ``is_there`` it is closed.
        settings: makes the user's choices.
        gives_up: whether something is being made that is not finished then, and told of.
        ways: the signals that may close it; the user cannot close it behind a dialog.
    """

    prepare: Callable[[Any, str], object] = lambda *_: None
    is_there: Callable[[Any], bool] = lambda _: True
    opens: str = ""
    engine: str = "auto"
    after_s: float = 0.0
    settings: Callable[[], Mapping[str, Any]] = dict
    gives_up: bool = False
    ways: Signals = (signal.SIGTERM, signal.SIGUSR1)


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


def _long_session(path: Path) -> Path:
    """Write a session of so many frames that no table of it is finished soon."""
    import sqlite3

    from fer_desktop.domain.emotion import FrameAnalysis
    from fer_desktop.domain.session_end import SessionEnd
    from fer_desktop.recording.session_writer import SessionWriter
    from tests.recording import samples

    writer = SessionWriter(path, samples.VIDEO, settings={})
    writer.model_changed(samples.PRESET, 0)
    faces = (samples.face(raw=samples.scores(0.5, 0.25, 0.25)),)
    for index in range(_FRAMES):
        writer.write(FrameAnalysis(index, index * 33_333, None, 640, 480, faces))
    writer.close(SessionEnd())
    with sqlite3.connect(path) as file:
        for doubling in range(_DOUBLINGS):
            frames, us = _FRAMES << doubling, 33_333 * _FRAMES << doubling
            for table, later in (("frames", {"timestamp_us": us}), ("faces", {})):
                names = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
                added = {"frame_index": frames, **later}
                values = (f"{name} + {added[name]}" if name in added else name for name in names)
                file.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table}")
    file.close()
    return path


def _makes(ask: Callable[[Any, Path, Path], object]) -> State:
    """Return the state in which something is made of long sessions, once a model is loaded.

    Args:
        ask: gets the window, a session and where to write.
    """

    def prepare(window: Any, work: str) -> None:
        window.session_file = _long_session(Path(work) / "long.fersession")
        window.results = Path(work) / "results"
        window.results.mkdir()

    def is_there(window: Any) -> bool:
        if not hasattr(window, "was_asked"):
            window.was_asked = _is_idle(window)
            if window.was_asked:
                ask(window, window.session_file, window.results)
            else:
                del window.was_asked
            return False
        return bool(window.parts.background.making)

    return State(prepare, is_there, after_s=0.2, gives_up=True)


def _export(window: Any, session: Path, folder: Path) -> None:
    from fer_desktop.ui.dialogs.prompts import SaveCsv

    SaveCsv.ask = lambda *_, **__: folder / "long.csv"  # type: ignore[method-assign]
    window.commands.exporter.ask_and_export(session, window._controller.settings)


def _export_several(how: str) -> Callable[[Any, Path, Path], None]:
    def ask(window: Any, session: Path, folder: Path) -> None:
        from fer_desktop.ui.dialogs.prompts import OneTableOrEach, OpenFolder, SaveCsv

        SaveCsv.ask = lambda *_, **__: folder / "long.xlsx"  # type: ignore[method-assign]
        OpenFolder.ask = lambda *_, **__: folder  # type: ignore[method-assign]
        OneTableOrEach.ask = lambda *_, **__: how  # type: ignore[method-assign]
        sessions = [("one", session), ("two", session)]
        window.commands.exporter.ask_and_export_several(sessions, window._controller.settings)

    return ask


def _report(window: Any, session: Path, folder: Path) -> None:
    from fer_desktop.ui.dialogs.prompts import SaveReport

    SaveReport.ask = lambda *_, **__: folder / "long.pdf"  # type: ignore[method-assign]
    sessions = [("one", session), ("two", session)]
    window.commands.exporter.ask_and_report(sessions, window._controller.settings)


def _bundle(window: Any, session: Path, folder: Path) -> None:
    from fer_desktop.ui.dialogs.prompts import BundleFile, BundleVideos

    BundleVideos.ask = lambda *_, **__: False  # type: ignore[method-assign]
    BundleFile.ask_to_write = lambda *_, **__: folder / "long.ferbundle"  # type: ignore[method-assign]
    window.commands.bundles.ask_and_export([(str(n), session) for n in range(20)])


def _import(window: Any, session: Path, folder: Path) -> None:
    from fer_desktop.recording.bundle_writing import write_bundle

    bundle = folder.parent / "long.ferbundle"
    write_bundle([("one", session)], bundle, with_videos=False)
    window.commands.bundles.bring_in(bundle)


def _import_model(window: Any, _: Path, folder: Path) -> None:
    from fer_desktop.models.catalogue import resolve_model

    window.commands._model_jobs.bring_in(resolve_model(""), "mine")


def _finish_with_sound(window: Any, _: str) -> None:
    """Let the sound of what is recorded take for ever."""
    import threading

    from fer_desktop.recording import recorded_video
    from trainer.contract.whole_file import replacing

    def add_sound(video: Path, *_: object) -> bool:
        with replacing(video):
            threading.Event().wait()
        return True

    recorded_video.add_sound = add_sound


def _finishes_recording(window: Any) -> bool:
    if hasattr(window, "was_recorded"):
        return True
    if not _is_recording(window):
        return False
    window.acts.record.trigger()
    window.was_recorded = True
    return False


def _outputs() -> Mapping[str, Any]:
    from tests.streaming.test_websocket import free_port

    targets = (f"ws:{free_port()}", f"osc:127.0.0.1:{free_port()}", "lsl")
    return {"outputs": targets, "control": f"tcp:{free_port()}", "marks_from": "lsl"}


def _all_measures() -> Mapping[str, Any]:
    from fer_desktop.vision.measure_catalogue import measure_names

    return {"measures": measure_names()}


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

_SYSTEM: Final = (signal.SIGTERM,)

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
    "a dialog is open": State(prepare=_open_dialog, is_there=_has_dialog, ways=_SYSTEM),
    "a question is asked": State(prepare=_ask, is_there=_has_dialog, ways=_SYSTEM),
    "results are sent to other programs": State(
        is_there=_shows_label, opens="demo", settings=_outputs, after_s=1.0
    ),
    "measures are loaded": State(is_there=_is_on_screen, opens="demo", settings=_all_measures),
    "measures are taken": State(is_there=_shows_label, opens="demo", settings=_all_measures),
    "a table is exported": _makes(_export),
    "two sessions go into one table": _makes(_export_several("one")),
    "two sessions go into tables": _makes(_export_several("each")),
    "a report is written": _makes(_report),
    "a bundle is written": _makes(_bundle),
    "a bundle is imported": _makes(_import),
    "a model is imported": _makes(_import_model),
    "sound is put to a video": State(
        _finish_with_sound,
        _finishes_recording,
        opens="demo",
        after_s=0.2,
        settings=lambda: {"recording_kind": "clean"},
        gives_up=True,
    ),
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
