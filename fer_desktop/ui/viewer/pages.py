"""Which page stands in the middle of the window: welcome, empty, or the picture."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from fer_desktop.errors import FerError
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.events import EngineEvent, State, StateChanged
from fer_desktop.ui.look.model_facts import read_model_facts
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.bridge import Batch
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.viewer.empty_page import EmptyPage
from fer_desktop.ui.viewer.welcome_page import WelcomePage

_PATIENCE_MS: Final = 400  # a source that opens faster is not announced


class Pages(QStackedWidget):
    """Follows the engine's state.

    Signals:
        welcome_accepted: the first page was agreed to.
    """

    welcome_accepted = Signal()

    def __init__(
        self, controller: Controller, actions: Actions, picture: QWidget, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._picture = picture
        self._welcome: WelcomePage | None = None
        self.empty = EmptyPage([actions.open_file, actions.open_network, actions.open_demo])
        self.addWidget(self.empty)
        self.addWidget(picture)
        self._opening = QTimer(self)
        self._opening.setSingleShot(True)
        self._opening.setInterval(_PATIENCE_MS)
        self._opening.timeout.connect(self._say_opening)
        controller.happened.connect(self._on_event)
        controller.batch.connect(self._on_batch)
        controller.request_refused.connect(self._on_refused)
        self.empty.say(self.tr("Getting ready…"), "")
        if not controller.settings.welcome_accepted:
            self._welcome = WelcomePage(self.model_sentence(), self)
            self._welcome.accepted.connect(self._on_accepted)
            self.addWidget(self._welcome)
            self.setCurrentWidget(self._welcome)
            self._welcome.setFocus()

    @property
    def welcome(self) -> WelcomePage | None:
        """The first page while it is shown."""
        return self._welcome

    def model_sentence(self) -> str:
        """Return how accurate the chosen model is; nothing where that is not known."""
        try:
            facts = read_model_facts(resolve_model(self._controller.settings.model))
        except FerError:
            return ""
        return facts.sentence() if facts is not None else ""

    def say_looking(self) -> None:
        """Tell that cameras are being looked for."""
        self.empty.say(self.tr("Looking for a camera…"), "")

    def say_bundle(self, name: str) -> None:
        """Tell where the sessions of a bundle are found, for only a single one is shown."""
        self.empty.say(
            name,
            self.tr("Its sessions are imported, and listed in Session > Past sessions. You can:"),
        )

    def say_further(self) -> None:
        """Ask what to show beside what another window shows."""
        self.empty.say(
            self.tr("A window for another camera"),
            self.tr(
                "Choose a camera in the toolbar. Marks are shared with the other window. Sending"
                " to other programs is off; switched on here, it lasts until this window is"
                " closed. You can also:"
            ),
        )

    def _on_accepted(self) -> None:
        page, self._welcome = self._welcome, None
        if page is not None:
            self.setCurrentWidget(self.empty)
            self.removeWidget(page)
            page.deleteLater()
            settings = replace(self._controller.settings, welcome_accepted=True)
            self._controller.update_settings(settings)
            self.welcome_accepted.emit()

    def _on_batch(self, batch: Batch) -> None:
        self._opening.stop()
        if self.currentWidget() is self.empty and self._controller.is_open:
            self.setCurrentWidget(self._picture)
            self._picture.setFocus()

    def _on_refused(self, request: SourceRequest) -> None:
        if not self._controller.is_open:
            self._say_failed(request.title)

    def _say_failed(self, name: str) -> None:
        self.empty.say(
            self.tr("{source} could not be opened").format(source=name),
            self.tr("The message above says why. You can:"),
        )

    def _on_event(self, event: EngineEvent) -> None:
        if not isinstance(event, StateChanged):
            return
        name = self._controller.request.title if self._controller.request is not None else ""
        match event.state:
            case State.OPENING:
                self._opening.start()
            case State.RECONNECTING:
                self._opening.stop()
                self.empty.say(
                    self.tr("{source} is not available yet").format(source=name),
                    self.tr("It appears here as soon as it is available. In the meantime you can:"),
                )
                if self._controller.info is None:
                    self._leave_picture()
            case State.FAILED:
                self._opening.stop()
                self._say_failed(name)
                self._leave_picture()
            case State.IDLE:
                self._opening.stop()
                self.empty.say(
                    self.tr("Stopped"),
                    self.tr("Press Space to start {source} again, or:").format(source=name),
                )
                self._leave_picture()

    def _say_opening(self) -> None:
        request = self._controller.request
        if request is not None:
            self.empty.say(self.tr("Opening {source}…").format(source=request.title), "")
            self._leave_picture()

    def _leave_picture(self) -> None:
        if self.currentWidget() is self._picture:
            self.setCurrentWidget(self.empty)
            self.empty.setFocus()  # not one of its buttons: Space starts the source again
