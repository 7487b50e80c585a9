"""What the trainer offers, asked once."""

from PySide6.QtCore import QObject, Signal

from fer_desktop.training.choices import Setting, System, read_settings, read_systems
from fer_desktop.ui.training.trainer_call import TrainerCall


class TrainerFacts(QObject):
    """Knows the networks and the settings once the trainer told them.

    Attributes:
        systems, settings: empty until then.

    Signals:
        known: both are there.
        failed: a ``FerError``; asking again may help.
    """

    known = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.systems: tuple[System, ...] = ()
        self.settings: tuple[Setting, ...] = ()
        self._call = TrainerCall(self)

    def ask(self) -> None:
        """Ask, unless that was done."""
        if self.systems and self.settings:
            self.known.emit()
        elif not self._call.is_running:
            self._call.ask(["systems", "--json"], self._on_systems, self.failed.emit)

    def shut_down(self) -> None:
        """Ask no longer."""
        self._call.cancel()

    def _on_systems(self, printed: str) -> None:
        self.systems = read_systems(printed)
        self._call.ask(["settings"], self._on_settings, self.failed.emit)

    def _on_settings(self, printed: str) -> None:
        self.settings = read_settings(printed)
        self.known.emit()
