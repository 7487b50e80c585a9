"""What the user says of a session: title, participant, condition, notes."""

from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.recording.session_facts import LINE_MAX, NOTES_MAX, SessionFacts
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.look.wording import name_text


class FactsDialog(AskingDialog):
    """Four fields, all of which may be empty."""

    def __init__(self, name: str, facts: SessionFacts, parent: QWidget | None = None) -> None:
        """Show what is known of the session of this name."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Details of {name}").format(name=name_text(name)))
        self.title_edit = self._line(facts.title)
        self.participant = self._line(facts.participant)
        self.condition = self._line(facts.condition)
        self.notes = QPlainTextEdit(self)
        self.notes.setPlainText(facts.notes)
        self.notes.setTabChangesFocus(True)
        form = QFormLayout()
        form.addRow(self.tr("&Name:"), self.title_edit)
        form.addRow(self.tr("&Participant:"), self.participant)
        form.addRow(self.tr("&Condition:"), self.condition)
        form.addRow(self.tr("N&otes:"), self.notes)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.cancel)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(buttons)
        self.resize(440, 320)
        self._former = self.facts()

    @classmethod
    def ask(cls, parent: QWidget, name: str, facts: SessionFacts) -> SessionFacts | None:
        """Return what was entered; None if nothing was."""
        dialog = cls(name, facts, parent)
        entered = dialog.facts() if dialog.exec() else None
        dialog.deleteLater()
        return entered

    def facts(self) -> SessionFacts:
        """Return what is entered now."""
        return SessionFacts(
            self.title_edit.text().strip(),
            self.participant.text().strip(),
            self.condition.text().strip(),
            self.notes.toPlainText().strip()[:NOTES_MAX],
        )

    def has_changes(self) -> bool:
        """Whether something else was entered."""
        return self.facts() != self._former

    def _line(self, text: str) -> QLineEdit:
        edit = QLineEdit(text, self)
        edit.setMaxLength(LINE_MAX)
        return edit
