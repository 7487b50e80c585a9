"""While the camera collects: the picture, what is asked for, and what has come together."""

import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.errors import FerError
from fer_desktop.training.collection import CollectionPlan, CollectionState
from fer_desktop.training.frame_quality import Flaw
from fer_desktop.ui.look.wording import label_text, translate
from fer_desktop.ui.training.collecting.crop_preview import CollectPicture
from fer_desktop.ui.widgets.label_bars import LabelBars
from fer_desktop.ui.widgets.note import Note

_SIDE_PX: Final = 270
_CROP_PX: Final = 80
# What passes sooner is not worth a word, and nobody can read what changes faster.
_PATIENCE_S: Final = 0.5


class CollectView(QWidget):
    """Shows a collection.

    Signals:
        pause_toggled: whether the person wants a pause.
        skipped: the person wants the next expression.
        redo_wanted: the last pictures were no good.
        finish_wanted: it is enough.
        camera_wanted: the camera shall be opened again.
    """

    pause_toggled = Signal(bool)
    skipped = Signal()
    redo_wanted = Signal()
    finish_wanted = Signal()
    camera_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan = CollectionPlan(Path(), ())
        self._flaw: Flaw | None = None  # the one that is shown
        self._fit_s = self._told_s = time.monotonic()
        self.picture = CollectPicture(self)
        self.prompt = QLabel(self)
        self.prompt.setProperty("role", "title")
        self.prompt.setTextFormat(Qt.TextFormat.PlainText)
        self.prompt.setWordWrap(True)
        self.round = QLabel(self)
        self.round.setProperty("role", "muted")
        self.status = QLabel(self)
        self.status.setProperty("role", "heading")
        self.status.setWordWrap(True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.status.setMinimumHeight(2 * self.status.fontMetrics().height() + 14)
        self.bars = LabelBars(self, can_choose=False)
        self.newest = QLabel(self)
        self.newest.setFixedSize(_CROP_PX, _CROP_PX)
        self.newest.setAccessibleName(self.tr("Latest picture"))
        self.newest_text = QLabel(self.tr("Nothing has been stored yet."), self)
        self.newest_text.setProperty("role", "muted")
        self.newest_text.setMinimumHeight(_CROP_PX)  # nothing jumps when the first one comes
        self.newest_text.setWordWrap(True)
        self.note = Note(parent=self)
        self.camera_button = self._make_button(self.tr("Open the camera"))
        self.pause_button = self._make_button(self.tr("Pause"))
        self.pause_button.setCheckable(True)
        self.pause_button.setToolTip(
            self.tr("Take your time to change your position or the lighting")
        )
        self.redo_button = self._make_button(self.tr("Redo"))
        self.redo_button.setToolTip(
            self.tr("Delete the pictures of this expression in this round and take them again")
        )
        self.skip_button = self._make_button(self.tr("Skip"))
        self.skip_button.setToolTip(self.tr("Continue with the next expression"))
        self.finish_button = self._make_button(self.tr("Finish"))
        self.finish_button.setToolTip(self.tr("Use what was collected so far"))
        self.camera_button.clicked.connect(self.camera_wanted)
        self.pause_button.toggled.connect(self._on_pause)
        self.redo_button.clicked.connect(self.redo_wanted)
        self.skip_button.clicked.connect(self.skipped)
        self.finish_button.clicked.connect(self.finish_wanted)
        self._lay_out()
        self.say_trouble("")

    def begin(self, plan: CollectionPlan, *, mirrored: bool) -> None:
        """Prepare for a collection."""
        self._plan = plan
        self.picture.begin(live=True, mirrored=mirrored, zoomable=False)
        self.newest.hide()
        self.newest_text.setText(self.tr("Nothing has been stored yet."))
        self.pause_button.setChecked(False)
        self.say_trouble("")
        self.note.say("")

    def show_state(self, state: CollectionState) -> None:
        """Show how it stands."""
        self.bars.show_counts(state.counts, self._plan.per_label)
        self.bars.choose(state.label)
        self.prompt.setText(self.tr("All done") if state.is_done else label_text(state.label))
        text = self.tr("Round {round} of {rounds}, {taken} of {wanted}")
        self.round.setText(
            text.format(
                round=state.round,
                rounds=self._plan.rounds,
                taken=state.taken if not state.is_done else self._plan.per_round,
                wanted=self._plan.per_round,
            )
        )
        if state.newest is not None:
            self._show_newest(state)
        self._note_flaw(state.flaw)
        self.picture.show_fitness(self._flaw is None)
        if self.pause_button.isChecked():
            return
        if state.is_done:
            self.status.setText(self.tr("Thank you: all pictures have been taken."))
        elif self._flaw is not None:
            self.status.setText(flaw_text(self._flaw))
        elif state.ready_in_s > 0 and not state.taken:
            text = self.tr("Get ready: {seconds}")
            self.status.setText(text.format(seconds=int(state.ready_in_s) + 1))
        elif state.flaw is None:
            self.status.setText(self.tr("Hold the expression and move your head a little"))

    def say_trouble(self, trouble: str, *, can_reopen: bool = False) -> None:
        """Tell why no pictures come or can be written; nothing takes it away again."""
        self.note.setVisible(bool(trouble))
        self.note.setProperty("role", "error")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        self.note.setText(trouble)
        self.camera_button.setVisible(bool(trouble) and can_reopen)

    def say_failed(self, error: FerError, count: int, folder: Path) -> None:
        """Tell why a picture could not be stored, and what became of the others."""
        kept = self.tr("The pictures stored so far are kept in {folder}.").format(folder=folder)
        self.say_trouble(f"{error} {kept}" if count and folder.is_dir() else str(error))

    def _on_pause(self, is_paused: bool) -> None:
        self.pause_button.setText(self.tr("Continue") if is_paused else self.tr("Pause"))
        if is_paused:
            self.status.setText(self.tr("Paused"))
        self.pause_toggled.emit(is_paused)

    def _note_flaw(self, flaw: Flaw | None) -> None:
        """Choose the flaw to show: one that lasts, and each long enough to be read."""
        now_s = time.monotonic()
        if flaw is None:
            self._fit_s, self._flaw = now_s, None
        elif now_s - max(self._fit_s, self._told_s) >= _PATIENCE_S and flaw is not self._flaw:
            self._flaw, self._told_s = flaw, now_s

    def _show_newest(self, state: CollectionState) -> None:
        crop = state.newest
        if crop is None:
            return
        height, width, _ = crop.shape
        image = QImage(crop.data, width, height, crop.strides[0], QImage.Format.Format_RGB888)
        size = QSize(_CROP_PX, _CROP_PX) * self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(image).scaled(
            size, mode=Qt.TransformationMode.SmoothTransformation
        )
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self.newest.setPixmap(pixmap)
        self.newest.show()
        text = self.tr("Stored pictures: {count}")
        self.newest_text.setText(text.format(count=state.total))

    def _make_button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self.picture, 1)
        left.addWidget(self.status)
        stored = QHBoxLayout()
        stored.setSpacing(12)
        stored.addWidget(self.newest)
        stored.addWidget(self.newest_text, 1)
        scroll = QScrollArea(self)
        scroll.setWidget(self.bars)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side = QWidget(self)
        side.setFixedWidth(_SIDE_PX)
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(6)
        asked = QLabel(self.tr("Show this expression:"), self)
        asked.setProperty("role", "muted")
        right.addWidget(asked)
        right.addWidget(self.prompt)
        right.addWidget(self.round)
        right.addSpacing(4)
        right.addWidget(scroll, 1)
        right.addLayout(stored)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(left, 1)
        columns.addWidget(side)
        trouble = QHBoxLayout()
        trouble.addWidget(self.note, 1)
        trouble.addWidget(self.camera_button)
        row = QHBoxLayout()
        for button in (self.pause_button, self.redo_button, self.skip_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.finish_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(columns, 1)
        layout.addLayout(trouble)
        layout.addLayout(row)
        self.note.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)


def flaw_text(flaw: Flaw) -> str:
    """Return what is wrong with a frame, and what helps."""
    match flaw:
        case Flaw.NO_FACE:
            return translate("Flaw", "No face in the picture: look at the camera")
        case Flaw.SEVERAL_FACES:
            return translate("Flaw", "Several faces: only one may be in the picture")
        case Flaw.TOO_FAR:
            return translate("Flaw", "Too far away: move closer")
        case Flaw.CUT_OFF:
            return translate("Flaw", "The face is cut off: move to the centre")
        case Flaw.TOO_DARK:
            return translate("Flaw", "Too dark: more light on the face")
        case Flaw.TOO_BRIGHT:
            return translate("Flaw", "Too bright: less light on the face")
        case Flaw.BLURRED:
            return translate("Flaw", "Blurred: hold still, or wipe the lens")
        case Flaw.ALIKE:
            return translate(
                "Flaw", "Too similar to the last picture: move or turn your head a little"
            )
