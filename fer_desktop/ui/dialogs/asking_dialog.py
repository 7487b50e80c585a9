"""Dialogs that fit the screen, and ask before they forget."""

from typing import Final, Generic, TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.ui.dialogs.prompts import Confirm

# Is drawn around a window by the desktop, which tells its height too late.
TITLE_BAR: Final = QSize(0, 40)


def fitting_size(window: QWidget, wanted: QSize) -> QSize:
    """Return a size for a window that leaves nothing of it beyond the screen."""
    return wanted.boundedTo(window.screen().availableSize() - TITLE_BAR)


Answer = TypeVar("Answer")


class AskingDialog(QDialog, Generic[Answer]):
    """A question with an answer, under which stand OK, or a better word, and Cancel.

    Escape, or its window being closed, does not throw away what was entered without another
    question; Cancel is answer enough.

    Attributes:
        buttons: below the content.
        accept_button: takes the answer; the default one.
    """

    buttons: QDialogButtonBox
    accept_button: QPushButton

    def answer(self) -> Answer:
        """Return what is entered now."""
        raise NotImplementedError

    def has_changes(self) -> bool:
        """Whether something was entered that would be lost."""
        return self.answer() != self._former

    def fill(self, *content: QWidget | QLayout, accept: str = "") -> None:
        """Put the content above the buttons; what it answers now is what nothing was changed of.

        Args:
            content: from top to bottom.
            accept: the word on the button that takes the answer.
        """
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Cancel, self)
        if accept:
            role = QDialogButtonBox.ButtonRole.AcceptRole
            self.accept_button = self.buttons.addButton(accept, role)
        else:
            self.accept_button = self.buttons.addButton(kinds.Ok)
        self.accept_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.cancel)
        layout = QVBoxLayout(self)
        for part in content:
            if isinstance(part, QLayout):
                layout.addLayout(part)
            else:
                layout.addWidget(part)
        layout.addWidget(self.buttons)
        self._former = self.answer()

    def answered(self) -> Answer | None:
        """Show it until it is closed; return the answer, or None if there is none."""
        is_accepted = self.exec() == QDialog.DialogCode.Accepted
        self.deleteLater()
        return self.answer() if is_accepted else None

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
