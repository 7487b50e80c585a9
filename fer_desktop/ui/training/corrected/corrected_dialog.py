"""From corrections to pictures that a model can learn from."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.errors import FerError
from fer_desktop.training.corrected_pictures import (
    CorrectedPictures,
    CorrectedSession,
    make_pictures,
)
from fer_desktop.training.job_progress import Work
from fer_desktop.ui.dialogs.asking_dialog import fitting_size
from fer_desktop.ui.look.wording import label_text
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.unfinished import Making
from fer_desktop.ui.sessions.session_texts import session_name
from fer_desktop.ui.widgets.folder_row import FolderRow
from fer_desktop.ui.widgets.note import Note
from fer_desktop.ui.widgets.plain_button import plain_button
from fer_desktop.ui.widgets.row_table import RowTable
from trainer.contract.crop import CropGeometry
from trainer.contract.text import counted, one_line

_SIZE: Final = QSize(720, 470)
_LOOK_MS: Final = 150


class CorrectedDialog(QDialog):
    """Chooses sessions, makes pictures of their corrections, and hands them to the wizard.

    Signals:
        pictures_ready: the folder of the pictures, once the person wants to train on them.
    """

    pictures_ready = Signal(object)

    def __init__(
        self,
        find: Callable[[], list[CorrectedSession]],
        shown: Path | None,
        folder: Path,
        geometry: Callable[[], CropGeometry],
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        """Look for corrections.

        Args:
            find: returns the sessions that have some; called off the GUI thread.
            shown: the session that is on screen, which is chosen first.
            folder: where the pictures go; it must not exist yet.
            geometry: how much of a face the model in use looks at.
            background: does the work.
            parent: the window.
        """
        super().__init__(parent)
        self._first = shown
        self._geometry = geometry
        self._background = background
        self._sessions: list[CorrectedSession] = []
        self._work: Work | None = None
        self._is_closed = False
        self.made: CorrectedPictures | None = None
        self.setWindowTitle(self.tr("Train on corrections"))
        self.resize(fitting_size(self, _SIZE))
        self.intro = QLabel(
            self.tr(
                "Each corrected moment becomes a picture of the face, cut out as the model sees "
                "it; of intervals, two pictures a second. Sessions and persons are kept together, "
                "and some are held back to compare the new model with the one in use."
            ),
            self,
        )
        self.intro.setWordWrap(True)
        headings = [self.tr("Session"), self.tr("Corrections"), self.tr("Pictures")]
        name = self.tr("Sessions with corrections")
        self.table = RowTable(headings, name, numbers=(1,), parent=self)
        self.table.itemChanged.connect(self._refresh)
        title = QLabel(self.tr("The pictures are written to this folder:"), self)
        title.setProperty("role", "muted")
        self.folder = FolderRow(self.tr("Folder for the pictures"), self)
        self.folder.set_folder(folder)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.note = Note(parent=self)
        self.make_button = plain_button(self.tr("Make pictures"), self._make, self)
        self.make_button.setProperty("role", "primary")
        self.train_button = plain_button(self.tr("Train on them…"), self._train, self)
        self.train_button.setProperty("role", "primary")
        self.train_button.hide()
        self.close_button = plain_button(self.tr("Close"), self.reject, self)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.make_button, self.train_button, self.close_button):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        for widget in (
            self.intro,
            self.table,
            title,
            self.folder,
            self.bar,
            self.note,
        ):
            layout.addWidget(widget, int(widget is self.table))
        layout.addLayout(row)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._show_progress)
        self.finished.connect(self._stop)
        self.note.say(self.tr("Looking for corrections…"))
        self._refresh()
        background.run("finding corrections", find, self._show_found, self._say_unfound)

    def chosen(self) -> list[CorrectedSession]:
        """Return the sessions that are ticked."""
        checked = Qt.CheckState.Checked
        return [
            session
            for row, session in enumerate(self._sessions)
            if (item := self.table.item(row, 0)) is not None and item.checkState() == checked
        ]

    def _show_found(self, found: list[CorrectedSession]) -> None:
        if not self._is_closed:
            self._show(found)

    def _say_unfound(self, error: FerError) -> None:
        if not self._is_closed:
            self.note.say_error(error)

    def _show(self, found: Sequence[CorrectedSession]) -> None:
        self._sessions = list(found)
        usable = [session for session in found if session.is_usable]
        first = [session for session in usable if session.summary.path == self._first]
        self.table.blockSignals(True)
        self.table.setRowCount(len(found))
        for row, session in enumerate(found):
            texts = (
                one_line(session_name(session.summary)),
                f"{session.corrections:,}",
                self._pictures_text(session),
            )
            items = [self.table.put(row, column, text) for column, text in enumerate(texts)]
            is_chosen = session.is_usable and session in (first or usable)
            checked, unchecked = Qt.CheckState.Checked, Qt.CheckState.Unchecked
            items[0].setCheckState(checked if is_chosen else unchecked)
            for item in items:
                if not session.is_usable:
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.table.blockSignals(False)
        if not found:
            self.note.say(self.tr("No session has corrections yet."))
        elif not usable:
            self.note.say(self.tr("None of these sessions has pictures to learn from."))
        else:
            self.note.say("")
        self._refresh()

    def _pictures_text(self, session: CorrectedSession) -> str:
        pictures = session.pictures
        if session.is_usable:
            return self.tr("found") if pictures.file is not None else self.tr("recorded")
        if pictures.parts():
            kinds = {found.recording.kind for found in pictures.recordings}
            if "clean" not in kinds:
                return self.tr("recorded with labels or blurred: only clean recordings are used")
        return {
            "": "",
            "live": self.tr("not kept: it was live and was not recorded"),
            "missing": self.tr("file not found"),
            "changed": self.tr("the file has changed since"),
        }[pictures.problem]

    def _refresh(self) -> None:
        is_idle = self._work is None and self.made is None
        self.make_button.setEnabled(is_idle and bool(self.chosen()))
        self.make_button.setVisible(self.made is None)
        self.train_button.setVisible(self.made is not None)
        self.table.setEnabled(is_idle)
        self.folder.button.setEnabled(is_idle)

    def _make(self) -> None:
        sessions, target, geometry = self.chosen(), self.folder.folder, self._geometry()
        work = self._work = Work()
        self.bar.setRange(0, 0)
        self.bar.show()
        self.note.say(self.tr("Cutting out faces…"))
        self._look.start()
        self._refresh()

        def end(made: CorrectedPictures | None) -> None:
            if self._work is work:
                self._end()
                self._show_made(made)

        def fail(error: FerError) -> None:
            if self._work is work:
                self._end()
                self.note.say_error(error)
                self._refresh()

        self._background.run(
            "making training pictures",
            lambda: make_pictures(sessions, target, geometry, work),
            end,
            fail,
            makes=Making.of("pictures", target),
        )

    def _end(self) -> None:
        self._work = None
        self._look.stop()
        self.bar.hide()

    def _show_made(self, made: CorrectedPictures | None) -> None:
        self.made = made
        if made is not None:
            self.note.say(" ".join(self._said(made)))
        self._refresh()

    def _said(self, made: CorrectedPictures) -> list[str]:
        counts = ", ".join(f"{label_text(label)} {n:,}" for label, n in made.counts.items())
        text = self.tr("Made {pictures} ({counts}): {train} to learn from, {held} held back.")
        said = [
            text.format(
                pictures=counted(sum(made.counts.values()), "picture"),
                counts=counts,
                train=f"{made.splits['train']:,}",
                held=f"{made.splits['validation'] + made.splits['test']:,}",
            )
        ]
        if made.grouping == "session":
            said.append(self.tr("No session and no person is on both sides."))
        elif made.grouping == "person":
            said.append(
                self.tr(
                    "No person is on both sides, but sessions are: figures will be somewhat too "
                    "good for other recordings."
                )
            )
        else:
            said.append(
                self.tr(
                    "The same persons are on both sides, at other times: figures will only hold "
                    "for them. Correct three sessions or persons at least for figures that hold "
                    "for others."
                )
            )
        return [*said, *made.notes]

    def _train(self) -> None:
        if self.made is not None:
            folder = self.made.folder
            self.accept()
            self.pictures_ready.emit(folder)

    def _show_progress(self) -> None:
        if self._work is not None and self._work.total:
            self.bar.setRange(0, self._work.total)
            self.bar.setValue(self._work.done)

    def _stop(self) -> None:
        work, self._work = self._work, None
        self._is_closed = True
        self._look.stop()
        if work is not None:
            work.stop()
