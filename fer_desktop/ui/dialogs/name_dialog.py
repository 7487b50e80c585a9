"""A name for something, checked while it is typed."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from fer_desktop.errors import FerError
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog


class NameDialog(AskingDialog[str]):
    """Asks for a name; only one that passes the check can be given."""

    def __init__(
        self,
        title: str,
        text: str,
        suggestion: str,
        check: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        """Take the words of the question, and what raises FerError for a name that cannot be."""
        super().__init__(parent)
        self._check = check
        self.setWindowTitle(title)
        question = QLabel(text, self)
        question.setWordWrap(True)
        self.edit = QLineEdit(suggestion, self)
        self.edit.setMinimumWidth(360)
        self.edit.setAccessibleName(self.tr("Name"))
        self.edit.selectAll()
        question.setBuddy(self.edit)
        self.problem = QLabel(self)
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.fill(question, self.edit, self.problem)
        self.edit.textChanged.connect(self._on_text)
        self._on_text()

    def answer(self) -> str:
        """Return what is typed now."""
        return self.edit.text().strip()

    @classmethod
    def ask(
        cls,
        parent: QWidget,
        title: str,
        text: str,
        suggestion: str,
        check: Callable[[str], object],
    ) -> str | None:
        """Return the name that the person gave."""
        return cls(title, text, suggestion, check, parent).answered()

    def _on_text(self) -> None:
        try:
            self._check(self.answer())
        except FerError as error:
            self.problem.setText(error.message)
        else:
            self.problem.clear()
        self.accept_button.setEnabled(not self.problem.text())
