"""The list of keys."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.ui.runtime.actions import Actions

_ROWS_PER_COLUMN = 21


class ShortcutsDialog(QDialog):
    """Every action that has a key."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(7)
        self.keys: dict[str, str] = {}
        format_ = QKeySequence.SequenceFormat.NativeText
        named = [(actions.key(action), action.whatsThis()) for action in actions]
        rows = [(key.toString(format_), text) for key, text in named if not key.isEmpty()]
        for numbered, text in (
            (actions.mark_keys, self.tr("Mark with a key of your own")),
            (actions.correction_keys, self.tr("Correct the selected face")),
        ):
            first = actions.key(numbered[0]).toString(format_)
            rows.append((f"{first} – {len(numbered)}", text))  # noqa: RUF001
        for key, text in rows:
            column, row = divmod(len(self.keys), _ROWS_PER_COLUMN)
            self.keys[text] = key
            shown = QLabel(f"<b>{key}</b>", self)
            shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            shown.setContentsMargins(24 if column else 0, 0, 0, 0)
            grid.addWidget(shown, row, 2 * column)
            grid.addWidget(QLabel(text, self), row, 2 * column + 1)
        note = QLabel(
            self.tr("Press Tab to move between controls. Tooltips show the shortcuts."), self
        )
        note.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(14)
        layout.addLayout(grid)
        layout.addWidget(note)
        layout.addWidget(buttons)

    @classmethod
    def ask(cls, parent: QWidget, actions: Actions) -> None:
        """Show the list until it is closed."""
        cls(actions, parent).exec()
