"""Dialogs that fit the screen, and ask before they forget."""

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QWidget

from fer_desktop.ui.dialogs.prompts import Confirm

# Is drawn around a window by the desktop, which tells its height too late.
TITLE_BAR: Final = QSize(0, 40)


def fitting_size(window: QWidget, wanted: QSize) -> QSize:
    """Return a size for a window that leaves nothing of it beyond the screen."""
    return wanted.boundedTo(window.screen().availableSize() - TITLE_BAR)


class AskingDialog(QDialog):
    """Asks before Escape, or its window being closed, throws away what was entered.

    A button that says Cancel is answer enough: connect it with ``cancel``.
    """

    def has_changes(self) -> bool:
        """Whether something was entered that would be lost."""
        raise NotImplementedError

    def reject(self) -> None:
        """Close, if nothing is lost by it or the person agrees."""
        if not self.has_changes() or Confirm.ask(
            self,
            self.tr("Discard changes?"),
            self.tr("What you have entered will be lost."),
            self.tr("Discard"),
        ):
            super().reject()

    def cancel(self) -> None:
        """Close without a question."""
        super().reject()
