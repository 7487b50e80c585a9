"""The application: reads the arguments, puts the parts together, and takes them apart in order.

Qt is imported inside functions: without a display, and without Qt's system libraries, this module
still says so in plain words.
"""

import argparse
import faulthandler
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from fer_desktop import __version__, paths
from fer_desktop.allocator import share_arenas
from fer_desktop.errors import SettingsError
from fer_desktop.kept_settings import KeptSettings, for_further_window
from fer_desktop.log import (
    get_logger,
    keep_standard_error,
    quiet_native_libraries,
    set_up_logging,
)
from fer_desktop.passwords import Passwords
from fer_desktop.private_files import keep_private, protect_user_files
from fer_desktop.settings import EngineChoice, Settings, load_settings, save_settings

if TYPE_CHECKING:
    from fer_desktop.recording.report.reported import Reported
    from fer_desktop.sources.base import FrameSource, Pacing
    from fer_desktop.ui.main_window import MainWindow
    from fer_desktop.ui.runtime.source_request import SourceRequest
    from fer_desktop.vision.ports import EmotionClassifier, FaceDetector

log = get_logger("app")

_SWITCH_S: Final = 0.0005
_PATIENCE_S: Final = 30.0  # of the smoke test, which leaves nothing behind


def run_app(args: argparse.Namespace) -> int:
    """Run the application until its window closes; return the exit status.

    Args:
        args: ``camera``, ``open``, ``model`` and ``engine`` (text or None), ``to`` (texts),
            ``temp_profile``, ``smoke_test`` and ``verbose`` (flags).
    """
    share_arenas()
    with _profile(temporary=args.temp_profile or args.smoke_test):
        protect_user_files()
        set_up_logging(paths.log_file(), verbose=args.verbose)
        quiet_native_libraries()
        _forget_opencv_paths()
        status = _run_with_window(args) if has_display() else _run_without_display()
        set_up_logging(None)  # lets go of the log file before a temporary profile is deleted
        return status


