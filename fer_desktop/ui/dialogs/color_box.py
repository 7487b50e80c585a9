"""A choice of colours that colour-blind people tell apart, too."""

from typing import Final

from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QWidget

_SIDE_PX: Final = 14
# Okabe and Ito's.
_COLORS: Final = (
    ("#e69f00", "Orange"),
    ("#56b4e9", "Sky blue"),
    ("#009e73", "Green"),
    ("#f0e442", "Yellow"),
    ("#0072b2", "Blue"),
    ("#d55e00", "Vermilion"),
    ("#cc79a7", "Purple"),
    ("#999999", "Gray"),
)


class ColorBox(QComboBox):
    """Names of colours with a swatch each; the first stands for the usual colour."""

    def __init__(self, color: str, parent: QWidget | None = None) -> None:
        """Choose a colour, ``#rrggbb`` or empty, which need not be among the usual ones."""
        super().__init__(parent)
        self.setAccessibleName(self.tr("Colour"))
        self.addItem(self.tr("Default"), "")
        for value, name in _COLORS:
            self.addItem(color_icon(value), self.tr(name), value)
        if self.findData(color.lower()) < 0:
            self.addItem(color_icon(color), color, color.lower())
        self.setCurrentIndex(self.findData(color.lower()))

    @property
    def color(self) -> str:
        """The chosen one, ``#rrggbb``; empty for the usual one."""
        return str(self.currentData())


def color_icon(color: str) -> QIcon:
    """Return a swatch of a colour."""
    swatch = QPixmap(_SIDE_PX, _SIDE_PX)
    swatch.fill(QColor(color))
    return QIcon(swatch)
