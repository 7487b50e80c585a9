"""How long the training may take, what the model shall tell apart, and what it is called."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWizard,
    QWizardPage,
)

from fer_desktop.errors import FerError
from fer_desktop.training.choices import epochs_within, read_settings
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.runs import check_run_name, free_run_name
from fer_desktop.ui.look.wording import duration_text
from fer_desktop.ui.runtime.trainer_call import TrainerCall
from fer_desktop.ui.training.pictures.chosen_pictures import ChosenPictures
from fer_desktop.ui.training.planning.advanced_settings import AdvancedSettings
from fer_desktop.ui.training.planning.label_choice import LabelChoice
from fer_desktop.ui.training.planning.prober import Prober
from fer_desktop.ui.widgets.note import Note
from trainer.contract.offers import Estimate
from trainer.contract.text import counted

_DEFAULT_MINUTES: Final = 30
_EDITOR_HEIGHT: Final = 28
_MOST_MINUTES: Final = 7 * 24 * 60
# Decided by the time that is given.
_EPOCHS: Final = "epochs"


class SettingsPage(QWizardPage):
    """Completes the plan that the pages before it began."""

    def __init__(
        self,
        dataset: Callable[[], ChosenPictures],
        base: Callable[[], TrainingPlan],
        known_labels: Callable[[], tuple[str, ...]],
        prober: Prober,
        parent: QWidget | None = None,
    ) -> None:
        """Take the pictures, the plan so far, the labels that its model knows, and the clock."""
        super().__init__(parent)
        self._dataset = dataset
        self._base = base
        self._known_labels = known_labels
        self._prober = prober
        self._call = TrainerCall(self)
        self._asked: list[str] = []
        self._is_named_by_us = True
        self.setTitle(self.tr("Settings"))
        self.setCommitPage(True)
        self.setButtonText(QWizard.WizardButton.CommitButton, self.tr("Train"))
        self.name = QLineEdit(self)
        self.minutes = QSpinBox(self)
        self.minutes.setRange(1, _MOST_MINUTES)
        self.minutes.setValue(_DEFAULT_MINUTES)
        self.minutes.setSuffix(self.tr(" min"))
        self.minutes.setAccelerated(True)
        for editor in (self.name, self.minutes):
            editor.setMinimumHeight(_EDITOR_HEIGHT)
        self.labels = LabelChoice(self)
        self.time_note = Note(parent=self)
        self.problem = Note(parent=self)
        self.more = QToolButton(self)
        self.more.setText(self.tr("Advanced"))
        self.more.setCheckable(True)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.advanced = AdvancedSettings(self)
        self.advanced.hide()
        self._lay_out()
        self.name.textChanged.connect(self._check)
        self.name.textEdited.connect(self._on_named)
        self.minutes.valueChanged.connect(self._show_time)
        self.labels.changed.connect(self._check)
        self.more.toggled.connect(self._on_more)
        prober.changed.connect(self._show_time)

    def plan(self) -> TrainingPlan:
        """Return the whole plan."""
        settings = self.advanced.changed_values()
        probe = self._prober.found(self._base())
        if isinstance(probe, Estimate):
            settings[_EPOCHS] = epochs_within(probe, 60 * self.minutes.value())
        return replace(
            self._base(),
            name=self.name.text().strip(),
            labels=self.labels.chosen,
            settings=settings,
        )

    def initializePage(self) -> None:
        """Suggest what suits the pictures and the starting point."""
        dataset, base = self._dataset(), self._base()
        if self._is_named_by_us:
            self.name.setText(free_run_name(dataset.path.stem))
        self.labels.show_labels(dataset.labels, self._known_labels())
        self._prober.measure(base)
        words = base.settings_words()
        if words != self._asked:
            self._call.ask(words, lambda printed: self._on_settings(words, printed), self._on_error)
        self._show_time()

    def cleanupPage(self) -> None:
        """Ask no longer: the starting point may become another."""
        self._call.cancel()

    def isComplete(self) -> bool:
        """Whether the training could begin."""
        is_measured = isinstance(self._prober.found(self._base()), Estimate)
        return is_measured and not self.problem.text()

    def shut_down(self) -> None:
        """Ask no longer."""
        self._call.cancel()

    def _lay_out(self) -> None:
        time = QHBoxLayout()
        time.setSpacing(12)
        time.addWidget(self.minutes)
        time.addWidget(self.time_note, 1)
        form = QFormLayout()
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(16)
        form.addRow(self.tr("Model name:"), self.name)
        form.addRow(self.tr("Time limit:"), time)
        expressions = QLabel(self.tr("Expressions:"), self)
        expressions.setAlignment(Qt.AlignmentFlag.AlignTop)
        form.addRow(expressions, self.labels)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.advanced, 1)
        layout.addStretch(0)

    def _on_named(self) -> None:
        self._is_named_by_us = False

    def _on_more(self, wanted: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if wanted else Qt.ArrowType.RightArrow
        self.more.setArrowType(arrow)
        self.advanced.setVisible(wanted)

    def _on_settings(self, words: list[str], printed: str) -> None:
        self.advanced.show_settings(
            [setting for setting in read_settings(printed) if setting.name != _EPOCHS]
        )
        self._asked = words

    def _on_error(self, error: FerError) -> None:
        self.problem.say_error(error)
        self.completeChanged.emit()

    def _check(self) -> None:
        try:
            check_run_name(self.name.text().strip())
        except FerError as error:
            self.problem.say_error(error)
        else:
            too_few = len(self.labels.chosen) < 2
            self.problem.say(self.tr("Choose at least two expressions.") if too_few else "")
        self.completeChanged.emit()

    def _show_time(self) -> None:
        base = self._base()
        found = self._prober.found(base)
        if isinstance(found, FerError):
            self.time_note.say_error(found)
        elif found is None:
            self.time_note.say(self.tr("Measuring the training speed of this computer…"))
        else:
            epochs = epochs_within(found, 60 * self.minutes.value())
            text = (
                self.tr("Enough for the full default schedule of {usual} ({time}).")
                if epochs == found.epochs
                else self.tr("Enough for {epochs} of the default {usual}.")
            )
            self.time_note.say(
                text.format(
                    epochs=epochs,
                    usual=counted(found.epochs, "epoch"),
                    time=duration_text(epochs * found.seconds_per_epoch),
                )
            )
        self.completeChanged.emit()
