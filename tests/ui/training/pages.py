"""The wizard's first page by itself."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtWidgets import QWizard, QWizardPage
from pytestqt.qtbot import QtBot

from fer_desktop.ui.assembly import Application
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.training.pictures.pictures_page import PicturesPage
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector


@contextmanager
def shown_page(
    app: Application, qtbot: QtBot, cameras: Callable[[], Sequence[SourceRequest]] = tuple
) -> Iterator[PicturesPage]:
    """Show the page in a wizard of its own, with a page behind it."""
    wizard = QWizard(app.window)
    page = PicturesPage(app.controller, app.background, cameras, MediaPipeFaceDetector)
    wizard.addPage(page)
    wizard.addPage(QWizardPage())
    wizard.resize(1000, 660)
    wizard.show()
    qtbot.waitExposed(wizard)
    yield page
    page.shut_down()
    wizard.close()
    wizard.deleteLater()
