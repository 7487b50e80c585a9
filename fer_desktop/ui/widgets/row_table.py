"""A table that is read, and of which whole rows are selected."""

from collections.abc import Collection, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

_READABLE_LETTERS: Final = 16
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowTable(QTableWidget):
    """Columns as wide as their texts, one of them as wide as is left; headings stand over texts."""

    def __init__(
        self,
        headings: Sequence[str],
        name: str,
        *,
        widest: int = 0,
        several: bool = False,
        numbers: Collection[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty table.

        Args:
            headings: one for each column.
            name: what a screen reader calls the table.
            widest: the column that takes what is left.
            several: whether more than one row can be selected.
            numbers: columns that are read from the right.
        """
        super().__init__(0, len(headings), parent)
        modes = QAbstractItemView.SelectionMode
        self._numbers = numbers
        for column, heading in enumerate(headings):
            item = QTableWidgetItem(heading)
            item.setTextAlignment(self._alignment(column))
            self.setHorizontalHeaderItem(column, item)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)  # what does not fit is cut at the end, not after a hyphen
        self.setAlternatingRowColors(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(widest, QHeaderView.ResizeMode.Stretch)
        header.sectionResized.connect(self._on_section_resized)
        self._widest = widest
        self.setAccessibleName(name)

    def put(self, row: int, column: int, text: str) -> QTableWidgetItem:
        """Let a cell have a text, and return it."""
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem(text)
            item.setTextAlignment(self._alignment(column))
            self.setItem(row, column, item)
        elif item.text() != text:
            item.setText(text)
        return item

    def selected_rows(self) -> list[int]:
        """Return the numbers of the rows that are selected, from top to bottom."""
        return sorted({index.row() for index in self.selectedIndexes()})

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the widest column what is left."""
        super().resizeEvent(event)
        self._keep_readable()

    def _on_section_resized(self, column: int, _before: int, _now: int) -> None:
        if column != self._widest:
            self._keep_readable()

    def _keep_readable(self) -> None:
        """Let the table be scrolled sideways before its widest column is too narrow to be read."""
        header, modes = self.horizontalHeader(), QHeaderView.ResizeMode
        others = header.length() - header.sectionSize(self._widest)
        least = _READABLE_LETTERS * self.fontMetrics().averageCharWidth()
        has_room = self.viewport().width() - others >= least
        mode = modes.Stretch if has_room else modes.Fixed
        if header.sectionResizeMode(self._widest) != mode:
            header.setSectionResizeMode(self._widest, mode)
        if not has_room:
            header.resizeSection(self._widest, least)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return _RIGHT if column in self._numbers else _LEFT
