"""A table that is read, and of which whole rows are selected."""

from collections.abc import Sequence

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QWidget


class RowTable(QTableWidget):
    """Columns as wide as their texts, one of them as wide as is left."""

    def __init__(
        self,
        headings: Sequence[str],
        name: str,
        *,
        widest: int = 0,
        several: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty table.

        Args:
            headings: one for each column.
            name: what a screen reader calls the table.
            widest: the column that takes what is left.
            several: whether more than one row can be selected.
        """
        super().__init__(0, len(headings), parent)
        modes = QAbstractItemView.SelectionMode
        self.setHorizontalHeaderLabels(list(headings))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(widest, QHeaderView.ResizeMode.Stretch)
        self.setAccessibleName(name)

    def selected_rows(self) -> list[int]:
        """Return the numbers of the rows that are selected, from top to bottom."""
        return sorted({index.row() for index in self.selectedIndexes()})
