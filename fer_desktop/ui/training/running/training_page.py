"""A training while it goes on: curves, time left, confusions; pause, stop, background."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
    QWizard,
    QWizardPage,
)

from fer_desktop.errors import FerError
from fer_desktop.training.runs import Run
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.look.wording import confidence_text
from fer_desktop.ui.training.running.curves import Curves
from fer_desktop.ui.training.running.progress_text import headline, time_left_text
from fer_desktop.ui.training.running.training_job import Phase, TrainingJob
from fer_desktop.ui.widgets.confusion_view import ConfusionView
from fer_desktop.ui.widgets.note import Note

_REFRESH_MS: Final = 1000
_STEPS: Final = 1000
_HALF_PX: Final = 400


class TrainingPage(QWizardPage):
    """Shows the job, and lets the person steer it.

    Signals:
        background_wanted: the window may go, the training goes on.
        discard_wanted: the training that was interrupted is to be thrown away.
    """

    background_wanted = Signal()
    discard_wanted = Signal()

    def __init__(
        self, job: TrainingJob, make_run: Callable[[], Run], parent: QWidget | None = None
    ) -> None:
        """Take the job, and what makes the run of the plan where none is at hand."""
        super().__init__(parent)
        self._job = job
        self._make_run = make_run
        self._is_current = False
        self.setTitle(self.tr("Training"))
        self.setCommitPage(True)  # from the result there is no way back to it
        self.setButtonText(QWizard.WizardButton.CommitButton, self.tr("Next"))
        self.headline = QLabel(self)
        self.headline.setProperty("role", "heading")
        self.details = Note(parent=self)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Training progress"))
        self.curves = Curves(self)
        self.confusion = ConfusionView(self)
        self.problem = Note(parent=self)
        self.pause_button = QPushButton(self.tr("Pause"), self)
        self.stop_button = QPushButton(self.tr("Stop…"), self)
        self.resume_button = QPushButton(self.tr("Resume"), self)
        self.best_button = QPushButton(self.tr("Use the best epoch"), self)
        self.best_button.setToolTip(
            self.tr("Finish now: turn the best epoch so far into a model and evaluate it")
        )
        self.discard_button = QPushButton(self.tr("Discard…"), self)
        self.background_button = QPushButton(self.tr("Continue in the background"), self)
        self.background_button.setToolTip(
            self.tr(
                "Use the camera in the meantime; the status line of the main window shows"
                " the progress"
            )
        )
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show_words)
        self._timer.setInterval(_REFRESH_MS)
        self.pause_button.clicked.connect(self._on_pause)
        self.stop_button.clicked.connect(self._on_stop)
        self.resume_button.clicked.connect(self.resume)
        self.best_button.clicked.connect(self._on_use_best)
        self.discard_button.clicked.connect(self._on_discard)
        self.background_button.clicked.connect(self.background_wanted)
        job.changed.connect(self._show)
        job.ended.connect(self._on_ended)

    def initializePage(self) -> None:
        """Begin the training, unless there is one already."""
        self._is_current = True
        self._timer.start()
        if self._job.run is None:
            self._begin(self._make_run)
        self._show()

    def cleanupPage(self) -> None:
        """Look away."""
        self._is_current = False
        self._timer.stop()

    def isComplete(self) -> bool:
        """Whether there is a result to look at."""
        return self._job.phase is Phase.FINISHED

    def resume(self) -> None:
        """Go on with a training that was interrupted, or that could not begin."""
        run = self._job.run
        if not self._job.is_active:
            self._begin(self._make_run if run is None else lambda: run)

    def _begin(self, make_run: Callable[[], Run]) -> None:
        self._try(lambda: self._job.begin(make_run()))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except FerError as error:
            self.problem.say_error(error)
            self.problem.show()

    def _lay_out(self) -> None:
        halves = QSplitter(self)
        halves.addWidget(self.curves)
        halves.addWidget(self.confusion)
        halves.setChildrenCollapsible(False)
        halves.setSizes([_HALF_PX, _HALF_PX])
        row = QHBoxLayout()
        for button in (
            self.pause_button,
            self.resume_button,
            self.best_button,
            self.stop_button,
            self.discard_button,
        ):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.background_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.headline)
        layout.addWidget(self.bar)
        layout.addWidget(self.details)
        layout.addWidget(self.problem)
        layout.addWidget(halves, 1)
        layout.addLayout(row)

    def _show(self) -> None:
        job = self._job
        phase, step = job.phase, job.step
        self._show_words()
        self.bar.setValue(round(_STEPS * job.share_done))
        now = None
        if step is not None and step.steps:
            now = (step.epoch - 1 + step.step / step.steps, step.loss, step.accuracy)
        self.curves.show_epochs(job.epochs, now, job.best_epoch, job.epochs_in_all)
        labels = job.started.labels if job.started is not None else ()
        if len(labels) == len(job.confusion):
            self.confusion.show_counts(labels, job.confusion)
        if job.error is not None:
            self.problem.say_error(job.error)
        elif job.is_active:
            self.problem.say("")
        self.problem.setVisible(bool(self.problem.text()))
        is_paused = phase in (Phase.PAUSING, Phase.PAUSED)
        is_interrupted = phase in (Phase.NONE, Phase.STOPPED, Phase.FAILED)
        self.pause_button.setText(self.tr("Continue") if is_paused else self.tr("Pause"))
        self.pause_button.setVisible(job.is_active)
        self.pause_button.setEnabled(is_paused or phase is Phase.RUNNING)
        self.stop_button.setVisible(job.is_active)
        self.stop_button.setEnabled(phase is not Phase.STOPPING)
        self.background_button.setVisible(job.is_active)
        self.resume_button.setVisible(is_interrupted)
        self.best_button.setVisible(is_interrupted and job.run is not None and job.run.has_best)
        self.discard_button.setVisible(is_interrupted and job.run is not None)
        self.completeChanged.emit()

    def _show_words(self) -> None:
        job = self._job
        self.headline.setText(headline(job))
        parts = [time_left_text(job)]
        if job.best_epoch:
            parts.append(
                self.tr("best epoch so far: {epoch}, validation accuracy {share}").format(
                    epoch=job.best_epoch, share=confidence_text(job.best_accuracy)
                )
            )
        if job.started is not None and job.run is not None and job.run.plan.system:
            network = job.started.system
            if network != job.run.plan.system:  # an ensemble is trained one by one
                parts.append(self.tr("network {name}").format(name=network))
        self.details.say(" · ".join(filter(None, parts)))

    def _on_pause(self) -> None:
        if self._job.phase in (Phase.PAUSING, Phase.PAUSED):
            self._job.go_on()
        else:
            self._job.pause()

    def _on_stop(self) -> None:
        text = self.tr(
            "Everything up to the last completed epoch is kept: you can resume the training "
            "later, or use its best epoch."
        )
        if Confirm.ask(self, self.tr("Stop the training?"), text, self.tr("Stop")):
            self._job.cancel()

    def _on_use_best(self) -> None:
        self._try(self._job.use_best)

    def _on_discard(self) -> None:
        text = self.tr("Delete this training and everything it has learned? This cannot be undone.")
        if Confirm.ask(self, self.tr("Discard?"), text, self.tr("Discard")):
            self.discard_wanted.emit()

    def _on_ended(self) -> None:
        if self._is_current and self._job.phase is Phase.FINISHED:
            self.wizard().next()
