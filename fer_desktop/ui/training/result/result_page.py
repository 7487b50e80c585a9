"""What the training came to, and what shall become of the new model."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
    QWizardPage,
)

from fer_desktop.errors import FerError
from fer_desktop.training.label_fixes import LabelFixes
from fer_desktop.training.results import ModelFigures, TrainingResult, read_result
from fer_desktop.training.runs import Run
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.look.model_facts import read_model_facts
from fer_desktop.ui.runtime.trainer_call import TrainerCall
from fer_desktop.ui.training.fix_menu import FixMenu
from fer_desktop.ui.training.result.accuracy_bars import AccuracyBars
from fer_desktop.ui.training.result.label_table import LabelTable
from fer_desktop.ui.training.result.mistakes_view import MistakesView
from fer_desktop.ui.training.result.verdict import explanation, verdict
from fer_desktop.ui.widgets.confusion_view import ConfusionView
from fer_desktop.ui.widgets.note import Note
from trainer.contract.figures import Mistake
from trainer.contract.text import counted

_FOLDER: Final = "evaluation"
_OTHER_FOLDER: Final = "evaluation_of_former"


class ResultPage(QWizardPage):
    """Measures the new model beside the one in use, and asks for a decision.

    Signals:
        use_wanted, keep_wanted, discard_wanted: what the person decided.
        back_wanted: the former model is to be used again.
    """

    use_wanted = Signal()
    keep_wanted = Signal()
    discard_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, run: Callable[[], Run | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._call = TrainerCall(self)
        self._shown: list[ModelFigures] = []
        self._mistakes: list[tuple[Mistake, ...]] = []
        self.setTitle(self.tr("Result"))
        self.setFinalPage(True)
        self.verdict = QLabel(self)
        self.verdict.setProperty("role", "heading")
        self.verdict.setWordWrap(True)
        self.note = Note(parent=self)
        self.bars = AccuracyBars(self)
        self.model = QComboBox(self)
        self.model.setAccessibleName(self.tr("Model whose metrics are shown"))
        self.confusion = ConfusionView(self)
        self.labels = LabelTable(self)
        self.mistakes = MistakesView(self)
        self.mistakes.mistake_chosen.connect(self._ask_fix)
        self._fixes: LabelFixes | None = None
        self.tabs = QTabWidget(self)
        matrix = QWidget(self)
        QVBoxLayout(matrix).addWidget(self.confusion)
        self.tabs.addTab(matrix, self.tr("Confusion matrix"))
        self.tabs.addTab(self.labels, self.tr("Per expression"))
        self.tabs.addTab(self.mistakes, self.tr("Most confident mistakes"))
        self.tabs.setCornerWidget(self.model)
        self.use_button = QPushButton(self.tr("Use"), self)
        self.use_button.setProperty("role", "primary")
        self.use_button.setDefault(True)
        self.use_button.setToolTip(self.tr("Use this model, now and at the next start"))
        self.keep_button = QPushButton(self.tr("Keep"), self)
        self.keep_button.setToolTip(self.tr("Add it to your models without using it now"))
        self.discard_button = QPushButton(self.tr("Discard…"), self)
        self.back_button = QPushButton(self)
        self.outcome = Note(parent=self)
        self._lay_out()
        self.model.currentIndexChanged.connect(self._show_figures)
        self.use_button.clicked.connect(self.use_wanted)
        self.keep_button.clicked.connect(self.keep_wanted)
        self.discard_button.clicked.connect(self._on_discard)
        self.back_button.clicked.connect(self.back_wanted)

    def initializePage(self) -> None:
        """Measure the new model."""
        run = self._run()
        self.back_button.hide()
        self.tabs.hide()
        self.bars.hide()
        self.outcome.say("")
        if run is None:
            return
        self.verdict.setText(
            self.tr("The training of {name} is complete.").format(name=run.plan.name)
        )
        self.note.say(self.tr("Evaluating it on held-out pictures…"))
        self._allow_use(False)  # nobody knows yet whether it is any better
        against = run.plan.against
        other = against if against is not None and against.is_dir() else None
        folder = run.folder / _FOLDER
        self._fixes = LabelFixes(run.plan.data)

        def show(printed: str) -> None:
            evaluation = read_result(printed, folder)
            self._show(evaluation)
            if other is not None and evaluation.comparison is not None:
                self._look_at(other, run)

        self._call.ask(
            run.plan.evaluate_words(run.folder, folder, other),
            show,
            lambda error: self._on_failed(error, run.folder),
        )

    def shut_down(self) -> None:
        """Measure no longer."""
        self._call.cancel()

    def show_busy(self, text: str) -> None:
        """Tell what becomes of the model, while nothing else can be decided."""
        self._call.cancel()  # it reads and writes in the training's folder
        self._allow(False)
        self.outcome.say(text)

    def show_open(self, error: FerError) -> None:
        """Tell what went wrong; another decision is possible."""
        self._allow(True)
        self.outcome.say_error(error)

    def show_decided(self, text: str, back_to: str = "") -> None:
        """Tell what became of the model; with a way back to the former one if there is one."""
        for button in (self.use_button, self.keep_button, self.discard_button):
            button.hide()
        self.outcome.say(text)
        self.back_button.setText(self.tr("Back to {name}").format(name=Path(back_to).name))
        self.back_button.setVisible(bool(back_to))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for button in (
            self.use_button,
            self.keep_button,
            self.discard_button,
            self.back_button,
        ):
            row.addWidget(button)
        row.addWidget(self.outcome, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.verdict)
        layout.addWidget(self.note)
        layout.addWidget(self.bars)
        layout.addWidget(self.tabs, 1)
        layout.addStretch(0)
        layout.addLayout(row)

    def _show(self, evaluation: TrainingResult) -> None:
        comparison = evaluation.comparison
        self.verdict.setText(verdict(evaluation))
        self.note.say(explanation(evaluation))
        compared = [comparison.own, comparison.other] if comparison is not None else []
        self.bars.show_models(self._rows(evaluation))
        self._shown = [evaluation.figures, *compared[1:]]
        self._mistakes = [evaluation.mistakes, ()]
        self.model.clear()
        self.model.addItems([figures.model for figures in self._shown])
        self.model.setVisible(len(self._shown) > 1)
        self.bars.show()
        self.tabs.show()
        self._allow_use(True)
        self.use_button.setFocus()

    def _rows(self, evaluation: TrainingResult) -> list[ModelFigures]:
        """Return what is drawn as bars: who, on which pictures."""
        figures, comparison = evaluation.figures, evaluation.comparison
        if comparison is None:
            return [figures]
        compared = [comparison.own, comparison.other]
        if (anew := comparison.on_fresh()) is not None:
            text = self.tr("{name}, {count} new to both")
            return [
                replace(row, model=text.format(name=row.model, count=f"{row.n:,}"))
                for row in (anew.own, anew.other)
            ]
        if comparison.own.n == figures.n:
            return compared
        return [
            replace(row, model=f"{row.model}, {counted(row.n, 'picture')}")
            for row in (figures, *compared)
        ]

    def _look_at(self, other: Path, run: Run) -> None:
        """Find the mistakes of the model that the new one is compared with."""
        folder = run.folder / _OTHER_FOLDER

        def keep(printed: str) -> None:
            self._mistakes[1] = read_result(printed, folder).mistakes
            self._show_figures(self.model.currentIndex())

        self._call.ask(run.plan.evaluate_words(other, folder), keep, self.outcome.say_error)

    def _show_figures(self, index: int) -> None:
        if 0 <= index < len(self._shown):
            figures = self._shown[index]
            self.confusion.show_counts(figures.labels, figures.confusion)
            self.labels.show_figures(figures)
            fixes = self._fixes.labels if self._fixes is not None else {}
            self.mistakes.show_mistakes(self._mistakes[index], fixes)

    def _ask_fix(self, mistake: Mistake, place: QPoint) -> None:
        """Put a label right, for the next training on these pictures."""
        if self._fixes is None or not self._shown:
            return
        fixed = self._fixes.labels.get(mistake.name)
        fix = FixMenu.ask(self, place, self._shown[0].labels, mistake.truth, fixed)
        if fix is None:
            return
        try:
            self._fixes.set(mistake.name, fix.label)
        except FerError as error:
            self.outcome.say_error(error)
            return
        self.mistakes.show_fixes(self._fixes.labels)
        self.outcome.say(
            self.tr("Kept for the next training on these pictures; your files stay as they are.")
        )

    def _on_failed(self, error: FerError, folder: Path) -> None:
        self.note.say_error(error)
        self._allow_use(True)
        facts = read_model_facts(folder)
        if facts is not None:
            self.verdict.setText(facts.sentence())

    def _on_discard(self) -> None:
        text = self.tr("Delete the new model and its training? This cannot be undone.")
        if Confirm.ask(self, self.tr("Discard?"), text, self.tr("Discard")):
            self.discard_wanted.emit()

    def _allow(self, is_possible: bool) -> None:
        self._allow_use(is_possible)
        self.discard_button.setEnabled(is_possible)

    def _allow_use(self, is_possible: bool) -> None:
        for button in (self.use_button, self.keep_button):
            button.setEnabled(is_possible)
