"""Everything that can be done, as Qt actions: one place for words, keys and drawings."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.tokens import current_tokens

DIGITS: Final = range(1, 10)
_Key = str | QKeySequence.StandardKey


class Actions(QObject):
    """The actions of the window; what they do is connected by whoever owns the means.

    ``bare`` are those whose key a focused control may want for itself (Space on a button, arrows
    on a slider or between menus): they are no shortcuts, which Qt would prefer to the control; the
    window triggers them for keys that nobody else took.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._drawings: dict[QAction, str] = {}
        self.bare: Final[dict[QAction, QKeySequence]] = {}
        self._make_file_actions()
        self._make_source_actions()
        self._make_session_actions()
        self._make_annotation_actions()
        self._make_view_actions()
        self._make_help_actions()
        # Who holds any other key down does not want many marks, windows or recordings.
        repeated = {self.step_back, self.step_forward, self.seek_back, self.seek_forward}
        repeated |= {self.zoom_in, self.zoom_out}
        for action in (*self, *self.numbered):
            action.setAutoRepeat(action in repeated)

    def __iter__(self) -> Iterator[QAction]:
        """Yield every action but the numbered ones, in the order of the menus."""
        return iter(self._drawings)

    def key(self, action: QAction) -> QKeySequence:
        """Return the key that triggers an action; an empty one if none does."""
        return self.bare.get(action, action.shortcut())

    def refresh_icons(self) -> None:
        """Draw the icons anew in the colours of another theme."""
        for action in self:
            self._draw(action)

    def set_drawing(self, action: QAction, name: str) -> None:
        """Give an action another drawing."""
        if self._drawings[action] != name:
            self._drawings[action] = name
            self._draw(action)

    def _make_file_actions(self) -> None:
        self.open_file = self._make(
            self.tr("Open image or video…"),
            self.tr("Open an image or a video"),
            QKeySequence.StandardKey.Open,
            "open",
        )
        self.open_network = self._make(
            self.tr("Connect a network camera…"),
            self.tr("Connect a network camera"),
            "Ctrl+U",
            "network",
        )
        self.log_in = self._make(
            self.tr("Log in to the camera…"), self.tr("Log in to the camera"), ""
        )
        self.open_demo = self._make(
            self.tr("Play the demo clip"), self.tr("Play the demo clip"), "Ctrl+D", "demo"
        )
        self.analyze_files = self._make(
            self.tr("Analyse several files…"),
            self.tr("Analyse several files"),
            "Ctrl+Shift+O",
        )
        self.import_bundle = self._make(
            self.tr("Import bundle…"),
            self.tr("Import sessions from another computer"),
            "",
        )
        self.snapshot = self._make(
            self.tr("Snapshot"), self.tr("Save the picture as shown on screen"), "S", "snapshot"
        )
        self.new_window = self._make(
            self.tr("New window for another camera"),
            self.tr("Open another window, for another camera at the same time"),
            QKeySequence.StandardKey.New,
        )
        self.settings = self._make(self.tr("Settings…"), self.tr("Settings"), "Ctrl+,", "settings")
        self.quit = self._make(self.tr("Quit"), self.tr("Close the application"), "Ctrl+Q")

    def _make_source_actions(self) -> None:
        self.start = self._make(self.tr("Start"), self.tr("Start or stop the source"), "F6", "play")
        self.rescan = self._make(
            self.tr("Search for cameras again"), self.tr("Search for cameras"), "F5"
        )
        self.play = self._make(
            self.tr("Play or pause"), self.tr("Play or pause"), "Space", "play", is_bare=True
        )
        self.step_back = self._make(
            self.tr("Previous frame"), self.tr("Previous frame"), "Left", "step_back", is_bare=True
        )
        self.step_forward = self._make(
            self.tr("Next frame"), self.tr("Next frame"), "Right", "step_forward", is_bare=True
        )
        self.seek_back = self._make(
            self.tr("5 seconds back"), self.tr("5 seconds back"), "Shift+Left", is_bare=True
        )
        self.seek_forward = self._make(
            self.tr("5 seconds forward"), self.tr("5 seconds forward"), "Shift+Right", is_bare=True
        )

        self.pause_analysis = self._make(
            self.tr("Pause analysis"),
            self.tr("Pause or resume the analysis"),
            "Ctrl+Shift+P",
            checkable=True,
        )

        self.analysis_options = self._make(
            self.tr("Analysis options…"),
            self.tr("Analyse every n-th frame, or a part of a file"),
            "",
        )

    def _make_session_actions(self) -> None:
        self.mark = self._make(self.tr("Mark"), self.tr("Mark this moment"), "M", "mark")
        self.people = self._make(
            self.tr("Faces…"),
            self.tr("Name, merge, split and hide faces"),
            "Ctrl+Shift+F",
        )
        self.why = self._make(
            self.tr("Why this expression?"), self.tr("Show what in the face speaks for it"), "W"
        )
        self.record = self._make(
            self.tr("Record"),
            self.tr("Record a video"),
            "R",
            "record",
            checkable=True,
        )
        self.record_kinds = QActionGroup(self)
        for value, text, tip in (
            ("labels", self.tr("With labels"), self.tr("Record what the overlay shows")),
            (
                "clean",
                self.tr("Clean, with the sound of the file"),
                self.tr("Record the picture as it is; see Sound of recordings for cameras"),
            ),
            (
                "blurred",
                self.tr("Faces blurred"),
                self.tr("Record without recognisable faces, and without sound"),
            ),
        ):
            action = self._make(text, tip, "", checkable=True)
            action.setData(value)
            self.record_kinds.addAction(action)
        self.record_sound = self._make(
            self.tr("Sound of recordings…"),
            self.tr("Choose whether the microphone is recorded with clean videos of cameras"),
            "",
        )
        self.calibrate = self._make(
            self.tr("Calibrate…"),
            self.tr("Correct the scores of a face for its own neutral expression"),
            "Ctrl+K",
            "calibrate",
        )
        self.remove_calibration = self._make(
            self.tr("Remove calibration"),
            self.tr("Show uncorrected scores for all faces and turn automatic calibration off"),
            "",
        )
        self.export = self._make(
            self.tr("Export table…"),
            self.tr("Export this session as a table"),
            "Ctrl+E",
            "export",
        )
        self.summary = self._make(
            self.tr("Summary"),
            self.tr("Show the summary of this session"),
            "Ctrl+I",
        )
        self.report = self._make(
            self.tr("Save report…"),
            self.tr("Save a report of this session"),
            "Ctrl+Shift+E",
        )
        self.sessions = self._make(
            self.tr("Past sessions…"),
            self.tr("View, export and delete past sessions"),
            "Ctrl+H",
            "sessions",
        )
        self.analyze_again = self._make(
            self.tr("Analyse again"),
            self.tr("Analyse this session's file, or clean recording, with the model in use"),
            "",
        )
        self.open_model = self._make(
            self.tr("Open model folder…"), self.tr("Use a model from a folder"), "Ctrl+M", "folder"
        )
        self.manage_models = self._make(
            self.tr("Manage models…"), self.tr("View, import, export and delete models"), ""
        )
        self.train_model = self._make(
            self.tr("Train new model…"), self.tr("Train a model on your own pictures"), "Ctrl+T"
        )
        self.train_on_corrections = self._make(
            self.tr("Train on corrections…"),
            self.tr("Fine-tune the model on the moments that you have corrected"),
            "",
        )
        self.last_training = self._make(
            self.tr("Resume training…"),
            self.tr("Return to a training whose model is neither kept nor discarded yet"),
            "",
        )
        self.last_training.setVisible(False)
        self.former_model = self._make(
            self.tr("Back to the previous model"),
            self.tr("Use the previous model again"),
            "",
        )
        self.about_model = self._make(
            self.tr("About this model"), self.tr("What the model recognises, and how well"), ""
        )

    def _make_annotation_actions(self) -> None:
        self.marks = self._make(
            self.tr("Marks…"), self.tr("List, edit, import and export marks"), "Ctrl+Shift+M"
        )
        self.mark_keys_options = self._make(
            self.tr("Mark keys…"), self.tr("Choose what the keys 1 to 9 mark"), ""
        )
        self.corrections = self._make(
            self.tr("Corrections…"),
            self.tr("Label faces yourself, compare raters, and train on it"),
            "Ctrl+Shift+C",
        )
        self.mark_keys = [self._make_numbered(str(number)) for number in DIGITS]
        self.correction_keys = [self._make_numbered(f"Ctrl+{number}") for number in DIGITS]
        # Digits alone are wanted by whatever takes numbers.
        for action in self.mark_keys:
            self.bare[action] = action.shortcut()
            action.setShortcut(QKeySequence())

    @property
    def numbered(self) -> list[QAction]:
        """Those of the keys 1 to 9, which get their words from whoever uses them."""
        return [*self.mark_keys, *self.correction_keys]

    def _make_view_actions(self) -> None:
        self.full_screen = self._make(
            self.tr("Full screen"), self.tr("Show only the picture"), "F11", checkable=True
        )
        self.zoom_in = self._make(
            self.tr("Zoom in"), self.tr("Zoom in"), QKeySequence.StandardKey.ZoomIn, "zoom_in"
        )
        self.zoom_out = self._make(
            self.tr("Zoom out"), self.tr("Zoom out"), QKeySequence.StandardKey.ZoomOut, "zoom_out"
        )
        self.fit = self._make(
            self.tr("Whole picture"), self.tr("Whole picture"), "Ctrl+0", "zoom_fit"
        )
        self.mirror = self._make(
            self.tr("Mirror cameras"), self.tr("Show cameras as a mirror"), "", checkable=True
        )
        self.boxes = self._make(self.tr("Boxes"), self.tr("Show boxes"), "", checkable=True)
        self.labels = self._make(self.tr("Labels"), self.tr("Show labels"), "", checkable=True)
        self.bars = self._make(
            self.tr("Bars beside faces"), self.tr("Show bars in the picture"), "", checkable=True
        )
        self.guides = self._make(
            self.tr("Head, gaze and mesh"),
            self.tr("Show head, gaze and mesh where they are measured"),
            "",
            checkable=True,
        )
        self.measures = self._make(
            self.tr("Measures…"), self.tr("Choose what else is measured of faces"), ""
        )
        self.themes = QActionGroup(self)
        for value, text in {
            "system": self.tr("System default"),
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
        }.items():
            action = self._make(text, text, "", checkable=True)
            action.setData(value)
            self.themes.addAction(action)
        self.reset_layout = self._make(
            self.tr("Reset layout"), self.tr("Restore the default layout"), ""
        )

    def _make_help_actions(self) -> None:
        self.shortcuts = self._make(
            self.tr("Keyboard shortcuts"), self.tr("List the keyboard shortcuts"), "?"
        )
        self.welcome = self._make(
            self.tr("What this application does"), self.tr("Purpose, limits and legal notes"), ""
        )
        self.show_log = self._make(
            self.tr("Show log file"), self.tr("Open the folder of the log file"), ""
        )
        self.about = self._make(self.tr("About FER Desktop"), self.tr("Version and licence"), "")

    def _make(
        self,
        text: str,
        tip: str,
        key: _Key,
        drawing: str = "",
        *,
        checkable: bool = False,
        is_bare: bool = False,
    ) -> QAction:
        action = QAction(text, self)
        action.setIconText(text.removesuffix("…"))
        action.setCheckable(checkable)
        keys = QKeySequence(key)
        shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
        if is_bare:
            self.bare[action] = keys
            action.setText(f"{text}\t{shown}")  # where menus show keys
        else:
            action.setShortcut(keys)
        action.setToolTip(f"{tip} ({shown})" if shown else tip)
        action.setWhatsThis(tip)
        self._drawings[action] = drawing
        self._draw(action)
        return action

    def _make_numbered(self, key: str) -> QAction:
        action = QAction(self)
        action.setShortcut(QKeySequence(key))
        return action

    def _draw(self, action: QAction) -> None:
        name = self._drawings[action]
        if name:
            # While it records, red: the only drawing that warns.
            warns = name == "record"
            action.setIcon(icon(name, checked_color=current_tokens().error if warns else ""))
