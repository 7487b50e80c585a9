"""What the dataset's labels become: a table in which the names can be changed."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.training.inspection import LabelRow

_OWN, _BECOMES, _PICTURES = range(3)
_MOST_PX: Final = 220
# They part the pairs of a map, so they can stand in none.
_PARTING: Final = (",", "=")


class LabelMapView(QWidget):
    """A row for each label of the dataset; the second column is for the person to change.

    Signals:
        map_wanted: the dataset shall be read with these names: pairs as the trainer's ``--map``.
    """

    map_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[LabelRow, ...] = ()
        self.text = QLabel(
            self.tr(
                "Give labels that mean the same one name. Without a name its pictures are left out."
            ),
            self,
        )
        self.text.setProperty("role", "muted")
        self.text.setWordWrap(True)
        self.table = QTableWidget(0, 3, self)
        self.table.setHorizontalHeaderLabels(
            [self.tr("In the pictures"), self.tr("Becomes"), self.tr("Pictures")]
        )
        self.table.setAccessibleName(self.tr("Labels"))
        self.table.verticalHeader().hide()
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setMaximumHeight(_MOST_PX)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(_PICTURES, QHeaderView.ResizeMode.ResizeToContents)
        self.apply_button = QPushButton(self.tr("Read the pictures anew"), self)
        self.apply_button.setAutoDefault(False)
        self.apply_button.setEnabled(False)
        self.apply_button.clicked.connect(self._on_apply)
        self.table.itemChanged.connect(self._on_edited)
        row = QHBoxLayout()
        row.addWidget(self.apply_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.text)
        layout.addWidget(self.table)
        layout.addLayout(row)

    def show_labels(self, rows: Sequence[LabelRow]) -> None:
        """Show what labels have become."""
        self._rows = tuple(row for row in rows if row.pictures)
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._rows))
        for at, row in enumerate(self._rows):
            fixed = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            own, count = QTableWidgetItem(row.label), QTableWidgetItem(f"{row.pictures:,}")
            count.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            becomes = QTableWidgetItem(row.becomes)
            for item in (own, count):
                item.setFlags(fixed)
            if any(sign in row.label for sign in _PARTING):
                becomes.setFlags(fixed)
                becomes.setToolTip(self.tr("Rename the folder: its name has a comma or a ="))
            for column, item in ((_OWN, own), (_BECOMES, becomes), (_PICTURES, count)):
                self.table.setItem(at, column, item)
        self.table.blockSignals(False)
        self.apply_button.setEnabled(False)

    def map_text(self) -> str:
        """Return the names as the table has them now, as the trainer takes them."""
        pairs = []
        for at, row in enumerate(self._rows):
            name = self._name(at)
            if name != row.label and not any(sign in row.label for sign in _PARTING):
                pairs.append(f"{row.label}={name}")
        return ",".join(pairs)

    def _name(self, at: int) -> str:
        item = self.table.item(at, _BECOMES)
        text = item.text() if item is not None else ""
        for sign in _PARTING:
            text = text.replace(sign, " ")
        return " ".join(text.split())

    def _on_edited(self) -> None:
        changed = any(self._name(at) != row.becomes for at, row in enumerate(self._rows))
        self.apply_button.setEnabled(changed)

    def _on_apply(self) -> None:
        self.map_wanted.emit(self.map_text())
