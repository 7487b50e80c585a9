"""Where the training begins: with the model in use, or with a network that knows nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
    QWizardPage,
)

from fer_desktop.errors import FerError
from fer_desktop.training.choices import can_be_trained, read_systems
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.ui.look.wording import duration_text
from fer_desktop.ui.runtime.trainer_call import TrainerCall
from fer_desktop.ui.training.pictures.chosen_pictures import ChosenPictures
from fer_desktop.ui.training.planning.prober import Prober
from fer_desktop.ui.training.planning.system_table import SystemTable
from fer_desktop.ui.widgets.note import Note
from trainer.contract.offers import Estimate, ListedSystem
from trainer.contract.text import counted

# With fewer pictures a network that knows nothing rarely becomes better than one that does.
_FEW_PICTURES: Final = 5_000
_INDENT_PX: Final = 26


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """The model that reads faces now.

    Attributes:
        name: what the user calls it.
        folder: where it is.
        system: the trainer's name of its network.
        labels: what it tells apart.
    """

    name: str
    folder: Path
    system: str
    labels: tuple[str, ...]


class StartPage(QWizardPage):
    """Chooses between the model in use and the trainer's networks."""

    def __init__(
        self,
        dataset: Callable[[], ChosenPictures],
        in_use: Callable[[], ModelInUse | None],
        prober: Prober,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self._find_in_use = in_use
        self._in_use: ModelInUse | None = None
        self._prober = prober
        self._call = TrainerCall(self)
        self._systems: tuple[ListedSystem, ...] = ()
        self.setTitle(self.tr("Starting point"))
        self.improve = QRadioButton(self)
        self.improve_note = Note(parent=self)
        self.anew = QRadioButton(self.tr("Train a new network"), self)
        self.table = SystemTable(self)
        self.time_note = Note(parent=self)
        self.measure_button = QPushButton(self.tr("Estimate the time"), self)
        self.measure_button.setToolTip(
            self.tr("Train a few steps on your pictures to estimate the total time")
        )
        self._lay_out()
        self.improve.toggled.connect(self._on_chosen)
        self.table.itemSelectionChanged.connect(self._on_chosen)
        self.measure_button.clicked.connect(lambda: prober.measure(self.plan()))
        prober.changed.connect(self._show_times)

    def plan(self) -> TrainingPlan:
        """Return the plan as far as it is made: pictures and starting point."""
        dataset, system = self._dataset(), self.table.selected
        improves = self.improve.isChecked() and self._in_use is not None
        return TrainingPlan(
            name="",
            data=dataset.path,
            votes=dataset.votes,
            label_map=dataset.label_map,
            fixes=dataset.fixes,
            start=self._in_use.folder if improves and self._in_use is not None else None,
            system="" if improves or system is None else system.name,
            against=self._in_use.folder if self._in_use is not None else None,
        )

    def known_labels(self) -> tuple[str, ...]:
        """Return the labels of the model that it begins with."""
        improves = self.improve.isChecked() and self._in_use is not None
        return self._in_use.labels if improves and self._in_use is not None else ()

    def initializePage(self) -> None:
        """Offer what there is now."""
        self._in_use = self._find_in_use()
        if self._systems:
            self._offer()
        elif not self._call.is_running:
            self.time_note.say(self.tr("Listing the available networks…"))
            self._call.ask(["systems", "--json"], self._on_systems, self.time_note.say_error)
        self._show_choice()

    def cleanupPage(self) -> None:
        """Measure no longer: the pictures may become others."""
        self._prober.cancel()

    def isComplete(self) -> bool:
        """Whether something is chosen."""
        return bool(self._systems) and (
            self.improve.isChecked() or (self.anew.isChecked() and self.table.selected is not None)
        )

    def shut_down(self) -> None:
        """Ask no longer."""
        self._call.cancel()

    def _lay_out(self) -> None:
        indented = QVBoxLayout()
        indented.setContentsMargins(_INDENT_PX, 0, 0, 8)
        indented.addWidget(self.improve_note)
        row = QHBoxLayout()
        row.addWidget(self.time_note, 1)
        row.addWidget(self.measure_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.improve)
        layout.addLayout(indented)
        layout.addWidget(self.anew)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)

    def _on_systems(self, printed: str) -> None:
        self._systems = read_systems(printed)
        self.table.show_systems(self._systems)
        self._offer()

    def _offer(self) -> None:
        """Choose what suits, unless the person chose already."""
        can_improve = self._can_improve()
        self.improve.setEnabled(can_improve)
        if not can_improve:
            self.anew.setChecked(True)
        elif not self.anew.isChecked() and not self.improve.isChecked():
            self._recommended().setChecked(True)
        self._show_choice()
        self._on_chosen()

    def _can_improve(self) -> bool:
        return self._in_use is not None and can_be_trained(self._in_use.system, self._systems)

    def _recommended(self) -> QRadioButton:
        return self.improve if sum(self._dataset().labels.values()) < _FEW_PICTURES else self.anew

    def _show_choice(self) -> None:
        in_use, count = self._in_use, sum(self._dataset().labels.values())
        name = in_use.name if in_use is not None else ""
        if in_use is None:
            self.improve.setText(self.tr("Fine-tune the model in use"))
            self.improve_note.say(self.tr("No model is in use."))
            return
        self.improve.setText(self.tr("Fine-tune the model in use: {name}").format(name=name))
        if self._systems and not self._can_improve():
            self.improve_note.say(
                self.tr("It cannot be fine-tuned: the trainer does not know its network.")
            )
            return
        text = self.tr(
            "Starts from the model's weights and adapts them to your pictures, which may add "
            "new expressions."
        )
        if self._recommended() is self.improve:
            text += " " + self.tr("Recommended with {pictures}.").format(
                pictures=counted(count, "picture")
            )
        self.improve_note.say(text)

    def _on_chosen(self) -> None:
        self.table.setEnabled(self.anew.isChecked())
        self._show_times()
        self.completeChanged.emit()

    def _show_times(self) -> None:
        if not self._systems:
            return
        plan = self.plan()
        self.table.show_times(lambda system: self._time_of(_with_system(plan, system)))
        found, is_measuring = self._prober.found(plan), self._prober.is_measuring(plan)
        self.measure_button.setEnabled(not is_measuring and not isinstance(found, Estimate))
        if is_measuring:
            self.time_note.say(self.tr("Measuring a few training steps on your pictures…"))
        elif isinstance(found, FerError):
            self.time_note.say_error(found)
        elif isinstance(found, Estimate):
            self.time_note.say(
                self.tr(
                    "On this computer: {time} for {epochs} over {pictures}, {seconds} s per epoch."
                ).format(
                    time=duration_text(found.epochs * found.seconds_per_epoch),
                    epochs=counted(found.epochs, "epoch"),
                    pictures=counted(found.faces, "picture"),
                    seconds=f"{found.seconds_per_epoch:.2g}",
                )
            )
        else:
            self.time_note.say(self.tr("The time on this computer has not been measured yet."))

    def _time_of(self, plan: TrainingPlan) -> str:
        if self._prober.is_measuring(plan):
            return self.tr("measuring…")
        found = self._prober.found(plan)
        if not isinstance(found, Estimate):
            return ""
        return duration_text(found.epochs * found.seconds_per_epoch)


def _with_system(plan: TrainingPlan, system: ListedSystem) -> TrainingPlan:
    return TrainingPlan(
        name="",
        data=plan.data,
        votes=plan.votes,
        label_map=plan.label_map,
        fixes=plan.fixes,
        system=system.name,
    )
