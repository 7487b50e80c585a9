"""The models as a table, one row each."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from fer_desktop.models.catalogue import ModelEntry
from fer_desktop.models.store import ModelDetails
from fer_desktop.ui.look.model_facts import read_model_facts
from fer_desktop.ui.look.wording import name_text, translate
from fer_desktop.ui.widgets.row_table import RowTable

_UNKNOWN: Final = "?"


class ModelTable(RowTable):
    """Lists models; the state of each can change without the rest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        headings = [
            translate("ModelTable", "Name"),
            translate("ModelTable", "State"),
            translate("ModelTable", "Expressions"),
            translate("ModelTable", "Accuracy (95 % interval)"),
            translate("ModelTable", "On other collections"),
            translate("ModelTable", "Parameters"),
            translate("ModelTable", "Size"),
        ]
        name = translate("ModelTable", "Models")
        super().__init__(headings, name, numbers=range(2, len(headings)), parent=parent)
        self._entries: list[ModelEntry] = []

    @property
    def selected(self) -> ModelEntry | None:
        """The selected model."""
        row = self.currentRow()
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def show_models(self, models: Sequence[ModelDetails], selected: Path | None) -> None:
        """List models and select one by its folder, the first if it is not there."""
        self._entries = [model.entry for model in models]
        self.setRowCount(len(models))
        for row, model in enumerate(models):
            preset, facts = model.entry.preset, read_model_facts(model.entry.folder)
            texts = (
                name_text(model.entry.name),
                "",
                str(len(preset.labels)) if preset is not None else _UNKNOWN,
                facts.accuracy_text() if facts is not None else _UNKNOWN,
                (facts.unseen_text() if facts is not None else "") or _UNKNOWN,
                f"{model.parameters:,}" if model.parameters is not None else _UNKNOWN,
                f"{model.size_bytes / 1e6:,.1f} MB",
            )
            for column, text in enumerate(texts):
                item = self.put(row, column, text)
                if column == 0:
                    item.setToolTip(str(model.entry.folder))
        folders = [entry.folder for entry in self._entries]
        if selected in folders:
            self.selectRow(folders.index(selected))
        elif folders:
            self.selectRow(0)

    def show_states(self, state_of: Callable[[ModelEntry], str]) -> None:
        """Write how it stands with each model."""
        for row, entry in enumerate(self._entries):
            item = self.item(row, 1)
            if item is not None:
                item.setText(state_of(entry))
