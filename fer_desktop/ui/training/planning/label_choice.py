"""Which of the labels in the pictures a model shall tell apart."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from fer_desktop.ui.look.wording import label_text
from trainer.contract.labels import canonical

_COLUMNS: Final = 4


class LabelChoice(QWidget):
    """One box to tick for each label.

    Signals:
        changed: other labels are chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: dict[str, QCheckBox] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setColumnStretch(_COLUMNS, 1)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The labels that are ticked."""
        return tuple(label for label, box in self.boxes.items() if box.isChecked())

    def show_labels(self, counts: Mapping[str, int], known: Sequence[str]) -> None:
        """Offer labels, all of them ticked unless the person unticked some of the same before.

        Args:
            counts: number of pictures of each label.
            known: labels to begin with, in this order.
        """
        order = {canonical(label): at for at, label in enumerate(known)}
        labels = sorted(counts, key=lambda label: order.get(canonical(label), len(order)))
        if labels == list(self.boxes):
            for label, box in self.boxes.items():
                box.setText(self._text(label, counts))
            return
        for box in self.boxes.values():
            self._grid.removeWidget(box)
            box.deleteLater()
        self.boxes.clear()
        for at, label in enumerate(labels):
            box = QCheckBox(self._text(label, counts), self)
            box.setChecked(counts[label] > 0)
            box.toggled.connect(self.changed)
            self._grid.addWidget(box, *divmod(at, _COLUMNS))
            self.boxes[label] = box
        self.changed.emit()

    def _text(self, label: str, counts: Mapping[str, int]) -> str:
        return self.tr("{label} ({count})").format(
            label=label_text(label), count=f"{counts[label]:,}"
        )
