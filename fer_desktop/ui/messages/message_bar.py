"""Messages inside the window: what happened, what to do, and a button that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.errors import FerError
from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.tokens import current_tokens

Kind = Literal["info", "good", "warning", "error"]
_MAX_SHOWN: Final = 3
_BRIEF_MS: Final = 8000


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell the user.

    Attributes:
        topic: a newer message replaces the one of the same topic.
        kind: how serious it is.
        text: what happened.
        hint: what can be done.
        button: what the button does, in words; without it there is none.
        run: what the button does; the message goes away after it.
        is_brief: whether it goes away by itself.
    """

    topic: str
    kind: Kind
    text: str
    hint: str = ""
    button: str = ""
    run: Callable[[], object] | None = None
    is_brief: bool = False


def error_message(
    topic: str, error: FerError, button: str = "", run: Callable[[], object] | None = None
) -> Message:
    """Return the message of an expected failure."""
    return Message(topic, "error", error.message, error.hint, button, run)


class MessageRow(QFrame):
    """One message.

    Signals:
        closed: the row is no longer needed.
    """

    closed = Signal()

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message
        tokens = current_tokens()
        color = {"good": tokens.good, "warning": tokens.warning, "error": tokens.error}.get(
            message.kind, tokens.accent
        )
        # The selector keeps the border away from the row's children.
        self.setStyleSheet(
            f"MessageRow {{ background: {tokens.surface}; border: 1px solid {tokens.border};"
            f" border-left: 5px solid {color}; border-radius: 6px; }}"
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 6, 6)
        layout.setSpacing(10)
        sign = QLabel(self)
        drawing = "info" if message.kind == "good" else message.kind
        sign.setPixmap(icon(drawing, color).pixmap(20, 20))
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignVCenter)
        self.label = QLabel(self)
        self.label.setText(f"{message.text} {message.hint}".strip())
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = self.label.sizePolicy()  # changed, not replaced: it knows of the wrapped lines
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        self.label.setSizePolicy(policy)
        layout.addWidget(self.label, 1)
        self.button: QPushButton | None = None
        if message.button and message.run is not None:
            self.button = QPushButton(message.button, self)
            self.button.clicked.connect(self._on_clicked)
            layout.addWidget(self.button)
        close = QToolButton(self)
        close.setIcon(icon("close"))
        close.setToolTip(self.tr("Dismiss"))
        close.setAccessibleName(self.tr("Dismiss this message"))
        close.clicked.connect(self.closed)
        layout.addWidget(close)
        self.setAccessibleName(self.label.text())
        if message.is_brief:
            QTimer.singleShot(_BRIEF_MS, self, self.closed.emit)

    def _on_clicked(self) -> None:
        run = self.message.run
        self.closed.emit()
        if run is not None:
            run()


class MessageBar(QWidget):
    """The messages that stand, newest on top; hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, MessageRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 8, 8, 0)
        self._layout.setSpacing(6)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def rows(self) -> list[MessageRow]:
        """The rows on screen, oldest first."""
        return list(self._rows.values())

    def show_message(self, message: Message) -> None:
        """Show a message in place of an older one of its topic."""
        self.dismiss(message.topic)
        while len(self._rows) >= _MAX_SHOWN:
            self.dismiss(next(iter(self._rows)))
        row = MessageRow(message, self)
        row.closed.connect(lambda: self._remove(row))
        self._rows[message.topic] = row
        self._layout.insertWidget(0, row)
        self.show()

    def dismiss(self, topic: str) -> None:
        """Take a message away, if there is one of this topic."""
        row = self._rows.get(topic)
        if row is not None:
            self._remove(row)

    def refresh(self) -> None:
        """Draw the rows anew in the colours of another theme."""
        for message in [row.message for row in self._rows.values()]:
            self.show_message(message)

    def _remove(self, row: MessageRow) -> None:
        if self._rows.get(row.message.topic) is not row:
            return
        del self._rows[row.message.topic]
        self._layout.removeWidget(row)
        row.hide()
        row.deleteLater()
        if not self._rows:
            self.hide()
