"""Lists of values of which one is chosen."""

from PySide6.QtWidgets import QComboBox


def select(combo: QComboBox, value: object, text: str) -> None:
    """Choose a value, which may come from a settings file and not be among the usual ones."""
    for index in range(combo.count()):
        if combo.itemData(index) == value:
            combo.setCurrentIndex(index)
            return
    combo.addItem(text, value)
    combo.setCurrentIndex(combo.count() - 1)
