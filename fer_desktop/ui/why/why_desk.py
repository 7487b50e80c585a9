"""What the main window knows of explanations: which face is asked about, and the dialog."""

import threading
from collections.abc import Callable
from pathlib import Path

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.errors import FerError
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.events import EngineEvent, ModelLoaded
from fer_desktop.settings import EngineChoice
from fer_desktop.ui.commands.handlers import Commands
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.viewer.player import Player
from fer_desktop.ui.why.answer import Answer, answer
from fer_desktop.ui.why.why_dialog import WhyDialog
from fer_desktop.vision.ports import EmotionClassifier

LoadClassifier = Callable[[Path, EngineChoice], EmotionClassifier]


class WhyDesk(Desk):
    """Asks the model in use about the selected face of the picture on screen.

    A model of its own is loaded for it, on a thread of its own: what is being analysed goes on.

    Attributes:
        dialog: the open one.
    """

    def __init__(
        self,
        parts: WindowParts,
        player: Player,
        load_classifier: LoadClassifier,
        commands: Commands,
    ) -> None:
        """Take what shows the picture, what loads the model of a folder, and what writes files."""
        super().__init__(parts)
        self._player = player
        self._load_classifier = load_classifier
        self._commands = commands
        self._asked: tuple[Frame, FaceAnalysis] | None = None
        self._is_wanted = threading.Event()
        self.dialog: WhyDialog | None = None
        parts.actions.why.triggered.connect(self.explain)
        parts.controller.happened.connect(self._on_event)
        parts.controller.request_changed.connect(self._on_request)

    def explain(self) -> None:
        """Explain the selected face of the picture that is on screen now."""
        try:
            self._asked = self._question()
        except FerError as error:
            self._refuse(error)
        else:
            self._ask(*self._asked)

    def _question(self) -> tuple[Frame, FaceAnalysis]:
        """Return the picture and the face that are meant.

        Raises:
            FerError: if there is none, or no model.
        """
        view = self._player.view
        frame, analysis = view.frame, view.analysis
        if frame is None:
            raise FerError(
                self.tr("There is no picture to explain."),
                hint=self.tr("Open a picture, a video or a camera first."),
            )
        if not self._commands.opener.has_pictures:
            raise FerError(
                self.tr("The pictures of this session are not there."),
                hint=self.tr("Find its file first, or open a session of a file."),
            )
        if analysis is None or self._controller.model.preset is None:
            raise FerError(
                self.tr("This picture is not analysed yet."), hint=self.tr("Wait a moment.")
            )
        if not analysis.faces:
            raise FerError(
                self.tr("No face was found in this picture."),
                hint=self.tr("Go to a moment in which one is seen."),
            )
        chosen = self._player.selection.face_id
        for face in analysis.faces:
            if face.face_id == chosen:
                return frame, face
        raise FerError(
            self.tr("The selected face is not in this picture."),
            hint=self.tr("Click a face in it, or go to a moment in which it is seen."),
        )

    def _ask(self, frame: Frame, face: FaceAnalysis) -> None:
        self._cancel()
        dialog = self._opened()
        dialog.say_working()
        is_wanted = self._is_wanted = threading.Event()
        is_wanted.set()
        name, engine = self._controller.model.name, self._controller.settings.engine

        def work() -> Answer | None:
            return answer(
                frame,
                face,
                lambda: self._load_classifier(resolve_model(name), engine),
                is_wanted.is_set,
            )

        def done(found: Answer | None) -> None:
            if found is not None and is_wanted.is_set():
                dialog.show_answer(found)

        def failed(error: FerError) -> None:
            if is_wanted.is_set():
                dialog.say_refused(error)

        self._background.run("explaining a face", work, done, failed)

    def _refuse(self, error: FerError) -> None:
        if self.dialog is not None:
            self.dialog.say_refused(error)
        else:
            self._announcer.say_error("why", error)

    def _opened(self) -> WhyDialog:
        if self.dialog is None:
            dialog = self.dialog = WhyDialog(self._window)
            dialog.again_wanted.connect(self.explain)
            dialog.save_wanted.connect(
                lambda image: self._commands.exporter.ask_and_save(
                    image, "why", self._controller.settings, dialog
                )
            )
            dialog.finished.connect(self._on_closed)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog

    def _cancel(self) -> None:
        self._is_wanted.clear()

    def _on_closed(self) -> None:
        self._cancel()
        self.dialog = None
        self._asked = None

    def _on_event(self, event: EngineEvent) -> None:
        """Ask another model about the same face as soon as it is in use."""
        if isinstance(event, ModelLoaded) and self.dialog is not None and self._asked is not None:
            self._ask(*self._asked)

    def _on_request(self) -> None:
        if self.dialog is not None:
            self.dialog.close()
