"""What every desk of the window works with: it asks people, obeys actions, and tells what comes."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from fer_desktop.ui.messages.announcer import Announcer
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.controller import Controller


@dataclass(frozen=True, slots=True)
class WindowParts:
    """What is shared in a window.

    Attributes:
        window: the parent of dialogs.
        actions: what menus, buttons and keys trigger.
        controller: what is open, and the user's choices.
        announcer: tells the user what happened.
        background: does what takes long.
    """

    window: QWidget
    actions: Actions
    controller: Controller
    announcer: Announcer
    background: Background


class Desk(QObject):
    """Serves one matter of the window for as long as that is there."""

    def __init__(self, parts: WindowParts) -> None:
        super().__init__(parts.window)
        self._window = parts.window
        self._actions = parts.actions
        self._controller = parts.controller
        self._announcer = parts.announcer
        self._background = parts.background
