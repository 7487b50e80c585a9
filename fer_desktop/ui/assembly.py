"""The parts of the application put together, and taken apart in order."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from fer_desktop import paths
from fer_desktop.deadline import Deadline
from fer_desktop.passwords import Passwords
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import (
    EngineEvent,
    ExtensionLeftOut,
    ModelLoaded,
    OutputFailed,
    Result,
)
from fer_desktop.pipeline.outputs import OutputSink
from fer_desktop.pipeline.plugin_outputs import OutputChoice
from fer_desktop.plugins import telling
from fer_desktop.programs import end_programs
from fer_desktop.settings import EngineChoice, Settings
from fer_desktop.sources.microphone import Microphones, PortAudioMicrophones
from fer_desktop.streaming.chosen import ChosenStreams
from fer_desktop.streaming.targets import is_stream
from fer_desktop.ui.commands.heard_marks import HeardMarks
from fer_desktop.ui.commands.network_cameras import NetworkCameras
from fer_desktop.ui.commands.new_window import NewWindow
from fer_desktop.ui.commands.remote_control import RemoteControl
from fer_desktop.ui.look.theme import ThemeManager
from fer_desktop.ui.main_window import MainWindow
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.bridge import ResultInbox
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.garbage import Collector
from fer_desktop.ui.runtime.live_streams import LiveStreams
from fer_desktop.ui.runtime.other_windows import OtherWindows
from fer_desktop.ui.runtime.recording_tap import RecordingTap
from fer_desktop.ui.runtime.session_log import SESSION_FILE, SessionLog
from fer_desktop.ui.runtime.shared_marks import SharedMarks
from fer_desktop.ui.runtime.source_request import MakeSource, SourceRequest
from fer_desktop.ui.startup import Startup
from fer_desktop.ui.why.why_desk import WhyDesk
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector

if TYPE_CHECKING:
    from fer_desktop.ui.training.pictures.pictures_page import PicturesPage

# All that closing the window waits for, together: it takes a second at most.
CLOSING_LIMIT_S: Final = 0.25
_MOMENT_S: Final = 0.1
_STREAMS: Final = "streams to other programs"


@dataclass(frozen=True, slots=True)
class Ports:
    """What the window stands on, each to be replaced in tests.

    Attributes:
        make_source: from a request to the source that reads it; SourceError.
        make_detector: from a least score to a detector; DetectorError. Called off the GUI thread.
        load_classifier: from a model folder and the choice of an engine to a classifier;
            ModelError. Called off the GUI thread.
        list_cameras: what opens each camera, a name or a number. Called off the GUI thread.
        passwords: those of network cameras.
        outputs: what takes the analyses besides the window, by the names that messages call them.
        streams: where results are sent whatever the settings say, as in ``ws:8765``.
        other_windows: those of the same user, joined already; None where they do not matter.
        microphones: those whose sound can be recorded.
    """

    make_source: MakeSource
    make_detector: Callable[[float], FaceDetector]
    load_classifier: Callable[[Path, EngineChoice], EmotionClassifier]
    list_cameras: Callable[[], Sequence[str]]
    passwords: Passwords = field(default_factory=Passwords)
    outputs: Mapping[str, OutputSink] = field(default_factory=dict)
    streams: Sequence[str] = ()
    other_windows: OtherWindows | None = None
    microphones: Microphones = field(default_factory=PortAudioMicrophones)


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that lives as long as the window."""

    engine: Engine
    inbox: ResultInbox
    recorder: RecordingTap
    background: Background
    collector: Collector
    controller: Controller
    window: MainWindow
    network_cameras: NetworkCameras
    streams: ChosenStreams
    remote: RemoteControl
    heard: HeardMarks
    shared_marks: SharedMarks
    listening: ExitStack

    def shut_down(self, limit_s: float = CLOSING_LIMIT_S) -> None:
        """Stop everything and wait for it; the one who writes before what it writes to.

        Args:
            limit_s: how long all of it may take; what takes longer is left behind.
        """
        deadline = Deadline(limit_s)
        self.background.close()  # nobody is told any more that something failed
        end_programs()
        self.recorder.stop()  # its file is finished while others end
        self.remote.shutdown(min(_MOMENT_S, deadline.left_s))
        self.heard.shutdown(min(_MOMENT_S, deadline.left_s))
        self.shared_marks.shutdown()
        self.engine.shutdown(deadline.left_s)
        self.window.queue.keep_at_end()
        self.streams.shutdown(deadline.left_s)
        self.recorder.shutdown(deadline.left_s)
        self.background.shutdown(deadline.left_s)
        self.listening.close()
        self.controller.session_log.shown.let_go()
        self.inbox.close()
        self.collector.stop()


