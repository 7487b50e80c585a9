"""What happens in the pipeline, as messages in the window's bar."""

from PySide6.QtCore import QObject

from fer_desktop.errors import FerError, LoginError, SourceError
from fer_desktop.pipeline.events import (
    AnalysisEnded,
    EngineEvent,
    ExtensionLeftOut,
    ModelFailed,
    ModelLoaded,
    OutputFailed,
    SourceFailed,
    SourceOpened,
    State,
    StateChanged,
)
from fer_desktop.pipeline.loader import DETECTOR_NAME
from fer_desktop.settings import Settings
from fer_desktop.ui.messages.message_bar import Message, MessageBar, error_message
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.session_log import SESSION_FILE
from fer_desktop.ui.runtime.source_request import SourceRequest

SOURCE, MODEL, STORAGE, DEMO = "source", "model", "storage", "demo"
DAMAGE, DETECTOR, EXTENSIONS = "damage", "detector", "extensions"


class EventMessages(QObject):
    """Tells of sources, models, outputs and extensions that fail, and takes it back in time."""

    def __init__(
        self, bar: MessageBar, controller: Controller, actions: Actions, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bar = bar
        self._controller = controller
        self._actions = actions
        self._left_out: list[str] = []
        self._outputs = controller.settings.outputs
        self._failed_outputs: set[str] = set()
        controller.settings_changed.connect(self._on_settings)
        controller.happened.connect(self._on_event)
        controller.request_refused.connect(self._on_refused)

    def _on_event(self, event: EngineEvent) -> None:
        match event:
            case StateChanged(state=State.RECONNECTING, message=message):
                self._say_reconnecting(message)
            case StateChanged(state=State.PAUSED, message=message) if message:
                self._warn(DAMAGE, message)  # the file ends early
            case AnalysisEnded(
                file=self._controller.session, error=SourceError() as error, frames=frames
            ) if frames:  # else it cannot be opened, which is told as such
                self._warn(DAMAGE, str(error))
            case (
                StateChanged(state=State.OPENING | State.RUNNING | State.PAUSED | State.IDLE)
                | SourceOpened()
            ):
                self._bar.dismiss(SOURCE)
            case SourceFailed(error=error):
                self._bar.dismiss(DEMO)
                self._say_source_error(self._controller.request, error, stands=True)
            case ModelLoaded() if self._controller.model.is_fallback:
                self._bar.let_go(MODEL)
            case ModelLoaded():
                self._bar.dismiss(MODEL)
            case ModelFailed(name=name, error=error) if name == DETECTOR_NAME:
                self._bar.show_message(error_message(DETECTOR, error, stands=True))
            case ModelFailed(error=error):
                self._bar.show_message(
                    error_message(
                        MODEL,
                        error,
                        self.tr("Choose a model folder…"),
                        self._actions.open_model.trigger,
                        stands=self._controller.model.preset is None,
                    )
                )
            case ExtensionLeftOut(problem=problem):
                if problem not in self._left_out:  # every trainer that is started says it again
                    self._left_out.append(problem)
                    self._warn(EXTENSIONS, " ".join(self._left_out), stands=False)
            case OutputFailed(output=output, error=error) if output != SESSION_FILE:
                self._failed_outputs.add(output)
                self._bar.show_message(error_message(f"output {output}", error, stands=True))
            case OutputFailed(error=error):
                self._bar.show_message(
                    error_message(
                        STORAGE,
                        error,
                        self.tr("Export recorded data…"),
                        self._actions.export.trigger,
                        stands=True,
                    )
                )

    def _on_settings(self, settings: Settings) -> None:
        """Take back what was said of outputs that are chosen anew: who fails again says so."""
        if settings.outputs != self._outputs:
            self._outputs = settings.outputs
            for output in self._failed_outputs:
                self._bar.dismiss(f"output {output}")
            self._failed_outputs.clear()

    def _on_refused(self, request: SourceRequest, error: FerError) -> None:
        # Beside a source that goes on it is soon over; else it says why there is no picture.
        self._say_source_error(request, error, stands=not self._controller.is_open)

    def _say_source_error(
        self, request: SourceRequest | None, error: FerError, *, stands: bool
    ) -> None:
        if isinstance(error, LoginError):
            button, run = self.tr("Log in…"), self._actions.log_in.trigger
        elif request is not None and request.kind in ("camera", "stream"):
            button, run = self.tr("Try again"), self._controller.reopen
        else:
            button, run = self.tr("Open another file…"), self._actions.open_file.trigger
        self._bar.show_message(error_message(SOURCE, error, button, run, stands=stands))

    def _say_reconnecting(self, message: str) -> None:
        text = message or self.tr("The source does not respond. Reconnecting…")
        button, run = self.tr("Stop reconnecting"), self._controller.stop
        self._bar.show_message(Message(SOURCE, "warning", text, "", button, run, stands=True))

    def _warn(self, topic: str, text: str, *, stands: bool = True) -> None:
        self._bar.show_message(Message(topic, "warning", text, stands=stands))
