"""Which measures of faces are taken besides the expressions, and in which order they are shown."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.look.measure_texts import measure_description, presets
from fer_desktop.ui.look.wording import measure_text
from fer_desktop.vision.measure_catalogue import measure_names, mesh_can_be_found

_NAME: Final = Qt.ItemDataRole.UserRole
_SIDE_PX: Final = 340
_LINES: Final = 15  # of the longest description
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class MeasuresDialog(AskingDialog[tuple[str, ...]]):
    """A list of all measures to tick and to order, with choices of several at once.

    Attributes:
        preset: choices of several; the last entry stands for any other.
        list: the measures, those chosen before first.
        up_button, down_button: move the selected one.
        description: what it tells.
    """

    def __init__(self, chosen: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Measures"))
        known = measure_names()
        # Those of a package that is not there at present stay chosen.
        self._elsewhere = tuple(name for name in chosen if name not in known)
        self.preset = QComboBox(self)
        for title, names in presets().items():
            self.preset.addItem(title, names)
        self.preset.addItem(self.tr("Custom"))
        self.preset.setAccessibleName(self.tr("Choice of measures"))
        self.list = QListWidget(self)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setMinimumWidth(260)
        self.list.setMinimumHeight(330)
        ordered = [*(name for name in chosen if name in known)]
        for name in (*ordered, *(name for name in known if name not in ordered)):
            item = QListWidgetItem(measure_text(name), self.list)
            item.setData(_NAME, name)
            item.setToolTip(measure_description(name))
            item.setCheckState(_CHECKED if name in chosen else _UNCHECKED)
        self.up_button = QPushButton(self.tr("Move &up"), self)
        self.down_button = QPushButton(self.tr("Move &down"), self)
        self.description = QLabel(self)
        self.description.setWordWrap(True)
        self.description.setFixedWidth(_SIDE_PX)
        self.description.setMinimumHeight(self.fontMetrics().height() * _LINES)
        self.description.setAlignment(Qt.AlignmentFlag.AlignTop)
        note = QLabel(self._note(), self)
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        note.setFixedWidth(_SIDE_PX)
        order = QHBoxLayout()
        order.addWidget(self.up_button)
        order.addWidget(self.down_button)
        side = QVBoxLayout()
        side.addWidget(self.preset)
        side.addLayout(order)
        side.addWidget(self.description)
        side.addStretch(1)
        side.addWidget(note)
        columns = QHBoxLayout()
        columns.addWidget(self.list, 1)
        columns.addLayout(side)
        self.fill(columns)
        self.preset.activated.connect(self._take_preset)
        self.list.itemChanged.connect(self._show_preset)
        self.list.currentItemChanged.connect(self._describe)
        self.list.model().rowsMoved.connect(self._describe)
        self.up_button.clicked.connect(lambda: self._move(-1))
        self.down_button.clicked.connect(lambda: self._move(1))
        self._show_preset()
        self.list.setCurrentRow(0)

    def answer(self) -> tuple[str, ...]:
        """Return the names of what is ticked, in order."""
        ticked = (item for item in self._items() if item.checkState() == _CHECKED)
        return (*(str(item.data(_NAME)) for item in ticked), *self._elsewhere)

    @classmethod
    def ask(cls, parent: QWidget, chosen: Sequence[str]) -> tuple[str, ...] | None:
        """Show it until it is closed; return the choice, or None if there is none."""
        return cls(chosen, parent).answered()

    def _note(self) -> str:
        if not mesh_can_be_found():
            return self.tr(
                "LiteRT is not installed: only head tilt and valence can be measured. There is no"
                " LiteRT for Macs with Intel processors."
            )
        return self.tr(
            "Measures of the face's mesh take a few milliseconds per face and frame. They appear on"
            " the cards, in the timeline in this order, in summaries and exported tables, and in"
            " what is sent to other programs if that is on."
        )

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _take_preset(self) -> None:
        names = self.preset.currentData()
        if names is not None:
            for item in self._items():
                item.setCheckState(_CHECKED if item.data(_NAME) in names else _UNCHECKED)

    def _show_preset(self) -> None:
        ticked = set(self.answer()) - set(self._elsewhere)
        titles = [names is not None and set(names) == ticked for names in self._presets()]
        custom = self.preset.count() - 1
        self.preset.setCurrentIndex(titles.index(True) if True in titles else custom)

    def _presets(self) -> list[tuple[str, ...] | None]:
        return [self.preset.itemData(row) for row in range(self.preset.count())]

    def _describe(self) -> None:
        item, row = self.list.currentItem(), self.list.currentRow()
        self.description.setText("" if item is None else measure_description(item.data(_NAME)))
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(0 <= row < self.list.count() - 1)

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        item = self.list.takeItem(row)
        self.list.insertItem(row + by, item)
        self.list.setCurrentRow(row + by)