def assemble(
    ports: Ports, theme: ThemeManager, settings: Settings, wanted: SourceRequest | None = None
) -> Application:
    """Put the application together; it begins to work when its window is shown.

    Args:
        ports: what it stands on.
        theme: the application's look.
        settings: the user's choices.
        wanted: what to open first, whatever was open last.
    """
    collector = Collector()
    inbox = ResultInbox()
    session_log = SessionLog(paths.sessions_dir(), lambda: controller.settings)
    recorder = RecordingTap(session_log.add_recording, ports.microphones)

    def on_result(result: Result) -> None:
        inbox.post(result)
        recorder.offer(result, controller.people.shown(result))

    streams = ChosenStreams(
        lambda name, error: inbox.post_event(OutputFailed(controller.session, name, error)),
        lambda analysis: controller.people.present.visible(analysis),
    )
    engine = Engine(
        on_result=on_result,
        outputs={SESSION_FILE: session_log.make_output(), _STREAMS: streams, **ports.outputs},
        chosen_outputs=OutputChoice(
            lambda: (text for text in controller.settings.outputs if not is_stream(text))
        ),
        file_outputs=lambda: {SESSION_FILE: session_log.make_output()},
        on_event=inbox.post_event,
        on_analysis=inbox.post_analysis,
        make_detector=ports.make_detector,
        load_classifier=lambda folder: ports.load_classifier(folder, controller.settings.engine),
        smoothing_ms=settings.smoothing_ms,
        face_search=settings.face_search,
        detection_score=settings.min_detection_score,
        automatic_calibration=settings.automatic_calibration,
        measures=settings.measures,
    )
    controller = Controller(engine, inbox, session_log, ports.make_source, settings)
    live_streams = LiveStreams(controller, streams, ports.streams)

    listeners: list[Callable[[], str]] = []  # whoever hears other programs

    def listening_status() -> str:
        return " · ".join(filter(None, (report() for report in listeners)))

    background = Background()

    def on_event(event: EngineEvent) -> None:
        if isinstance(event, ModelLoaded):
            collector.set_libraries_aside()

    def make_pictures(parent: QWidget) -> "PicturesPage":
        # With the wizard, not with the window.
        from fer_desktop.ui.training.pictures.pictures_page import PicturesPage

        def make_detector() -> FaceDetector:
            return ports.make_detector(controller.settings.min_detection_score)

        return PicturesPage(controller, background, lambda: window.cameras, make_detector, parent)

    controller.happened.connect(on_event)
    window = MainWindow(
        controller,
        theme,
        background,
        recorder,
        make_pictures,
        live_streams.status,
        listening_status,
    )
    others = ports.other_windows or OtherWindows("")
    window.queue.is_kept = not others.is_further
    Startup(
        window,
        controller,
        background,
        ports.list_cameras,
        wanted,
        is_further=others.is_further,
    )
    remote = RemoteControl(window.parts)
    heard = HeardMarks(window.parts)
    shared_marks = SharedMarks(controller, others, window)
    NewWindow(window.parts)
    WhyDesk(window.parts, window.player, ports.load_classifier, window.commands)
    listeners += [remote.status, heard.status, shared_marks.status]
    network_cameras = NetworkCameras(window.parts, ports.passwords)
    listening = ExitStack()
    listening.enter_context(telling(lambda problem: inbox.post_event(ExtensionLeftOut(problem))))
    return Application(
        engine,
        inbox,
        recorder,
        background,
        collector,
        controller,
        window,
        network_cameras,
        streams,
        remote,
        heard,
        shared_marks,
        listening,
    )
