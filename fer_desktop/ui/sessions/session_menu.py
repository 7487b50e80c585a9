"""What can be done with chosen sessions besides what has a button of its own."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget


class SessionMenu(QPushButton):
    """A button with a menu.

    Attributes:
        compare, bundle, bring_in, show_folder: what it offers.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        menu = QMenu(self)
        self.compare = self._add(menu, self.tr("Compare two…"))
        menu.addSeparator()
        self.bundle = self._add(menu, self.tr("Save as bundle…"))
        self.bring_in = self._add(menu, self.tr("Import bundle…"))
        menu.addSeparator()
        self.show_folder = self._add(menu, self.tr("Show folder"))
        self.setText(self.tr("More"))
        self.setMenu(menu)
        self.setAutoDefault(False)

    def refresh(self, chosen: int) -> None:
        """Offer what can be done with so many sessions."""
        self.compare.setEnabled(chosen == 2)
        self.bundle.setEnabled(chosen > 0)

    def _add(self, menu: QMenu, text: str) -> QAction:
        action = QAction(text, self)
        menu.addAction(action)
        return action
