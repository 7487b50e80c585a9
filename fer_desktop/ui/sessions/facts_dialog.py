"""What the user says of a session: title, participant, condition, notes."""

from PySide6.QtWidgets import (
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from fer_desktop.recording.session_facts import LINE_MAX, NOTES_MAX, SessionFacts
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.look.wording import name_text


class FactsDialog(AskingDialog[SessionFacts]):
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
        self.fill(form)
        self.resize(440, 320)

    @classmethod
    def ask(cls, parent: QWidget, name: str, facts: SessionFacts) -> SessionFacts | None:
        """Return what was entered; None if nothing was."""
        return cls(name, facts, parent).answered()

    def answer(self) -> SessionFacts:
        """Return what is entered now."""
        return SessionFacts(
            self.title_edit.text().strip(),
            self.participant.text().strip(),
            self.condition.text().strip(),
            self.notes.toPlainText().strip()[:NOTES_MAX],
        )

    def _line(self, text: str) -> QLineEdit:
        edit = QLineEdit(text, self)
        edit.setMaxLength(LINE_MAX)
        return edit
