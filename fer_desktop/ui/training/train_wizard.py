"""The way to a new model: pictures, starting point, settings, training, result."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QWidget, QWizard

from fer_desktop.training.runs import Run, create_run
from fer_desktop.ui.dialogs.asking_dialog import fitting_size
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.training.pictures.pictures_page import PicturesPage
from fer_desktop.ui.training.planning.prober import Prober
from fer_desktop.ui.training.planning.settings_page import SettingsPage
from fer_desktop.ui.training.planning.start_page import ModelInUse, StartPage
from fer_desktop.ui.training.result.result_page import ResultPage
from fer_desktop.ui.training.running.training_job import TrainingJob
from fer_desktop.ui.training.running.training_page import TrainingPage
from fer_desktop.ui.training.step_list import StepList

_SIZE: Final = QSize(1000, 660)
_MIN_SIZE: Final = QSize(880, 560)


class Step(IntEnum):
    """The pages, in order."""

    PICTURES = 0
    START = 1
    SETTINGS = 2
    TRAINING = 3
    RESULT = 4


class TrainWizard(QWizard):
    """Leads through the pages; closing it leaves a training that goes on alone.

    Attributes:
        pictures_page, start_page, settings_page, training_page, result_page: the pages;
            the first three only where the wizard begins with them.

    Signals:
        closed: it is gone; nothing that it had asked the trainer goes on, but the training.
    """

    closed = Signal()

    def __init__(
        self,
        job: TrainingJob,
        make_pictures: Callable[[QWidget], PicturesPage] | None,
        in_use: Callable[[], ModelInUse | None],
        parent: QWidget | None = None,
    ) -> None:
        """Take the job and what makes the first page; without it the job's own training is shown.

        Args:
            job: the training.
            make_pictures: makes the page that chooses pictures.
            in_use: returns the model that reads faces now.
            parent: the window in front of which it stands.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Train a new model"))
        self.setWizardStyle(QWizard.WizardStyle.ClassicStyle)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        # One button closes every page; what would be lost by it is asked about.
        self.setButtonLayout(
            [
                QWizard.WizardButton.Stretch,
                QWizard.WizardButton.BackButton,
                QWizard.WizardButton.NextButton,
                QWizard.WizardButton.CommitButton,
                QWizard.WizardButton.CancelButton,
            ]
        )
        self.setMinimumSize(_MIN_SIZE)
        self.resize(fitting_size(parent or self, _SIZE))
        self._job = job
        self._asks = True
        self._prober = Prober(self)
        self.pictures_page: PicturesPage | None = None
        self.start_page: StartPage | None = None
        self.settings_page: SettingsPage | None = None
        if make_pictures is not None:
            self._add_planning(make_pictures(self), in_use)
        self.training_page = TrainingPage(job, self._make_run, self)
        self.training_page.background_wanted.connect(self.close)
        self.result_page = ResultPage(lambda: job.run, self)
        self.setPage(Step.TRAINING, self.training_page)
        self.setPage(Step.RESULT, self.result_page)
        self.steps = StepList(
            [
                self.tr("Pictures"),
                self.tr("Starting point"),
                self.tr("Settings"),
                self.tr("Training"),
                self.tr("Result"),
            ],
            self,
        )
        self.setSideWidget(self.steps)
        for button, text in {
            QWizard.WizardButton.BackButton: self.tr("Back"),
            QWizard.WizardButton.NextButton: self.tr("Next"),
            QWizard.WizardButton.CancelButton: self.tr("Close"),
        }.items():
            self.setButtonText(button, text)
        self.currentIdChanged.connect(self._on_page)
        self.finished.connect(self._on_finished)
        if make_pictures is None:
            is_finished = job.run is not None and job.run.is_finished and not job.is_active
            self.setStartId(Step.RESULT if is_finished else Step.TRAINING)

    def reject(self) -> None:
        """Close, if nothing is lost by it or the person agrees."""
        if self.may_close():
            super().reject()

    def may_close(self) -> bool:
        """Ask whether the wizard may close while pictures are chosen for no training yet."""
        loss = ""
        is_planning = self._job.run is None and self.currentId() < Step.TRAINING
        if self._asks and self.pictures_page is not None and is_planning:
            loss = self.pictures_page.loss()
        return not loss or Confirm.ask(
            self, self.tr("Close without training?"), loss, self.tr("Close")
        )

    def close_unasked(self) -> None:
        """Close without a question."""
        self._asks = False
        self.close()

    def _add_planning(
        self, pictures: PicturesPage, in_use: Callable[[], ModelInUse | None]
    ) -> None:
        start = StartPage(pictures.dataset, in_use, self._prober, self)
        settings = SettingsPage(
            pictures.dataset, start.plan, start.known_labels, self._prober, self
        )
        self.setPage(Step.PICTURES, pictures)
        self.setPage(Step.START, start)
        self.setPage(Step.SETTINGS, settings)
        self.pictures_page, self.start_page, self.settings_page = pictures, start, settings

    def _make_run(self) -> Run:
        assert self.settings_page is not None
        return create_run(self.settings_page.plan())

    def _on_page(self, page: int) -> None:
        if page >= 0:
            self.steps.show_step(page)

    def _on_finished(self) -> None:
        """Ask the trainer nothing more; the job is not asked to end."""
        self._prober.cancel()
        for page in (self.pictures_page, self.start_page, self.settings_page, self.result_page):
            if page is not None:
                page.shut_down()
        self.closed.emit()
