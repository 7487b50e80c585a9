"""Labels that a person gives to faces by key, while something plays or rests."""

from collections.abc import Callable
from dataclasses import replace

from fer_desktop.domain.corrections import Correction, with_correction
from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.errors import FerError, StorageError
from fer_desktop.pipeline.events import EngineEvent, ModelLoaded
from fer_desktop.recording.row_types import RATER_MAX
from fer_desktop.ui.dialogs.name_dialog import NameDialog
from fer_desktop.ui.look.wording import action_text, called_text, label_text, time_text
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.actions import DIGITS
from fer_desktop.ui.sessions.corrections_dialog import CorrectionsDialog


class CorrectionDesk(Desk):
    """Takes labels by the keys Ctrl+1 to Ctrl+9, in the order of the model's labels.

    While a picture rests, a key corrects that moment. While time goes on, it begins a stretch that
    the same key ends; another label's key ends it and begins the next one.

    Attributes:
        dialog: the list of corrections, once it was opened.
    """

    def __init__(
        self, parts: WindowParts, selected_face: Callable[[], FaceAnalysis | None]
    ) -> None:
        """Take the window's parts, and what returns the selected face if it is in the picture."""
        super().__init__(parts)
        actions, controller = parts.actions, parts.controller
        self._selected_face = selected_face
        self._begun: dict[int, Correction] = {}
        self.dialog: CorrectionsDialog | None = None
        for number, action in zip(DIGITS, actions.correction_keys, strict=True):
            action.triggered.connect(lambda _=False, number=number: self.press(number))
        actions.corrections.triggered.connect(self.show)
        controller.request_changed.connect(self._begun.clear)
        controller.corrections.rating.changed.connect(self._begun.clear)
        controller.request_changed.connect(self._show_labels)
        controller.session_shown.connect(self._show_labels)
        controller.happened.connect(self._on_event)
        self._show_labels()

    def labels(self) -> tuple[str, ...]:
        """Return what can be given: the labels of the model that read what is shown."""
        past, preset = self._controller.past, self._controller.model.preset
        if past is not None and past.models:
            return past.models[-1].preset.labels
        return preset.labels if preset is not None else ()

    def show(self) -> None:
        """Show the list."""
        if self.dialog is None:
            self.dialog = CorrectionsDialog(
                self._controller, self._background, self._actions, self.labels, self._window
            )
            self.dialog.rater_wanted.connect(self.ask_rater)
        self.dialog.refresh()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def press(self, number: int) -> None:
        """Say that the selected face shows the label of a key."""
        labels = self.labels()
        if number > len(labels):
            return
        face = self._selected_face()
        if face is not None:
            person, face_id = face.identity, face.face_id
        elif len(self._begun) == 1:  # it has left, and its stretch ends
            ((person, begun),) = self._begun.items()
            face_id = begun.face_id
        else:
            self._announcer.say_no_face_to_correct()
            return
        playback = self._controller.playback
        pressed_us, is_playing = playback.position_us, playback.is_playing  # it may go on meanwhile
        if not self._controller.corrections.rating.rater and not self.ask_rater():
            return
        try:
            self._take(person, face_id, labels[number - 1], pressed_us, is_playing)
        except StorageError as error:
            self._announcer.say_error("mark", error)

    def ask_rater(self) -> bool:
        """Ask who corrects; tell whether they said it."""
        rating = self._controller.corrections.rating
        name = NameDialog.ask(
            self._window,
            self.tr("Rater"),
            self.tr(
                "Who corrects the labels? Each rater has a layer of their own. The layers of "
                "others stay hidden until you choose to see them."
            ),
            rating.rater or self.tr("Rater 1"),
            _check_rater,
        )
        if name is None:
            return False
        rating.begin(name)
        controller = self._controller
        controller.update_settings(replace(controller.settings, rater=name))
        return True

    def _take(
        self, person: int, face_id: int, label: str, position_us: int, is_playing: bool
    ) -> None:
        controller = self._controller
        corrections = controller.corrections.all()
        begun = self._begun.pop(person, None)
        said = ""
        if begun is not None and begun in corrections:
            begin_us, end_us = sorted((begun.begin_us, position_us))
            if begin_us < end_us:
                corrections.remove(begun)
                ended = replace(begun, begin_us=begin_us, end_us=end_us)
                # A person may have come back as another track meanwhile.
                for track in {begun.face_id, face_id}:
                    corrections = with_correction(corrections, replace(ended, face_id=track))
                said = self._span_text(ended)
            is_over = label == begun.label
        else:
            is_over = False
        if not is_over:
            new = Correction(controller.corrections.rating.rater, face_id, label, position_us)
            corrections = with_correction(corrections, new)
        if not controller.corrections.replace(corrections):
            self._announcer.say_marked(False, "")
            return
        if not is_over and (is_playing or begun is not None):
            self._begun[person] = new
            number = self.labels().index(label) + 1
            key = self._actions.correction_keys[number - 1].shortcut().toString()
            text = self.tr("{face}: {label} from {time}. Press {key} again to end it.").format(
                face=self._called(new),
                label=label_text(label),
                time=time_text(position_us, tenths=True),
                key=key,
            )
            said = f"{said} {text}".strip()
        elif not is_over:
            said = self.tr("{face}: {label} at {time}.").format(
                face=self._called(new),
                label=label_text(label),
                time=time_text(position_us, tenths=True),
            )
        if said:
            self._announcer.say_noted(said)

    def _called(self, one: Correction) -> str:
        people = self._controller.people.present
        return called_text(people.label(people.number_of(one.face_id, one.begin_us)))

    def _span_text(self, one: Correction) -> str:
        return self.tr("{face}: {label} from {begin} to {end}.").format(
            face=self._called(one),
            label=label_text(one.label),
            begin=time_text(one.begin_us, tenths=True),
            end=time_text(one.last_us, tenths=True),
        )

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, ModelLoaded):
            self._show_labels()

    def _show_labels(self) -> None:
        labels = self.labels()
        for number, action in zip(DIGITS, self._actions.correction_keys, strict=True):
            has_label = number <= len(labels)
            action.setVisible(has_label)
            action.setText(action_text(label_text(labels[number - 1])) if has_label else "")


def _check_rater(name: str) -> None:
    """Check that a rater may be called so.

    Raises:
        FerError: if not.
    """
    if not name:
        raise FerError("A rater needs a name.")
    if len(name) > RATER_MAX:
        raise FerError(f"The name is longer than {RATER_MAX} characters.")
    if not name.isprintable():
        raise FerError("The name has characters that cannot be printed.")
