"""The real window on fake ports."""

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.errors import FerError, ModelError
from fer_desktop.passwords import Passwords
from fer_desktop.pipeline.outputs import OutputSink
from fer_desktop.settings import EngineChoice, Settings
from fer_desktop.sources.base import FrameSource, Pacing
from fer_desktop.ui.assembly import Application, Ports, assemble
from fer_desktop.ui.look.theme import ThemeManager
from fer_desktop.ui.runtime.other_windows import OtherWindows
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector
from tests.helpers.clips import number_of
from tests.helpers.fakes import FakeClassifier, FakeDetector, fake_preset
from tests.helpers.keyrings import FakeKeyring
from tests.helpers.microphones import ScriptedMicrophones
from tests.helpers.models import run_trials_here
from tests.helpers.sources import ScriptedSource
from trainer.contract.preset import MODEL_FILE, PRESET_FILE, preset_to_json

MODEL = "fake7"
PATIENCE_MS = 60_000
Box = tuple[float, float, float, float]


class Desk:
    """The application under test, and what its ports were asked for.

    Attributes:
        sources: the sources to hand out, by request; the rest get a short scripted video.
        refusals: why some requests cannot stand for a source.
        requests: what was asked for, in order.
        cameras: names of the cameras that are found.
        faces: what the detector finds, as ``FakeDetector`` takes it.
        model_error: why models cannot be loaded.
        model_may_load: cleared, it holds up the loading of a model.
        keyring: the system's; None if there is none.
        passwords: those of network cameras.
        engines: which engine each model was to be loaded with.
        outputs: what takes the analyses besides the window.
        may_read: for scripted sources that wait for it.
        other_windows: what the next window meets others with; None for nothing.
        microphones: those that are found.
    """

    def __init__(self, qtbot: QtBot, theme: ThemeManager) -> None:
        self._qtbot = qtbot
        self._theme = theme
        self._applications: list[Application] = []
        self._detectors: list[FakeDetector] = []
        self.sources: dict[SourceRequest, FrameSource] = {}
        self.refusals: dict[SourceRequest, FerError] = {}
        self.requests: list[SourceRequest] = []
        self.cameras: list[str] = []
        self.faces: Sequence[Sequence[Box]] = (((20, 10, 60, 60),),)
        self.model_error: ModelError | None = None
        self.keyring: FakeKeyring | None = None
        self.passwords = Passwords(lambda: self.keyring)
        self.model_may_load = threading.Event()
        self.model_may_load.set()
        self.engines: list[EngineChoice] = []
        self.outputs: dict[str, OutputSink] = {}
        self.may_read = threading.Event()
        self.other_windows: OtherWindows | None = None
        self.microphones = ScriptedMicrophones()

    def has_read(self, index: int) -> bool:
        """Tell whether a numbered picture, or a later one, was looked at for faces."""
        seen = [item.latest for item in self._detectors if item.latest is not None]
        return index < 0 or (bool(seen) and number_of(seen[-1]) >= index)

    def start(
        self, settings: Settings | None = None, wanted: SourceRequest | None = None
    ) -> Application:
        """Show the window, by default one in which the first page was agreed to."""
        chosen = settings or Settings(welcome_accepted=True, model=MODEL)
        ports = Ports(
            self._make_source,
            self._make_detector,
            self._load_classifier,
            lambda: self.cameras,
            self.passwords,
            self.outputs,
            other_windows=self.other_windows,
            microphones=self.microphones,
        )
        application = assemble(ports, self._theme, chosen, wanted)
        self._applications.append(application)
        application.window.show()
        self._qtbot.waitExposed(application.window)
        return application

    def shut_down(self) -> None:
        """Close what was opened."""
        self.model_may_load.set()
        self.may_read.set()
        for application in self._applications:
            application.window.close_unasked()  # nobody is there to answer
            application.shut_down(PATIENCE_MS / 1e3)
            application.window.deleteLater()
        QApplication.processEvents()

    def _make_source(
        self, request: SourceRequest, settings: Settings
    ) -> tuple[FrameSource, Pacing]:
        self.requests.append(request)
        if request in self.refusals:
            raise self.refusals[request]
        source = self.sources.get(request) or ScriptedSource(frames=5, fps=100.0)
        is_live = request.kind in ("camera", "stream")
        return source, Pacing.LIVE if is_live else Pacing.PLAYBACK

    def _make_detector(self, min_score: float) -> FaceDetector:
        self._detectors.append(FakeDetector(self.faces))
        return self._detectors[-1]

    def _load_classifier(self, folder: Path, engine: EngineChoice) -> EmotionClassifier:
        self.engines.append(engine)
        self.model_may_load.wait()
        if self.model_error is not None:
            raise self.model_error
        return FakeClassifier()


@pytest.fixture(autouse=True)
def trials_here(monkeypatch: pytest.MonkeyPatch) -> None:
    run_trials_here(monkeypatch)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say of every window and menu what it cannot do."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture
def model_folder(profile: Path) -> Path:
    """A model of the user's that the fake classifier stands for."""
    folder = paths.user_models_dir() / MODEL
    folder.mkdir(parents=True)
    (folder / MODEL_FILE).write_bytes(b"weights")
    (folder / PRESET_FILE).write_text(preset_to_json(fake_preset(MODEL)), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> ThemeManager:
    """The look, which belongs to the one QApplication."""
    return ThemeManager(qapp, "light")


@pytest.fixture
def desk(qtbot: QtBot, theme: ThemeManager, model_folder: Path) -> Iterator[Desk]:
    """An application that the test starts, and that is taken apart after it."""
    desk = Desk(qtbot, theme)
    yield desk
    desk.shut_down()


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QtBot:
    """Wait for what a test waits for as long as a busy machine may take."""
    for name in ("waitUntil", "waitSignal", "waitExposed"):
        monkeypatch.setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE_MS))
    return qtbot
