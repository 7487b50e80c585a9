"""What parts of the window have to say, as messages in its bar: what, what to do, and a button."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from fer_desktop.errors import FerError
from fer_desktop.ui.messages.event_messages import DEMO, DETECTOR, EXTENSIONS, MODEL, EventMessages
from fer_desktop.ui.messages.file_messages import BUNDLE, UNFINISHED, FileMessages
from fer_desktop.ui.messages.message_bar import MessageBar, error_message
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.controller import Controller
from trainer.contract.text import counted

_PICTURES, _TRAINING, _DROPPED, _QUEUE = "pictures", "training", "dropped", "queue"
_QUEUE_LEFT = "queue left"
CONTROL, HEARD_MARKS = "control", "heard marks"
# What is said about anything else belongs to the source that is open, and leaves with it.
_BEYOND_THE_SOURCE = frozenset(
    {
        MODEL,
        "models",
        DETECTOR,
        _TRAINING,
        "unreadable training",
        "settings",
        "cameras",
        "bug",
        EXTENSIONS,
        _QUEUE,
        BUNDLE,
        UNFINISHED,
        CONTROL,
        HEARD_MARKS,
    }
)


class Announcer(QObject):
    """Says what other parts of the window want to be said; events speak for themselves.

    Attributes:
        files: what is said of those that were written, or could not be.
    """

    def __init__(
        self, bar: MessageBar, controller: Controller, actions: Actions, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bar = bar
        self._controller = controller
        self._actions = actions
        self.files = FileMessages(bar, actions, self)
        EventMessages(bar, controller, actions, self)
        controller.request_changed.connect(lambda: bar.dismiss_all_but(_BEYOND_THE_SOURCE))

    def say_demo(self) -> None:
        """Tell that the demo clip plays because there is no camera."""
        self._bar.tell(
            DEMO,
            "info",
            self.tr("No camera was found, so the demo clip is playing."),
            self.tr("Connect a camera and search again, or open your own video."),
            self.tr("Search again"),
            self._actions.rescan.trigger,
        )

    def say_cameras(self, count: int) -> None:
        """Tell the outcome of a search for cameras that the user asked for."""
        text = (
            self.tr("Cameras found: {count}. Choose one in the toolbar.").format(count=count)
            if count
            else self.tr("No camera was found.")
        )
        hint = (
            ""
            if count
            else self.tr("Check that it is plugged in and that access to it is allowed.")
        )
        self._bar.tell("cameras", "info", text, hint)

    def say_pictures_missing(self, name: str, is_changed: bool, find: Callable[[], object]) -> None:
        """Tell that a past session is shown without its pictures."""
        text = (
            self.tr("{name} has changed since it was analysed, so its pictures are not shown.")
            if is_changed
            else self.tr("{name} was not found, so its pictures are not shown.")
        )
        self._bar.tell(
            _PICTURES,
            "info",
            text.format(name=name),
            "",
            self.tr("Find the file…"),
            find,
            stands=True,
        )

    def say_pictures_unconfirmed(self, name: str) -> None:
        """Tell that a past session may be shown with the pictures of another file."""
        self._bar.tell(
            _PICTURES,
            "info",
            self.tr(
                "The session does not know the content of {name}: the file that is shown has the "
                "same size, number of frames and length."
            ).format(name=name),
            self.tr("If faces and frames do not fit, it is another file."),
        )

    def say_recordings_missing(
        self, name: str, count: int, is_changed: bool, find: Callable[[], object]
    ) -> None:
        """Tell that a past live session is shown without some of what was recorded of it."""
        if count > 1:
            text = self.tr("{count} recordings of this session were not found or have changed.")
        elif is_changed:
            text = self.tr("{name} has changed since it was recorded, so it is not shown.")
        else:
            text = self.tr("{name} was not found, so this session is shown without it.")
        self._bar.tell(
            _PICTURES,
            "info",
            text.format(name=name, count=count),
            "",
            self.tr("Find the file…"),
            find,
            stands=True,
        )

    def say_queue_left(self, files: int, show: Callable[[], object]) -> None:
        """Offer files that waited when the application was closed, until somebody decides."""
        self._bar.tell(
            _QUEUE_LEFT,
            "info",
            self.tr("{files} waited to be analysed.").format(files=counted(files, "file")),
            "",
            self.tr("Analyse"),
            show,
            stands=True,
        )

    def say_queue_finished(self, files: int, failed: int, show: Callable[[], object]) -> None:
        """Tell that all files of the queue are done."""
        text = self.tr("The analysis of {files} is done.").format(files=counted(files, "file"))
        if failed:
            text += " " + self.tr("{files} could not be read.").format(
                files=counted(failed, "file")
            )
        self._bar.tell(
            _QUEUE, "warning" if failed else "good", text, "", self.tr("Show list"), show
        )

    def say_analysed_again(self, compare: Callable[[], object]) -> None:
        """Offer to compare an analysis with the former one of the same file."""
        self._bar.tell(
            "again",
            "good",
            self.tr("The file was analysed again. The former session was kept."),
            "",
            self.tr("Compare both…"),
            compare,
        )

    def say_analysed_before(self, name: str, when: str, show: Callable[[], object]) -> None:
        """Tell that a film which is analysed now has a complete session, and offer that one."""
        self._bar.tell(
            "before",
            "info",
            self.tr("{name} was analysed before, on {when}.").format(name=name, when=when),
            self.tr("It is analysed anew, and the former session is kept."),
            self.tr("Open that session"),
            show,
        )

    def say_nothing_to_open(self, dropped: Sequence[str]) -> None:
        """Tell that there is nothing to open in what was dropped."""
        self._bar.tell(
            _DROPPED,
            "warning",
            self.tr("There is no image or video in {names}.").format(names=", ".join(dropped)),
            self.tr("Subfolders are not searched."),
        )

    def say_marked(self, was_recorded: bool, when: str) -> None:
        """Tell that a moment was marked, or that there is none to mark."""
        if was_recorded:
            self._bar.tell("mark", "good", self.tr("Marked at {time}.").format(time=when))
        else:
            self._bar.tell(
                "mark",
                "info",
                self.tr("There is nothing to mark yet."),
                self.tr("Marks can be set once a frame has been analysed."),
            )

    def say_noted(self, text: str) -> None:
        """Tell what was marked or corrected."""
        self._bar.tell("mark", "good", text)

    def say_no_face_to_correct(self) -> None:
        """Tell that there is no selected face in the picture."""
        self._bar.tell(
            "mark",
            "info",
            self.tr("There is no face to correct in this picture."),
            self.tr("Click the face that you mean."),
        )

    def say_key_without_text(self, number: int) -> None:
        """Tell that a key has to be given a text first."""
        self._bar.tell(
            "mark",
            "info",
            self.tr("The key {number} marks nothing yet.").format(number=number),
            self.tr("Choose what it marks."),
            self.tr("Mark keys…"),
            self._actions.mark_keys_options.trigger,
        )

    def say_calibration_removed(self) -> None:
        """Tell that faces are read as the model does again."""
        self._bar.tell(
            "calibration", "info", self.tr("Calibration removed. Scores are no longer corrected.")
        )

    def say_calibration_ended(self, model: str) -> None:
        """Tell that another model knows nothing of faces that were calibrated for the former."""
        text = self.tr("The calibration has ended: it does not apply to the model {model}.")
        self._bar.tell(
            "calibration",
            "info",
            text.format(model=model),
            "",
            self.tr("Calibrate again…"),
            self._actions.calibrate.trigger,
        )

    def say_face_hidden(self, called: str, show: Callable[[], object]) -> None:
        """Tell that a face is neither shown nor exported, and offer it again."""
        text = self.tr("{face} is hidden: it is not shown and not exported.")
        hint = self.tr("What was recorded of it stays.")
        self._bar.tell(
            "people", "info", text.format(face=called), hint, self.tr("Show again"), show
        )

    def say_nothing_analysed(self) -> None:
        """Tell that there is no session yet to keep something in."""
        self._bar.tell("people", "info", self.tr("Nothing is analysed yet."))

    def say_training_left(
        self, name: str, is_finished: bool, epochs: int, show: Callable[[], object]
    ) -> None:
        """Offer a training that was interrupted, or whose model waits for a decision."""
        if is_finished:
            text = self.tr("The training of {name} is complete.").format(name=name)
            hint, button = (
                self.tr("Use the new model, keep it or discard it."),
                self.tr("Show the result…"),
            )
        else:
            text = self.tr("The training of {name} was interrupted.").format(name=name)
            hint = self.tr("{epochs} done.").format(epochs=counted(epochs, "epoch"))
            button = self.tr("Resume…")
        self._bar.tell(_TRAINING, "info", text, hint, button, show)

    def say_training_goes_on(self, name: str, show: Callable[[], object]) -> None:
        """Tell that a training goes on though its window is closed."""
        text = self.tr("The training of {name} continues in the background.").format(name=name)
        self._bar.tell(_TRAINING, "info", text, "", self.tr("Show"), show)

    def say_training_failed(self, error: FerError, show: Callable[[], object]) -> None:
        """Tell that a training ended before its time."""
        self._bar.show_message(error_message(_TRAINING, error, self.tr("Show the training…"), show))

    def dismiss_training(self) -> None:
        """Take away what was said about a training, now that its window says it."""
        self._bar.dismiss(_TRAINING)

    def say_bug(self) -> None:
        """Tell that something unexpected happened, without details that help nobody."""
        self._bar.tell(
            "bug",
            "error",
            self.tr("Something went wrong inside the application."),
            self.tr("Recorded data is safe. See the log file for details."),
            self.tr("Show log file"),
            self._actions.show_log.trigger,
        )

    def take_back(self, topic: str) -> None:
        """Take away what was said of a topic, if that still stands there."""
        self._bar.dismiss(topic)

    def say_error(self, topic: str, error: FerError, *, stands: bool = False) -> None:
        """Tell a failure that no button can mend."""
        self._bar.show_message(error_message(topic, error, stands=stands))
