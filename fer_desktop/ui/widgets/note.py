"""A line that says what is going on, or what went wrong."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from fer_desktop.errors import FerError

_ANY_HEIGHT: Final = (1 << 24) - 1  # Qt's own largest


class Note(QLabel):
    """Plain text that wraps; failures have another colour, and nothing takes no room."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.say(text)

    def say(self, text: str) -> None:
        """Say what is going on."""
        self._show(text, "muted")

    def say_error(self, error: FerError) -> None:
        """Say what went wrong, and what can be done."""
        self._show(str(error), "error")

    def _show(self, text: str, role: str) -> None:
        self.setProperty("role", role)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setText(text)
        self.setMaximumHeight(_ANY_HEIGHT if text else 0)
