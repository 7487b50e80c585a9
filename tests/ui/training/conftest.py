"""The wizard in front of the real window, with the real trainer behind it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from fer_desktop import paths
from fer_desktop.settings import Settings
from fer_desktop.ui.assembly import Application
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.training.train_wizard import TrainWizard
from fer_desktop.vision.classifier import ModelClassifier
from tests.helpers.models import SMALL_MODEL
from tests.ui.conftest import Desk, desk, model_folder, theme
from tests.ui.training.faces import write_faces
from trainer.data.cache_room import CACHE_VARIABLE

__all__ = ["desk", "model_folder", "theme"]

LIMIT_MS = 240_000  # the trainer's libraries take seconds to come up, more on a busy machine
START = SMALL_MODEL


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep decoded test pictures out of the user's cache."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(autouse=True)
def no_surviving_processes() -> Iterator[None]:
    """Fail a test that leaves a trainer running."""
    yield
    trainers = [
        process
        for process in psutil.Process().children(recursive=True)
        if "trainer" in process.cmdline()
    ]
    for process in trainers:
        process.kill()
    assert not trainers


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two labels, few faces."""
    return write_faces(tmp_path_factory.mktemp("pictures") / "smiles")


@pytest.fixture
def start_model(small_model: Path, profile: Path) -> Path:
    """The same among the models of the test's user."""
    return shutil.copytree(small_model, paths.user_models_dir() / START)


@pytest.fixture
def app(
    desk: Desk, start_model: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Application:
    """The window with a model that the trainer can improve."""
    monkeypatch.setattr(
        desk,
        "_load_classifier",
        lambda folder, engine: ModelClassifier.load(folder, engine=engine),
    )
    settings = Settings(welcome_accepted=True, model=START)
    app = desk.start(settings, wanted=SourceRequest("demo"))
    qtbot.waitUntil(lambda: app.controller.model.preset is not None, timeout=LIMIT_MS)
    return app


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person was asked; the answer is always yes."""
    asked: list[str] = []

    def ask(parent: object, title: str, text: str, yes: str) -> bool:
        asked.append(text)
        return True

    monkeypatch.setattr(Confirm, "ask", ask)
    return asked


OpenWizard = Callable[[Path], TrainWizard]


@pytest.fixture
def open_wizard(app: Application, qtbot: QtBot) -> OpenWizard:
    """Return a function that opens the wizard and chooses a folder."""

    def open_it(folder: Path) -> TrainWizard:
        app.window.acts.train_model.trigger()
        wizard = app.window.training.wizard
        assert wizard is not None
        qtbot.waitExposed(wizard)
        assert wizard.pictures_page is not None
        wizard.pictures_page.use(folder)
        return wizard

    return open_it
