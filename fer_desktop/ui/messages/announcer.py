"""What parts of the window have to say, as messages in its bar: what, what to do, and a button."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from fer_desktop.errors import FerError
from fer_desktop.recording.bundle_import import ImportedBundle
from fer_desktop.recording.bundle_writing import WrittenBundle
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.joint_export import JointExport
from fer_desktop.recording.video_recorder import Recording
from fer_desktop.ui.look.wording import breakable, translate
from fer_desktop.ui.messages.event_messages import DEMO, DETECTOR, EXTENSIONS, MODEL, EventMessages
from fer_desktop.ui.messages.message_bar import Kind, Message, MessageBar, error_message
from fer_desktop.ui.messages.written_texts import bundle_text, imported_text, recorded_text
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.controller import Controller
from trainer.contract.text import counted

_PICTURES, _TRAINING, _DROPPED, _QUEUE = "pictures", "training", "dropped", "queue"
_BUNDLE, _UNFINISHED = "bundle", "unfinished"
CONTROL, HEARD_MARKS = "control", "heard marks"
_MOST_NAMED = 3
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
        _BUNDLE,
        _UNFINISHED,
        CONTROL,
        HEARD_MARKS,
    }
)


class Announcer(QObject):
    """Says what other parts of the window want to be said; events speak for themselves."""

    def __init__(
        self, bar: MessageBar, controller: Controller, actions: Actions, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bar = bar
        self._controller = controller
        self._actions = actions
        EventMessages(bar, controller, actions, self)
        controller.request_changed.connect(lambda: bar.dismiss_all_but(_BEYOND_THE_SOURCE))

    def say_demo(self) -> None:
        """Tell that the demo clip plays because there is no camera."""
        self._show(
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
        self._show("cameras", "info", text, hint)

    def say_pictures_missing(self, name: str, is_changed: bool, find: Callable[[], object]) -> None:
        """Tell that a past session is shown without its pictures."""
        text = (
            self.tr("{name} has changed since it was analysed, so its pictures are not shown.")
            if is_changed
            else self.tr("{name} was not found, so its pictures are not shown.")
        )
        self._show(
            _PICTURES,
            "info",
            text.format(name=name),
            "",
            self.tr("Find the file…"),
            find,
            stands=True,
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
        self._show(
            _PICTURES,
            "info",
            text.format(name=name, count=count),
            "",
            self.tr("Find the file…"),
            find,
            stands=True,
        )

    def say_queue_left(self, files: int, show: Callable[[], object]) -> None:
        """Offer files that waited to be analysed when the application was closed."""
        self._show(
            _QUEUE,
            "info",
            self.tr("{files} waited to be analysed.").format(files=counted(files, "file")),
            "",
            self.tr("Analyse"),
            show,
        )

    def say_unfinished(
        self, text: str, hint: str, button: str, again: Callable[[], object] | None
    ) -> None:
        """Tell what was not finished when the application ended, until somebody has read it."""
        self._show(_UNFINISHED, "warning", text, hint, button, again, stands=True)

    def say_queue_finished(self, files: int, failed: int, show: Callable[[], object]) -> None:
        """Tell that all files of the queue are done."""
        text = self.tr("The analysis of {files} is done.").format(files=counted(files, "file"))
        if failed:
            text += " " + self.tr("{files} could not be read.").format(
                files=counted(failed, "file")
            )
        self._show(_QUEUE, "warning" if failed else "good", text, "", self.tr("Show list"), show)

    def say_analysed_again(self, compare: Callable[[], object]) -> None:
        """Offer to compare an analysis with the former one of the same file."""
        self._show(
            "again",
            "good",
            self.tr("The file was analysed again. The former session was kept."),
            "",
            self.tr("Compare both…"),
            compare,
        )

    def say_bundled(self, bundle: WrittenBundle) -> None:
        """Tell that a bundle was written."""
        self._say_written(_BUNDLE, bundle_text(bundle), bundle.path)

    def say_imported(self, bundle: ImportedBundle) -> None:
        """Tell that several sessions were imported."""
        self._show(
            _BUNDLE,
            "good",
            imported_text(bundle),
            "",
            self.tr("Past sessions…"),
            self._actions.sessions.trigger,
        )

    def say_exported_several(self, export: JointExport) -> None:
        """Tell that tables of several sessions were written."""
        self._say_written("export", self.joint_text(export), export.path)

    def joint_text(self, export: JointExport) -> str:
        """Return what was written, and what could not be."""
        text = self.tr("Exported {sessions} with {rows} to {path}.").format(
            sessions=counted(export.sessions, "session"),
            rows=counted(export.rows, "row"),
            path=breakable(export.path),
        )
        return " ".join([text, *export.failures[:_MOST_NAMED]])

    def say_nothing_to_open(self, dropped: Sequence[str]) -> None:
        """Tell that there is nothing to open in what was dropped."""
        self._show(
            _DROPPED,
            "warning",
            self.tr("There is no image or video in {names}.").format(names=", ".join(dropped)),
            self.tr("Subfolders are not searched."),
        )

    def say_exported(self, path: Path, counts: Counts) -> None:
        """Tell that a table was written."""
        text = self.tr("Exported {rows} from {frames} to {path}.").format(
            rows=counted(counts.rows, "row"),
            frames=counted(counts.frames, "frame"),
            path=breakable(path),
        )
        self._say_written("export", " ".join([text, *_gaps(counts)]), path)

    def say_reported(self, path: Path, failures: Sequence[str]) -> None:
        """Tell that a report was written, and of which sessions it tells nothing."""
        text = self.tr("Saved the report as {path}.").format(path=breakable(path))
        self._show(
            "report",
            "warning" if failures else "good",
            " ".join([text, *failures[:_MOST_NAMED]]),
            "",
            self.tr("Open"),
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))),
        )

    def say_snapped(self, path: Path, wanted: str) -> None:
        """Tell that a snapshot was written; ``wanted`` is the folder that was chosen for it."""
        text = self.tr("Saved the snapshot as {path}.").format(path=breakable(path))
        self._say_written("snapshot", text, path, wanted)

    def say_recorded(self, recording: Recording, wanted: str) -> None:
        """Tell that a video was written, or why not to its end; see ``say_snapped``."""
        if recording.error is not None:
            self.say_error("record", recording.error)
        elif recording.frames:
            self._say_written("record", recorded_text(recording), recording.path, wanted)
        else:
            self._show(
                "record",
                "info",
                self.tr("Nothing was recorded: no new frame arrived."),
            )

    def say_marked(self, was_recorded: bool, when: str) -> None:
        """Tell that a moment was marked, or that there is none to mark."""
        if was_recorded:
            self._show("mark", "good", self.tr("Marked at {time}.").format(time=when))
        else:
            self._show(
                "mark",
                "info",
                self.tr("There is nothing to mark yet."),
                self.tr("Marks can be set once a frame has been analysed."),
            )

    def say_noted(self, text: str) -> None:
        """Tell what was marked or corrected."""
        self._show("mark", "good", text)

    def say_no_face_to_correct(self) -> None:
        """Tell that there is no selected face in the picture."""
        self._show(
            "mark",
            "info",
            self.tr("There is no face to correct in this picture."),
            self.tr("Click the face that you mean."),
        )

    def say_key_without_text(self, number: int) -> None:
        """Tell that a key has to be given a text first."""
        self._show(
            "mark",
            "info",
            self.tr("The key {number} marks nothing yet.").format(number=number),
            self.tr("Choose what it marks."),
            self.tr("Mark keys…"),
            self._actions.mark_keys_options.trigger,
        )

    def say_calibration_removed(self) -> None:
        """Tell that faces are read as the model does again."""
        self._show(
            "calibration", "info", self.tr("Calibration removed. Scores are no longer corrected.")
        )

    def say_calibration_ended(self, model: str) -> None:
        """Tell that another model knows nothing of faces that were calibrated for the former."""
        text = self.tr("The calibration has ended: it does not apply to the model {model}.")
        self._show(
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
        self._show("people", "info", text.format(face=called), hint, self.tr("Show again"), show)

    def say_nothing_analysed(self) -> None:
        """Tell that there is no session yet to keep something in."""
        self._show("people", "info", self.tr("Nothing is analysed yet."))

    def say_nothing_to_export(self) -> None:
        """Tell that nothing was analysed yet."""
        self._show(
            "export",
            "info",
            self.tr("There is nothing to export yet."),
            self.tr("Start a source or export a past session."),
            self.tr("Past sessions…"),
            self._actions.sessions.trigger,
        )

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
        self._show(_TRAINING, "info", text, hint, button, show)

    def say_training_goes_on(self, name: str, show: Callable[[], object]) -> None:
        """Tell that a training goes on though its window is closed."""
        text = self.tr("The training of {name} continues in the background.").format(name=name)
        self._show(_TRAINING, "info", text, "", self.tr("Show"), show)

    def say_training_failed(self, error: FerError, show: Callable[[], object]) -> None:
        """Tell that a training ended before its time."""
        self._bar.show_message(error_message(_TRAINING, error, self.tr("Show the training…"), show))

    def dismiss_training(self) -> None:
        """Take away what was said about a training, now that its window says it."""
        self._bar.dismiss(_TRAINING)

    def say_bug(self) -> None:
        """Tell that something unexpected happened, without details that help nobody."""
        self._show(
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

    def _say_written(self, topic: str, text: str, path: Path, wanted: str = "") -> None:
        is_elsewhere = bool(wanted) and Path(wanted) != path.parent
        hint = self.tr("The folder {folder} from the settings was not found.")
        self._show(
            topic,
            "warning" if is_elsewhere else "good",
            text,
            hint.format(folder=breakable(Path(wanted))) if is_elsewhere else "",
            self.tr("Open folder"),
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
        )

    def _show(
        self,
        topic: str,
        kind: Kind,
        text: str,
        hint: str = "",
        button: str = "",
        run: Callable[[], object] | None = None,
        *,
        stands: bool = False,
    ) -> None:
        self._bar.show_message(Message(topic, kind, text, hint, button, run, stands))


def _gaps(counts: Counts) -> list[str]:
    """Return what is to be said of frames that a table lacks."""
    end = counts.end
    said = []
    if counts.hidden_rows:
        text = translate("Announcer", "{rows} of hidden faces were left out.")
        said.append(text.format(rows=counted(counts.hidden_rows, "row")))
    if end is not None and end.missed:
        text = translate("Announcer", "{frames} came too fast and were not analysed.")
        said.append(text.format(frames=counted(end.missed, "frame")))
        if counts.gaps:
            text = translate("Announcer", "There are {gaps}, the longest of {seconds} s.")
            seconds = f"{counts.longest_gap_us / 1e6:.1f}"
            said.append(text.format(gaps=counted(counts.gaps, "gap"), seconds=seconds))
    elif end is None or end.is_whole is False:
        said.append(translate("Announcer", "The analysis is not complete."))
    return said
