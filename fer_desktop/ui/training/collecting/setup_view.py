"""Before the camera collects: which expressions, how many, and where to, with consent."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.errors import FerError
from fer_desktop.training.collection import MIN_ROUNDS, CollectionPlan, check_label
from fer_desktop.training.picture_folder import PicturesError
from fer_desktop.ui.look.wording import action_text, breakable, label_text
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.widgets.folder_row import FolderRow
from fer_desktop.ui.widgets.note import Note
from trainer.contract.labels import LABEL_SETS
from trainer.contract.text import counted

_COLUMNS: Final = 4
_TEXT_PX: Final = 400  # told less, the form leaves room for lines that are not there
_MAX_ROUNDS: Final = 30
_SECONDS_EACH: Final = 0.6
_SECONDS_PROMPT: Final = 3.5


class CollectSetup(QWidget):
    """Makes the plan of a collection.

    Attributes:
        is_touched: whether the person has changed the list of expressions.

    Signals:
        start_wanted: the person agreed and wants to begin.
        left: the person wants to choose pictures in another way.
    """

    start_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: list[QCheckBox] = []
        self.is_touched = False
        self._cameras: list[SourceRequest] | None = None
        self.new_label = QLineEdit(self)
        self.new_label.setPlaceholderText(self.tr("your own, for example wink"))
        self.new_label.setAccessibleName(self.tr("Name of your own expression"))
        self.new_label.setFixedWidth(240)
        self.add_button = QPushButton(self.tr("Add"), self)
        self.add_button.setAutoDefault(False)
        self.add_button.setEnabled(False)
        self.label_note = Note(parent=self)
        self.label_note.hide()
        self.camera = QComboBox(self)
        self.camera.setAccessibleName(self.tr("Camera"))
        self.camera.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.camera.setMinimumContentsLength(24)
        self.rounds = QSpinBox(self)
        self.rounds.setRange(MIN_ROUNDS, _MAX_ROUNDS)
        self.rounds.setValue(5)
        self.per_round = QSpinBox(self)
        self.per_round.setRange(2, 100)
        self.per_round.setValue(10)
        self.sum = QLabel(self)
        self.sum.setProperty("role", "muted")
        self.sum.setWordWrap(True)
        self.sum.setMinimumWidth(_TEXT_PX)
        self.folder = FolderRow(self.tr("Folder for the pictures"), self)
        self.consent = QCheckBox(self)
        self.consent_text = QLabel(self)
        self.consent_text.setWordWrap(True)
        self.consent_text.setMinimumWidth(_TEXT_PX - 40)
        self.consent_text.setTextFormat(Qt.TextFormat.PlainText)
        self.consent_text.setBuddy(self.consent)
        self.note = Note(parent=self)
        self.note.hide()
        self.start_button = QPushButton(self.tr("Start"), self)
        self.start_button.setProperty("role", "primary")
        self.start_button.setAutoDefault(False)
        self.back_button = QPushButton(self.tr("Other pictures"), self)
        self.back_button.setAutoDefault(False)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(8)
        self._lay_out()
        self._connect()
        self.offer_labels(LABEL_SETS["fer7"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The expressions to be asked for."""
        return tuple(box.property("label") for box in self.boxes if box.isChecked())

    @property
    def request(self) -> SourceRequest | None:
        """The camera that was chosen."""
        request = self.camera.currentData()
        return request if isinstance(request, SourceRequest) else None

    def plan(self) -> CollectionPlan:
        """Return what shall be collected."""
        return CollectionPlan(
            self.folder.folder, self.labels, self.rounds.value(), self.per_round.value()
        )

    def offer_labels(self, labels: Sequence[str]) -> None:
        """Offer these expressions, all of them chosen."""
        for box in self.boxes:
            self._grid.removeWidget(box)
            box.deleteLater()
        self.boxes = []
        for label in labels:
            self._add_box(label)
        self._update()

    def offer_cameras(self, requests: Sequence[SourceRequest]) -> None:
        """Offer these cameras, the likeliest first."""
        if self._cameras == list(requests):
            return
        wanted, self._cameras = self.request, list(requests)
        self.camera.clear()
        for request in requests:
            self.camera.addItem(request.title, request)
        if wanted is not None and wanted in requests:
            self.camera.setCurrentIndex(self._cameras.index(wanted))
        self.camera.setEnabled(bool(requests))
        if not requests:
            self.camera.addItem(self.tr("No camera was found"), None)
        self._update()

    def set_folder(self, folder: Path) -> None:
        """Write into this folder, if the person agrees."""
        self.folder.set_folder(folder)
        self._on_folder()

    def say(self, problem: FerError | None) -> None:
        """Tell why it cannot begin; None if it can."""
        self.note.setVisible(problem is not None)
        if problem is not None:
            self.note.say_error(problem)

    def set_busy(self, is_busy: bool) -> None:
        """Allow no second start while one is being prepared."""
        self.start_button.setDisabled(is_busy)
        if not is_busy:
            self._update()

    def _add_box(self, label: str) -> None:
        box = QCheckBox(action_text(label_text(label)), self)
        box.setProperty("label", label)
        box.setChecked(True)
        box.clicked.connect(self._on_touched)
        at = len(self.boxes)
        self._grid.addWidget(box, at // _COLUMNS, at % _COLUMNS)
        self.boxes.append(box)
        QWidget.setTabOrder(self.boxes[at - 1] if at else self, box)

    def _on_touched(self) -> None:
        self.is_touched = True
        self._update()

    def _on_add(self) -> None:
        label = self.new_label.text().strip()
        try:
            check_label(label, [box.property("label") for box in self.boxes])
        except PicturesError as error:
            self.label_note.say_error(error)
            self.label_note.show()
            return
        self.label_note.hide()
        self.new_label.clear()
        self._add_box(label)
        self._on_touched()

    def _on_folder(self) -> None:
        """Ask again: consent was given for another folder."""
        text = self.tr(
            "Everyone in front of the camera agrees that pictures of their face are stored in"
            " {folder}. The pictures stay on this computer until somebody deletes them."
        )
        self.consent_text.setText(text.format(folder=breakable(self.folder.folder)))
        self.consent.setAccessibleName(text.format(folder=self.folder.folder))
        self.consent.setChecked(False)
        self.say(None)
        self._update()

    def _update(self) -> None:
        plan = self.plan()
        count = len(plan.labels)
        seconds = count * plan.rounds * (_SECONDS_PROMPT + _SECONDS_EACH * plan.per_round)
        if count < 2:
            self.sum.setText(self.tr("Choose at least two expressions."))
        else:
            text = self.tr(
                "{per_label} pictures of each of {count} expressions: about {minutes}. Change your "
                "position or the lighting from round to round: one round is held out for testing, "
                "and one for validation."
            )
            self.sum.setText(
                text.format(
                    per_label=plan.per_label,
                    count=count,
                    minutes=counted(max(1, round(seconds / 60)), "minute"),
                )
            )
        self.start_button.setEnabled(
            count >= 2 and self.request is not None and self.consent.isChecked()
        )

    def _connect(self) -> None:
        self.new_label.textChanged.connect(
            lambda text: self.add_button.setEnabled(bool(text.strip()))
        )
        self.new_label.returnPressed.connect(self._on_add)
        self.add_button.clicked.connect(self._on_add)
        self.rounds.valueChanged.connect(self._update)
        self.per_round.valueChanged.connect(self._update)
        self.camera.currentIndexChanged.connect(self._update)
        self.folder.changed.connect(self._on_folder)
        self.consent.toggled.connect(self._update)
        self.start_button.clicked.connect(self.start_wanted)
        self.back_button.clicked.connect(self.left)

    def _lay_out(self) -> None:
        own = QHBoxLayout()
        own.setSpacing(8)
        own.addWidget(self.new_label)
        own.addWidget(self.add_button)
        own.addStretch(1)
        labels = QVBoxLayout()
        labels.setSpacing(8)
        labels.addLayout(self._grid)
        labels.addLayout(own)
        labels.addWidget(self.label_note)
        counts = QHBoxLayout()
        counts.setSpacing(8)
        counts.addWidget(self.rounds)
        counts.addWidget(QLabel(self.tr("rounds of"), self))
        counts.addWidget(self.per_round)
        counts.addWidget(QLabel(self.tr("pictures per expression"), self))
        counts.addStretch(1)
        form = QFormLayout()
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Expressions:"), labels)
        form.addRow(self.tr("Number:"), counts)
        form.addRow("", self.sum)
        which = QHBoxLayout()
        which.addWidget(self.camera)
        which.addStretch(1)
        form.addRow(self.tr("Camera:"), which)
        form.addRow(self.tr("Folder:"), self.folder)
        agreed = QHBoxLayout()
        agreed.setSpacing(8)
        agreed.addWidget(self.consent, 0, Qt.AlignmentFlag.AlignTop)
        agreed.addWidget(self.consent_text, 1, Qt.AlignmentFlag.AlignTop)
        form.addRow("", agreed)
        inside = QWidget(self)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.addLayout(form)
        layout.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        row = QHBoxLayout()
        row.addWidget(self.back_button)
        row.addStretch(1)
        row.addWidget(self.start_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll, 1)
        outer.addWidget(self.note)
        outer.addLayout(row)
