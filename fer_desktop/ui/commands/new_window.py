"""Another window for another camera, in a process of its own."""

import subprocess
import sys
from typing import Final

from fer_desktop.errors import FerError
from fer_desktop.programs import module_command
from fer_desktop.ui.messages.desk import Desk, WindowParts

_TOPIC: Final = "new window"


class NewWindow(Desk):
    """Starts the application once more; that one finds this window by itself."""

    def __init__(self, parts: WindowParts) -> None:
        super().__init__(parts)
        self._started: list[subprocess.Popen[bytes]] = []
        parts.actions.new_window.triggered.connect(self._start)

    def _start(self) -> None:
        is_frozen = getattr(sys, "frozen", False)
        command = [sys.executable] if is_frozen else module_command("fer_desktop", [])
        nothing = subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
            )
        except OSError as error:
            reason = error.strerror or str(error)
            text = self.tr("A new window cannot be opened: {reason}.").format(reason=reason)
            self._announcer.say_error(_TOPIC, FerError(text))
            return
        # Kept, as it goes on without us; those that have ended are let go.
        self._started = [*(item for item in self._started if item.poll() is None), process]
        self._announcer.say_noted(self.tr("A new window is being opened."))
