"""A name for something, checked while it is typed."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from fer_desktop.errors import FerError
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog


class NameDialog(AskingDialog):
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
        self._suggestion = suggestion
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
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.cancel)
        layout = QVBoxLayout(self)
        for widget in (question, self.edit, self.problem, self._buttons):
            layout.addWidget(widget)
        self.edit.textChanged.connect(self._on_text)
        self._on_text()

    @property
    def name(self) -> str:
        """What was typed."""
        return self.edit.text().strip()

    def has_changes(self) -> bool:
        """Whether another name was typed than the suggested one."""
        return self.name != self._suggestion

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
        dialog = cls(title, text, suggestion, check, parent)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        return dialog.name if accepted else None

    def _on_text(self) -> None:
        try:
            self._check(self.name)
        except FerError as error:
            self.problem.setText(error.message)
        else:
            self.problem.clear()
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not self.problem.text())
