"""How long trainings would take on this computer, measured when somebody wants to know."""

from PySide6.QtCore import QObject, Signal

from fer_desktop.errors import FerError
from fer_desktop.training.choices import read_estimate
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.ui.runtime.trainer_call import TrainerCall
from trainer.contract.offers import Estimate

_Key = tuple[str, ...]


class Prober(QObject):
    """Measures one plan at a time, and remembers what it found.

    Signals:
        changed: a measurement began or ended.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._call = TrainerCall(self)
        self._measuring: _Key | None = None
        self._found: dict[_Key, Estimate | FerError] = {}

    def found(self, plan: TrainingPlan) -> Estimate | FerError | None:
        """Return what was measured for a plan, or why that failed; None where it was not tried."""
        return self._found.get(_key(plan))

    def is_measuring(self, plan: TrainingPlan) -> bool:
        """Tell whether a plan is being measured."""
        return self._measuring == _key(plan)

    def measure(self, plan: TrainingPlan) -> None:
        """Measure a plan, in place of another one that is being measured."""
        key = _key(plan)
        if self._measuring == key or isinstance(self._found.get(key), Estimate):
            return
        self._measuring = key

        def keep(printed: str) -> None:
            end(read_estimate(printed))

        def end(found: Estimate | FerError) -> None:
            self._found[key] = found
            self._measuring = None
            self.changed.emit()

        self._call.ask(plan.probe_words(), keep, end)
        self.changed.emit()

    def cancel(self) -> None:
        """Measure no longer."""
        self._call.cancel()
        self._measuring = None


def _key(plan: TrainingPlan) -> _Key:
    return tuple(plan.probe_words())