def write_pdf(sessions: "Sequence[Reported]", path: Path) -> None:
    """Write a report as a PDF where there is no window.

    Raises:
        OSError: if it cannot be written.
    """
    _forget_opencv_paths()
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    from fer_desktop.ui.sessions import report_pdf

    app = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    report_pdf.write_pdf(sessions, path)
    app.processEvents()


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if not sys.platform.startswith("linux"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform in ("offscreen", "minimal", "vnc", "linuxfb", "eglfs"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def _profile(*, temporary: bool) -> Iterator[None]:
    """Keep settings, sessions and log of this run apart, if asked for."""
    if not temporary:
        yield
        return
    former = os.environ.get(paths.PROFILE_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="fer-desktop-", ignore_cleanup_errors=True) as folder:
        os.environ[paths.PROFILE_VARIABLE] = folder
        try:
            yield
        finally:
            if former is None:
                del os.environ[paths.PROFILE_VARIABLE]
            else:
                os.environ[paths.PROFILE_VARIABLE] = former


def _forget_opencv_paths() -> None:
    """Forget the Qt 5 plugin paths that importing cv2 sets on Linux: our Qt would use them."""
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if f"{os.sep}cv2{os.sep}" in os.environ.get(name, ""):
            del os.environ[name]


def _run_without_display() -> int:
    """Analyse the demo clip instead, so that one sees the application work."""
    out = Path.cwd() / "fer-desktop-demo"
    print("There is no display: the demo clip is analysed without a window.", file=sys.stderr)
    is_frozen = getattr(sys, "frozen", False)
    program = [sys.executable] if is_frozen else [sys.executable, "-m", "fer_desktop"]
    # A process of its own: neither window nor command line knows the other.
    status = subprocess.run(
        [*program, "analyze", str(paths.demo_clip()), "--out", str(out), "--annotated", "--chart"],
        check=False,
    ).returncode
    if status == 0:
        print(f"The results are in {out}: table, video and timeline.", file=sys.stderr)
    return status


def _run_with_window(args: argparse.Namespace) -> int:
    from fer_desktop.pipeline.plugin_outputs import chosen_outputs
    from fer_desktop.streaming.targets import is_stream
    from fer_desktop.ui.assembly import Ports, assemble
    from fer_desktop.ui.look.icons import icon
    from fer_desktop.ui.look.language import english_application
    from fer_desktop.ui.look.theme import ThemeManager
    from fer_desktop.ui.runtime.meeting_place import meeting_place
    from fer_desktop.ui.runtime.other_windows import OtherWindows
    from fer_desktop.ui.smoke_test import SmokeTest
    from fer_desktop.ui.window_layout import move_aside

    app = english_application(sys.argv[:1])
    if not args.verbose:
        keep_standard_error()  # only now: that Qt cannot open a window must be seen
    app.setApplicationName(paths.APP_NAME)
    app.setDesktopFileName("fer-desktop")
    passwords = Passwords()
    settings, settings_error = _settings(args)
    secrets, settings = settings.secrets(), settings.without_secrets()
    other_windows = OtherWindows(meeting_place())
    other_windows.join()
    if other_windows.is_further:
        settings = for_further_window(settings)
    kept = KeptSettings(paths.settings_file(), settings, is_further=other_windows.is_further)
    theme = ThemeManager(app, settings.theme)
    app.setWindowIcon(icon("fer_desktop"))
    ports = Ports(
        partial(make_source, passwords=passwords),
        _make_detector,
        _load_classifier,
        _camera_names,
        passwords,
        chosen_outputs(text for text in args.to if not is_stream(text)),
        [text for text in args.to if is_stream(text)],
        other_windows,
    )
    application = assemble(ports, theme, settings, _wanted(args))
    # Kept even if the process is killed.
    application.controller.settings_changed.connect(partial(_saved, kept.save))
    window = application.window
    if other_windows.is_further:
        move_aside(window)
    if settings_error is not None:
        window.announcer.say_error("settings", settings_error)
    smoke_test = SmokeTest(window, application.controller) if args.smoke_test else None
    with _handlers(window), _crash_report():
        window.show()
        log.info("FER Desktop %s has its window", __version__)
        application.network_cameras.keep(secrets)
        app.exec()
    # Libraries may still be loading: with Python's own pace each step waits its turn for long.
    sys.setswitchinterval(_SWITCH_S)
    if smoke_test is None:
        application.shut_down()
        return 0
    application.shut_down(_PATIENCE_S)
    print(smoke_test.line)
    return smoke_test.status


def make_source(
    request: "SourceRequest", settings: Settings, passwords: Passwords | None = None
) -> "tuple[FrameSource, Pacing]":
    """Return the source that a request stands for, and how it is paced.

    Args:
        request: a source by name.
        settings: what is asked of a camera.
        passwords: those of network cameras.

    Raises:
        SourceError: if it cannot stand for any.
    """
    from fer_desktop.sources.base import Pacing
    from fer_desktop.sources.factory import live_source
    from fer_desktop.sources.named_file import NamedFile

    if request.kind in ("file", "demo"):
        path = Path(request.uri) if request.kind == "file" else paths.demo_clip()
        return NamedFile(path), Pacing.PLAYBACK
    source = live_source(
        request.private_url or request.uri,
        width_px=settings.camera_width_px,
        height_px=settings.camera_height_px,
        fps=settings.camera_fps,
        complete=(passwords or Passwords()).complete,
        may_leave=settings.streams_may_leave,
    )
    return source, Pacing.LIVE


def _make_detector(min_score: float) -> "FaceDetector":
    from fer_desktop.vision.detection.detector import MediaPipeFaceDetector

    return MediaPipeFaceDetector(min_score=min_score)


def _load_classifier(folder: Path, engine: EngineChoice) -> "EmotionClassifier":
    from fer_desktop.vision.classifier import ModelClassifier
    from fer_desktop.vision.engines.factory import usable_choice

    return ModelClassifier.load(folder, engine=usable_choice(engine))


def _camera_names() -> list[str]:
    """Return a name for each camera that opens it again: its own, or its number among namesakes."""
    from fer_desktop.sources.camera import list_cameras

    cameras = list_cameras()
    _forget_opencv_paths()  # programs that we start, such as a file manager, inherit them
    namesakes = Counter(camera.name for camera in cameras)
    return [camera.name if namesakes[camera.name] == 1 else str(camera.index) for camera in cameras]


def _settings(args: argparse.Namespace) -> tuple[Settings, SettingsError | None]:
    """Return the settings that hold for this run, and what is wrong with the kept ones."""
    settings, error = load_settings(paths.settings_file())
    if error is not None:
        log.warning("%s", error)
    if settings.secrets():  # at once, without them
        _saved(partial(save_settings, path=paths.settings_file()), settings)
    if args.model:
        settings = replace(settings, model=args.model)
    if args.engine:
        settings = replace(settings, engine=args.engine)
    if args.smoke_test:
        settings = replace(settings, welcome_accepted=True)
    return settings, error


def _wanted(args: argparse.Namespace) -> "SourceRequest | None":
    """Return what the command line asks for."""
    from fer_desktop.ui.runtime.source_request import SourceRequest, request_for

    if args.open:
        return SourceRequest("file", str(Path(args.open).absolute()))
    if args.camera:
        return request_for(args.camera)
    return SourceRequest("demo") if args.smoke_test else None


def _saved(save: Callable[[Settings], object], settings: Settings) -> None:
    try:
        save(settings)
    except SettingsError as error:
        log.warning("%s", error)


@contextmanager
def _crash_report() -> Iterator[None]:
    """Let a crash in a native library leave a trace beside the log."""
    try:
        path = paths.log_file().with_suffix(".crash")
        file = path.open("w", encoding="utf-8")
        keep_private(path)
    except OSError:
        yield  # a read-only home must not stop the application
        return
    with file:
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()


@contextmanager
def _handlers(window: "MainWindow") -> Iterator[None]:
    """Close when asked by a signal, and send bugs to the log instead of the user's terminal."""
    from PySide6.QtWidgets import QApplication

    def log_bug(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.critical("unexpected error", exc_info=(kind, error, trace))
        window.announcer.say_bug()

    def log_thread_bug(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            bug = (args.exc_type, args.exc_value, args.exc_traceback)
            log.critical("unexpected error", exc_info=bug)

    def close(*_: object) -> None:
        window.close_unasked()
        QApplication.exit()  # even where a dialog waits for an answer

    former_hooks = sys.excepthook, threading.excepthook
    numbers = [signal.SIGINT, signal.SIGTERM]
    # The terminal was closed; what nohup has started goes on.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    former_handlers = {number: signal.signal(number, close) for number in numbers}
    sys.excepthook, threading.excepthook = log_bug, log_thread_bug
    try:
        with _woken_by_signals():
            yield
    finally:
        sys.excepthook, threading.excepthook = former_hooks
        for number, handler in former_handlers.items():
            signal.signal(number, handler)


@contextmanager
def _woken_by_signals() -> Iterator[None]:
    """Let a signal wake Qt: Python obeys it only when some of its own code runs."""
    from PySide6.QtCore import QSocketNotifier

    with ExitStack() as stack:
        ends = [stack.enter_context(end) for end in socket.socketpair()]
        for end in ends:
            end.setblocking(False)
        receiver, sender = ends
        notifier = QSocketNotifier(receiver.fileno(), QSocketNotifier.Type.Read)
        notifier.activated.connect(lambda: receiver.recv(64))
        former = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(former)
            notifier.setEnabled(False)
