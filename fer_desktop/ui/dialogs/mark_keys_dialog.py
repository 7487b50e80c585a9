"""What the keys 1 to 9 mark."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from fer_desktop.settings import MARK_KEYS, MARK_TEXT_MAX, MarkKey
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.dialogs.color_box import ColorBox


class MarkKeysDialog(AskingDialog[tuple[MarkKey, ...]]):
    """A row for each key: its text, its colour, and whether it marks moments or stretches."""

    def __init__(self, keys: Sequence[MarkKey], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Mark keys"))
        self.texts: list[QLineEdit] = []
        self.colors: list[ColorBox] = []
        self.stretches: list[QCheckBox] = []
        grid = QGridLayout()
        for column, heading in enumerate((self.tr("Key"), self.tr("Text"), self.tr("Colour"))):
            label = QLabel(heading, self)
            label.setProperty("role", "muted")
            grid.addWidget(label, 0, column)
        grid.setColumnStretch(1, 1)
        for number in range(1, MARK_KEYS + 1):
            key = keys[number - 1] if number <= len(keys) else MarkKey()
            self._add_row(grid, number, key)
        note = QLabel(
            self.tr(
                "Press a key while something is open to mark that moment. Of an interval, the "
                "first press sets the beginning and the next press the end."
            ),
            self,
        )
        note.setWordWrap(True)
        note.setProperty("role", "muted")
        self.fill(grid, note)

    @classmethod
    def ask(cls, parent: QWidget, keys: Sequence[MarkKey]) -> tuple[MarkKey, ...] | None:
        """Return what the keys are to mark; None if that was not decided."""
        return cls(keys, parent).answered()

    def answer(self) -> tuple[MarkKey, ...]:
        """Return what the keys mark as it is now."""
        rows = zip(self.texts, self.colors, self.stretches, strict=True)
        return tuple(
            MarkKey(text=text.text().strip(), color=color.color, is_stretch=stretch.isChecked())
            for text, color, stretch in rows
        )

    def _add_row(self, grid: QGridLayout, number: int, key: MarkKey) -> None:
        text = QLineEdit(key.text, self)
        text.setMaxLength(MARK_TEXT_MAX)
        text.setMinimumWidth(220)
        text.setAccessibleName(self.tr("Text of the key {number}").format(number=number))
        color = ColorBox(key.color, self)
        color.setAccessibleName(self.tr("Colour of the key {number}").format(number=number))
        stretch = QCheckBox(self.tr("Interval"), self)
        stretch.setChecked(key.is_stretch)
        stretch.setAccessibleName(self.tr("The key {number} marks intervals").format(number=number))
        for column, widget in enumerate((QLabel(str(number), self), text, color, stretch)):
            grid.addWidget(widget, number, column)
        self.texts.append(text)
        self.colors.append(color)
        self.stretches.append(stretch)
