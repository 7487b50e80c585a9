"""Whole photographs: where the faces in them go, and how far it is."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.errors import FerError
from fer_desktop.training.job_progress import Work
from fer_desktop.training.picture_folder import Survey
from fer_desktop.ui.look.wording import breakable
from fer_desktop.ui.widgets.folder_row import FolderRow
from fer_desktop.ui.widgets.note import Note

_LOOK_MS = 150


class PhotosView(QWidget):
    """Asks before faces are cut out, and shows the progress.

    Signals:
        start_wanted: faces shall be cut out.
        folder_changed: the person has chosen another folder for the faces.
        stop_wanted: enough for now.
        left: the person wants to choose other pictures.
    """

    start_wanted = Signal()
    folder_changed = Signal()
    stop_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work: Work | None = None
        self.heading = QLabel(self)
        self.heading.setProperty("role", "heading")
        self.heading.setWordWrap(True)
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.folder_title = QLabel(self.tr("The faces are written to this folder:"), self)
        self.folder_title.setProperty("role", "muted")
        self.folder = FolderRow(self.tr("Folder for the faces"), self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.progress = QLabel(self)
        self.progress.setProperty("role", "muted")
        self.note = Note(parent=self)
        self.back_button = QPushButton(self.tr("Other pictures"), self)
        self.stop_button = QPushButton(self.tr("Stop"), self)
        self.start_button = QPushButton(self.tr("Crop the faces"), self)
        self.start_button.setProperty("role", "primary")
        for button in (self.back_button, self.stop_button, self.start_button):
            button.setAutoDefault(False)
        self.folder.changed.connect(self.folder_changed)
        self.back_button.clicked.connect(self.left)
        self.stop_button.clicked.connect(self.stop_wanted)
        self.start_button.clicked.connect(self.start_wanted)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._show_progress)
        self._lay_out()

    def propose(self, found: Survey, target: Path) -> None:
        """Ask whether the photographs of a folder may be gone through."""
        self.heading.setText(
            self.tr("Pictures that may be whole photographs: {count}").format(
                count=f"{len(found.large):,}"
            )
        )
        self.text.setText(
            self.tr(
                "Models are trained on faces cropped the way this application crops them. "
                "Each of these pictures is searched for faces: a photograph with one face is "
                "cropped, one with no face or several is skipped and listed, and a picture "
                "that is already a crop is used as it is. The photographs themselves are not "
                "changed."
            )
        )
        self.folder.set_folder(target)
        self.refuse(None)
        self.start_button.setText(self.tr("Crop the faces"))
        self._show(is_running=False, has_folder=True)

    def refuse(self, reason: FerError | None) -> None:
        """Allow no start with the chosen folder, or allow it again."""
        self.start_button.setDisabled(reason is not None)
        if reason is not None:
            self.note.say_error(reason)
        else:
            self.note.say("")

    def say_stopped(self, error: FerError | None, folder: Path) -> None:
        """Tell that it ended early, and let it go on."""
        kept = self.tr("The faces cropped so far are kept in {folder}.").format(folder=folder)
        happened = str(error) if error is not None else self.tr("Stopped.")
        text = f"{happened} {kept}" if folder.is_dir() else happened
        if error is not None:
            self.note.say_error(FerError(text))
        else:
            self.note.say(text)
        self.start_button.setText(self.tr("Continue"))
        self._show(is_running=False, has_folder=True)

    def follow(self, work: Work) -> None:
        """Show how far the cutting out is."""
        self._follow(work, has_folder=True)

    def follow_look(self, work: Work, path: Path) -> None:
        """Show how far the pictures of a folder or csv have been looked at."""
        self.heading.setText(self.tr("Checking the pictures…"))
        self.text.setText(breakable(path))
        self.note.say("")
        self._follow(work, has_folder=False)

    def _follow(self, work: Work, *, has_folder: bool) -> None:
        self._work = work
        self._show(is_running=True, has_folder=has_folder)
        self._show_progress()

    def _show(self, *, is_running: bool, has_folder: bool) -> None:
        for widget in (self.bar, self.progress, self.stop_button):
            widget.setVisible(is_running)
        self.folder.setVisible(has_folder)
        self.folder_title.setVisible(has_folder)
        self.folder.button.setDisabled(is_running)
        self.note.setVisible(not is_running)
        self.back_button.setVisible(not is_running)
        self.start_button.setVisible(not is_running)
        self.setFocusProxy(self.stop_button if is_running else self.start_button)
        if is_running:
            self._look.start()
        else:
            self._look.stop()
            self._work = None

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no longer."""
        self._look.stop()

    def _show_progress(self) -> None:
        if self._work is None:
            return
        done, total = self._work.done, self._work.total
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        text = self.tr("{done} of {total}")
        self.progress.setText(text.format(done=f"{done:,}", total=f"{total:,}") if total else "")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.back_button)
        row.addStretch(1)
        row.addWidget(self.stop_button)
        row.addWidget(self.start_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.heading)
        layout.addWidget(self.text)
        layout.addWidget(self.folder_title)
        layout.addWidget(self.folder)
        layout.addWidget(self.bar)
        layout.addWidget(self.progress)
        layout.addWidget(self.note)
        layout.addStretch(1)
        layout.addLayout(row)
