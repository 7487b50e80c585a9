"""Messages inside the window: what happened, what to do, and a button that does it."""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import Final, Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
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
from fer_desktop.ui.look.wording import message_text

Kind = Literal["info", "good", "warning", "error"]
_MAX_KEPT: Final = 5
_BRIEF_MS: Final = 8_000
_LEAST_WIDTH_PX: Final = 120
_LONG_MS: Final = 20_000  # failures, and what has a button to reach for
_LOOK_AGAIN_MS: Final = 2_000


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
        stands: whether it stays until somebody dismisses it, because what it tells of goes on;
            others leave by themselves.
    """

    topic: str
    kind: Kind
    text: str
    hint: str = ""
    button: str = ""
    run: Callable[[], object] | None = None
    stands: bool = False

    @property
    def can_wait(self) -> bool:
        """Whether it comes back once a newer one has left."""
        return self.stands or self.kind in ("warning", "error")

    @property
    def lifetime_ms(self) -> int:
        """How long it is shown, unless it stands."""
        return _LONG_MS if self.button or self.kind in ("warning", "error") else _BRIEF_MS


def error_message(
    topic: str,
    error: FerError,
    button: str = "",
    run: Callable[[], object] | None = None,
    *,
    stands: bool = False,
) -> Message:
    """Return the message of an expected failure."""
    return Message(topic, "error", error.message, error.hint, button, run, stands)


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
        self.label.setText(message_text(f"{message.text} {message.hint}"))
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setMinimumWidth(_LEAST_WIDTH_PX)  # whatever long words it has
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
        self._more = QLabel(self)
        self._more.setProperty("role", "muted")
        self._more.setToolTip(self.tr("Other messages are shown once this one is dismissed"))
        self._more.hide()
        layout.addWidget(self._more)
        close = QToolButton(self)
        close.setIcon(icon("close"))
        close.setToolTip(self.tr("Dismiss"))
        close.setAccessibleName(self.tr("Dismiss this message"))
        close.clicked.connect(self.closed)
        layout.addWidget(close)
        self.setAccessibleName(self.label.text())
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.timeout.connect(self._leave)
        if not message.stands:
            self._leaving.start(message.lifetime_ms)

    def show_waiting(self, count: int) -> None:
        """Show how many other messages wait until this one has left."""
        self._more.setText(f"+{count}")
        self._more.setVisible(count > 0)

    def _leave(self) -> None:
        """Go, but not from under the pointer or the keyboard's focus."""
        focused = QApplication.focusWidget()
        if self.underMouse() or (focused is not None and self.isAncestorOf(focused)):
            self._leaving.start(_LOOK_AGAIN_MS)
        else:
            self.closed.emit()

    def _on_clicked(self) -> None:
        run = self.message.run
        self.closed.emit()
        if run is not None:
            run()


class MessageBar(QWidget):
    """Shows the newest message; hidden while there is none.

    A failure that a newer message covers comes back when that one has left. Nothing else waits:
    messages never pile up.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages: list[Message] = []
        self._row: MessageRow | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 8, 8, 0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def row(self) -> MessageRow | None:
        """The row on screen."""
        return self._row

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages that are kept, the one on screen last."""
        return tuple(self._messages)

    def show_message(self, message: Message) -> None:
        """Show a message in place of an older one of its topic."""
        kept = [other for other in self._messages if other.topic != message.topic]
        waiting = [other for other in kept if other.can_wait][-(_MAX_KEPT - 1) :]
        self._keep([*waiting, message])

    def tell(
        self,
        topic: str,
        kind: Kind,
        text: str,
        hint: str = "",
        button: str = "",
        run: Callable[[], object] | None = None,
        *,
        stands: bool = False,
    ) -> None:
        """Show a message of these parts."""
        self.show_message(Message(topic, kind, text, hint, button, run, stands))

    def dismiss(self, topic: str) -> None:
        """Take a message away, if there is one of this topic."""
        self._keep([message for message in self._messages if message.topic != topic])

    def dismiss_all_but(self, topics: Container[str]) -> None:
        """Take away every message of other topics."""
        self._keep([message for message in self._messages if message.topic in topics])

    def let_go(self, topic: str) -> None:
        """Let a message that stood leave by itself from now on."""
        self._keep(
            [
                replace(message, stands=False) if message.topic == topic else message
                for message in self._messages
            ]
        )

    def refresh(self) -> None:
        """Draw the row anew in the colours of another theme."""
        self._remove_row()
        self._keep(self._messages)

    def _keep(self, messages: list[Message]) -> None:
        self._messages = messages
        newest = messages[-1] if messages else None
        if self._row is None or self._row.message is not newest:
            self._remove_row()
            if newest is not None:
                self._add_row(newest)
        if self._row is not None:
            self._row.show_waiting(len(messages) - 1)
        self.setVisible(newest is not None)

    def _add_row(self, message: Message) -> None:
        row = self._row = MessageRow(message, self)
        row.closed.connect(lambda: self._on_closed(row))
        self._layout.addWidget(row)

    def _on_closed(self, row: MessageRow) -> None:
        self._keep([message for message in self._messages if message is not row.message])

    def _remove_row(self) -> None:
        row, self._row = self._row, None
        if row is not None:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
