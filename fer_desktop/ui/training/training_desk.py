"""What the main window knows of training: the wizard, the job behind it, the way back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fer_desktop.errors import FerError, ModelError, TrainingError
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.events import EngineEvent, ModelFailed, ModelLoaded
from fer_desktop.pipeline.loader import DETECTOR_NAME
from fer_desktop.training.process_control import end_orphan
from fer_desktop.training.requirements import require_trainer
from fer_desktop.training.runs import Run, discard_run, keep_run, leftover_runs
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.look.wording import name_text
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.training.running.progress_text import headline, status_text
from fer_desktop.ui.training.running.training_job import Phase, TrainingJob
from trainer.contract.run_lock import is_held

if TYPE_CHECKING:
    from fer_desktop.ui.training.pictures.pictures_page import PicturesPage
    from fer_desktop.ui.training.planning.start_page import ModelInUse
    from fer_desktop.ui.training.train_wizard import TrainWizard

MakePictures = Callable[[QWidget], "PicturesPage"]

_TOPIC: Final = "training"


class TrainingDesk(Desk):
    """Opens the wizard, and sees to what becomes of trainings and of the models they make.

    Attributes:
        job: the training.
        wizard: the open one.
        make_pictures: makes the wizard's first page.

    Signals:
        models_changed: there are other models than before.
    """

    models_changed = Signal()

    def __init__(self, parts: WindowParts, make_pictures: MakePictures) -> None:
        super().__init__(parts)
        actions, controller = parts.actions, parts.controller
        self.make_pictures = make_pictures
        self.job = TrainingJob(self)
        self.wizard: TrainWizard | None = None
        self._switching_to = ""
        self._switching_from = ""
        self._keeping: Run | None = None
        self._left: Run | None = None
        actions.train_model.triggered.connect(self.open)
        actions.last_training.triggered.connect(self._show_left)
        actions.former_model.triggered.connect(self.go_back)
        controller.happened.connect(self._on_event)
        controller.settings_changed.connect(self._show_way_back)
        self.job.changed.connect(self._on_job)
        self.job.ended.connect(self._on_job_ended)
        self._show_way_back()

    def status(self) -> str:
        """Return how the training goes, empty while there is none."""
        return status_text(self.job)

    def may_close(self) -> bool:
        """Ask whether the application may close while a training goes on, or is being planned."""
        if self.wizard is not None and not self.wizard.may_close():
            return False
        if not self.job.is_active or self.job.run is None:
            return True
        text = self.tr(
            "The training of {name} would be interrupted ({progress}). Everything up to the last "
            "completed epoch is kept, and you can resume it at the next start."
        ).format(name=self.job.run.plan.name, progress=headline(self.job))
        return Confirm.ask(
            self._window, self.tr("Close during a training?"), text, self.tr("Close")
        )

    def shut_down(self) -> None:
        """End everything that was started, and wait for it."""
        if self.wizard is not None:
            self.wizard.close_unasked()
        self.job.shut_down()

    def open(self) -> None:
        """Show the wizard: the training that goes on, or the first page."""
        try:
            require_trainer()
        except TrainingError as error:
            self._announcer.say_error(_TOPIC, error)
            return
        if self.wizard is None:
            self._make_wizard(begins=not self.job.is_active)
        self._raise_wizard()

    def open_with(self, pictures: Path) -> None:
        """Show the wizard on a folder of faces; a training that goes on is shown instead."""
        if self.wizard is not None and self.wizard.pictures_page is None:
            self.open()
            return
        self.open()
        if self.wizard is not None and self.wizard.pictures_page is not None:
            self.wizard.restart()
            self.wizard.pictures_page.use(pictures)

    def show_run(self, run: Run) -> None:
        """Show the wizard on a training that was interrupted or waits for a decision."""
        if self.wizard is not None or self.job.is_active:
            self.open()
            return
        self.job.show(run)
        self._make_wizard(begins=False)
        self._raise_wizard()

    def offer_leftovers(self) -> None:
        """Offer the latest training that was neither kept nor thrown away."""
        if self.job.is_active or self.wizard is not None:
            return
        runs = (run for run in leftover_runs(self._say_unreadable) if run != self._keeping)
        run = next((run for run in runs if not is_held(run.folder, "window")), None)
        self._keep_reachable(run)
        if run is not None:
            self._announcer.say_training_left(
                run.plan.name, run.is_finished, len(run.history()), lambda: self.show_run(run)
            )

    def _keep_reachable(self, run: Run | None) -> None:
        """Offer a training in the menu for as long as it is not decided; its message leaves."""
        self._left = run
        action = self._actions.last_training
        action.setVisible(run is not None)
        if run is not None:
            text = self.tr("Result of {name}…") if run.is_finished else self.tr("Resume {name}…")
            action.setText(text.format(name=name_text(run.plan.name)))

    def _show_left(self) -> None:
        if self._left is not None:
            self.show_run(self._left)

    def _say_unreadable(self, error: FerError) -> None:
        self._announcer.say_error("unreadable training", error)

    def go_back(self) -> None:
        """Use the model again that was in use before the newly trained one."""
        self._switch(self._controller.settings.former_model)

    def _make_wizard(self, *, begins: bool) -> None:
        # Here, as it imports pyqtgraph: not before the window is on screen, nor on another thread.
        from fer_desktop.ui.training.train_wizard import TrainWizard

        if begins:
            self.job.release()
        pictures = self.make_pictures if begins else None
        wizard = self.wizard = TrainWizard(self.job, pictures, self._model_in_use, self._window)
        wizard.closed.connect(self._on_wizard_closed)
        wizard.training_page.discard_wanted.connect(self._discard)
        wizard.result_page.use_wanted.connect(lambda: self._keep(self._use))
        wizard.result_page.keep_wanted.connect(lambda: self._keep(self._tell_kept))
        wizard.result_page.discard_wanted.connect(self._discard)
        wizard.result_page.back_wanted.connect(self.go_back)
        self._announcer.dismiss_training()
        self._keep_reachable(None)

    def _raise_wizard(self) -> None:
        if self.wizard is not None:
            self.wizard.show()
            self.wizard.activateWindow()

    def _on_wizard_closed(self) -> None:
        self.wizard = None
        if self.job.is_active and self.job.run is not None:
            self._announcer.say_training_goes_on(self.job.run.plan.name, self.open)
        else:
            self.offer_leftovers()

    def _on_job(self) -> None:
        train = self._actions.train_model
        train.setText(
            self.tr("Show the training…") if self.job.is_active else self.tr("Train new model…")
        )

    def _on_job_ended(self) -> None:
        run, error = self.job.run, self.job.error
        if run is None or self.wizard is not None:
            return
        if self.job.phase is Phase.FAILED and error is not None:
            self._announcer.say_training_failed(error, lambda: self.show_run(run))
        else:
            self.offer_leftovers()

    def _model_in_use(self) -> "ModelInUse | None":
        from fer_desktop.ui.training.planning.start_page import ModelInUse

        preset = self._controller.model.preset
        if preset is None:
            return None
        try:
            folder = resolve_model(self._controller.model.name)
        except ModelError:
            return None
        return ModelInUse(folder.name, folder, preset.system, preset.labels)

    def _keep(self, then: Callable[[Path], object]) -> None:
        run, wizard = self.job.run, self.wizard
        if run is None or wizard is None:
            return
        wizard.result_page.show_busy(self.tr("Checking the new model…"))
        self._keeping = run

        def kept(folder: Path) -> None:
            self._keeping = None
            if self.job.run == run:
                self.job.release()
            self.models_changed.emit()
            then(folder)

        def failed(error: FerError) -> None:
            self._keeping = None
            self._say_on_result_page(error)

        self._background.run("keeping the model", lambda: keep_run(run), kept, failed)

    def _use(self, folder: Path) -> None:
        self._switch(folder.name)

    def _tell_kept(self, folder: Path) -> None:
        if self.wizard is not None:
            text = self.tr("{name} was added to your models.").format(name=folder.name)
            self.wizard.result_page.show_decided(text)

    def _discard(self) -> None:
        run, wizard = self.job.run, self.wizard
        if run is None or wizard is None:
            return
        wizard.result_page.shut_down()
        end_orphan(run)
        try:
            discard_run(run)
        except FerError as error:
            self._say_on_result_page(error)
            wizard.training_page.problem.say_error(error)
        else:
            self.job.release()
            wizard.close()

    def _say_on_result_page(self, error: FerError) -> None:
        if self.wizard is not None:
            self.wizard.result_page.show_open(error)
        else:
            self._announcer.say_error(_TOPIC, error)

    def _switch(self, model: str) -> None:
        """Use another model, and remember the present one as the one to go back to."""
        self._switching_to, self._switching_from = model, self._controller.model.name
        self._controller.model.load(model)

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, ModelLoaded):
            if self._switching_to and self._controller.model.name == self._switching_to:
                self._on_switched()
            self._show_way_back()
        elif isinstance(event, ModelFailed) and event.name != DETECTOR_NAME and self._switching_to:
            self._switching_to = ""
            if self.wizard is not None:
                self.wizard.result_page.outcome.say_error(event.error)

    def _on_switched(self) -> None:
        former, self._switching_to = self._switching_from, ""
        settings = self._controller.settings
        self._controller.update_settings(replace(settings, former_model=former))
        if self.wizard is not None:
            text = self.tr("{name} is now in use.").format(
                name=Path(self._controller.model.name).name
            )
            self.wizard.result_page.show_decided(text, former)

    def _show_way_back(self) -> None:
        former = self._controller.settings.former_model
        action = self._actions.former_model
        action.setText(self.tr("Back to {name}").format(name=Path(former).name))
        action.setVisible(
            bool(former) and former != self._controller.model.name and _exists(former)
        )


def _exists(model: str) -> bool:
    try:
        resolve_model(model)
    except ModelError:
        return False
    return True
