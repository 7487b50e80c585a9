"""The networks that can be trained, one row each."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from fer_desktop.ui.look.wording import accuracy_text, translate
from fer_desktop.ui.widgets.row_table import RowTable
from trainer.contract.offers import ListedSystem


class SystemTable(RowTable):
    """Lists networks; the time that each takes can be filled in later."""

    def __init__(self, parent: QWidget | None = None) -> None:
        headings = [
            translate("SystemTable", "Network"),
            translate("SystemTable", "Study"),
            translate("SystemTable", "Begins"),
            translate("SystemTable", "Parameters"),
            translate("SystemTable", "Reported accuracy"),
            translate("SystemTable", "Training time"),
        ]
        name = translate("SystemTable", "Available networks")
        super().__init__(headings, name, numbers=range(3, len(headings)), parent=parent)
        self._systems: list[ListedSystem] = []

    @property
    def selected(self) -> ListedSystem | None:
        """The selected network."""
        row = self.currentRow()
        return self._systems[row] if 0 <= row < len(self._systems) else None

    def show_systems(self, systems: Sequence[ListedSystem]) -> None:
        """List networks and select the first."""
        begins = {
            "scratch": self.tr("random weights"),
            "transfer": self.tr("ImageNet weights"),
            "ensemble": self.tr("ensemble"),
        }
        self._systems = list(systems)
        self.setRowCount(len(systems))
        for row, system in enumerate(systems):
            parameters = f"{system.parameters:,}" if system.parameters else ""
            reported = (
                accuracy_text(system.reported_accuracy, system.reported_interval_95)
                if system.reported_accuracy is not None
                else ""
            )
            fetched = (
                self.tr("Its ImageNet weights are downloaded when they are first needed.")
                if system.kind == "transfer"
                else ""
            )
            tip = "\n".join(filter(None, (system.layers, system.reported_test, fetched)))
            texts = (
                system.title,
                system.study,
                begins.get(system.kind, ""),
                parameters,
                reported,
                "",
            )
            for column, text in enumerate(texts):
                self.put(row, column, text).setToolTip(tip)
        if systems:
            self.selectRow(0)

    def show_times(self, time_of: Callable[[ListedSystem], str]) -> None:
        """Fill in how long each would take."""
        for row, system in enumerate(self._systems):
            item = self.item(row, 5)
            if item is not None:
                item.setText(time_of(system))
