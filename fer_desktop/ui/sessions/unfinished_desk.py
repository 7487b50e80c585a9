"""Files that the window is not to be closed upon, and those of which the next start tells."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from fer_desktop.ui.dialogs.finishing import CloseOrWait
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.messages.unfinished_texts import left_text, loss_text, waiting_text
from fer_desktop.ui.runtime.recording_tap import RecordingTap
from fer_desktop.ui.runtime.unfinished import Making, left_unfinished
from fer_desktop.ui.sessions.bundle_desk import BundleDesk
from fer_desktop.ui.sessions.exporter import Exporter

_MOMENT_S: Final = 0.15  # is not worth a question


class UnfinishedDesk(Desk):
    """Asks before files are given up, and offers to make those again that were."""

    def __init__(
        self, parts: WindowParts, exporter: Exporter, bundles: BundleDesk, recorder: RecordingTap
    ) -> None:
        super().__init__(parts)
        self._exporter = exporter
        self._bundles = bundles
        self._recorder = recorder

    def may_close(self) -> bool:
        """Wait for what is being written, and ask where that takes longer than a moment."""
        self._recorder.stop()
        if self._wait(_MOMENT_S):
            return True
        making = (*self._background.making, *self._recorder.making)
        return CloseOrWait.ask(
            self._window, waiting_text(making), loss_text(making), lambda: self._wait(0)
        )

    def offer_leftovers(self) -> None:
        """Tell what was not finished when the application ended; read off the GUI thread."""

        def done(left: Sequence[Making]) -> None:
            if left:
                text, hint = left_text(left)
                button, again = self._again(left)
                self._announcer.files.say_unfinished(text, hint, button, again)

        self._background.run("reading what was left", left_unfinished, done, lambda _: None)

    def _wait(self, limit_s: float) -> bool:
        return self._background.wait_for_files(limit_s) and self._recorder.wait_for_files(limit_s)

    def _again(self, left: Sequence[Making]) -> tuple[str, Callable[[], object] | None]:
        """Return a button and what it does, if one can do something about all of it."""
        first, settings = left[0], self._controller.settings
        if any(one.kind != first.kind for one in left):
            return "", None
        path = Path(first.path)
        sessions = [(name, file) for name, text in first.sessions if (file := Path(text)).is_file()]
        if first.kind == "video":
            folder = QUrl.fromLocalFile(str(path.parent))
            return self.tr("Open folder"), lambda: QDesktopServices.openUrl(folder)
        if len(left) > 1:
            return "", None
        if first.kind == "import" and path.is_file():
            return self.tr("Import again"), lambda: self._bundles.bring_in(path)
        if not sessions:
            return "", None
        again = {
            "table": lambda: self._exporter.ask_and_export_several(sessions, settings),
            "report": lambda: self._exporter.ask_and_report(sessions, settings),
            "bundle": lambda: self._bundles.ask_and_export(sessions),
        }.get(first.kind)
        return (self.tr("Export again…"), again) if again is not None else ("", None)
