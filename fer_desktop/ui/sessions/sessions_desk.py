"""What the main window does with past sessions: shows their list, and obeys it."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fer_desktop.errors import FerError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.events import AnalysisEnded, EngineEvent, SourceOpened
from fer_desktop.recording.bundle_import import ImportedBundle
from fer_desktop.recording.bundle_writing import WrittenBundle
from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.recording.session_store import complete_sessions_of
from fer_desktop.ui.dialogs.output_folders import picture_folders
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.messages.written_texts import bundle_text, imported_text
from fer_desktop.ui.runtime.continuing import Continuation, InUse, continuation
from fer_desktop.ui.sessions.bundle_desk import BundleDesk
from fer_desktop.ui.sessions.compare_dialog import CompareDialog
from fer_desktop.ui.sessions.exporter import Exporter
from fer_desktop.ui.sessions.session_opener import SessionOpener
from fer_desktop.ui.sessions.session_texts import start_text
from fer_desktop.ui.sessions.sessions_dialog import SessionsDialog

_log = get_logger("ui")


class SessionsDesk(Desk):
    """Opens the list of past sessions when it is asked for.

    Signals:
        continued: a file whose analysis is to go on, and the path of its session.
    """

    continued = Signal(object, object)

    def __init__(
        self, parts: WindowParts, exporter: Exporter, bundles: BundleDesk, opener: SessionOpener
    ) -> None:
        """Take the parts of the window that sessions have to do with."""
        super().__init__(parts)
        self._exporter = exporter
        self._bundles = bundles
        self._opener = opener
        self._dialog: SessionsDialog | None = None
        self._former: tuple[int, Path] | None = None  # the session of a file analysed again
        opener.analyzing_again.connect(self._on_analyzing_again)
        parts.controller.happened.connect(self._on_event)
        parts.actions.sessions.triggered.connect(self.show)

    def show(self) -> None:
        """Show the list until it is closed, and then the session that was chosen."""
        path = SessionsDialog.ask(
            self._window,
            self._controller.session_log.folder,
            self._background,
            self._exporter,
            self._controller.settings,
            self._in_use(),
            self._connect,
        )
        self._dialog = None
        if path is not None:
            self._opener.open(path)

    def compare(self, first: Path, second: Path, parent: QWidget | None = None) -> None:
        """Show two sessions together."""
        CompareDialog.ask(parent or self._window, (first, second), self._background)

    def _on_analyzing_again(self, former: Path) -> None:
        self._former = self._controller.session, former

    def _on_event(self, event: EngineEvent) -> None:
        match event:
            case SourceOpened(session=session, info=info) if info.kind == "video":
                self._look_for_former(session)
            case AnalysisEnded(file=session, is_whole=True):
                self._offer_to_compare(session)

    def _offer_to_compare(self, session: int) -> None:
        """Offer to compare an analysis with the former one of the same file."""
        if self._former is None or self._former[0] != session:
            return
        former, latter = self._former[1], self._controller.session_log.path_of(session)
        if latter is not None and former.is_file():
            self._announcer.say_analysed_again(lambda: self.compare(former, latter))

    def _look_for_former(self, session: int) -> None:
        """Offer the session of a film that was opened though it had been analysed before."""
        request, log = self._controller.request, self._controller.session_log
        is_again = self._former is not None and self._former[0] == session
        if session != self._controller.session or is_again:
            return
        if request is None or request.kind != "file":
            return
        file = Path(request.uri)

        def done(found: list[SessionSummary]) -> None:
            former = [one for one in found if one.path != log.path_of(session)]
            if former and session == self._controller.session:
                path = former[0].path
                self._announcer.say_analysed_before(
                    request.title, start_text(former[0]), lambda: self._opener.open(path)
                )

        self._background.run(
            "looking for former sessions",
            lambda: complete_sessions_of(file, log.folder),
            done,
            lambda error: _log.warning("%s", error),
        )

    def _connect(self, dialog: SessionsDialog) -> None:
        def say_written(bundle: WrittenBundle) -> None:
            dialog.say(bundle_text(bundle))

        def take_in(bundle: ImportedBundle) -> None:
            dialog.reload(imported_text(bundle))

        def say_failed(error: FerError) -> None:
            dialog.say(str(error))

        self._dialog = dialog
        bundles = self._bundles
        dialog.bundled.connect(lambda sessions: bundles.ask_and_export(sessions, dialog))
        dialog.compared.connect(lambda paths: self.compare(paths[0], paths[1], dialog))
        dialog.continued.connect(lambda session: self._continue(session, dialog))
        dialog.import_wanted.connect(lambda: bundles.ask_and_import(dialog))
        for signal, slot in (
            (bundles.written, say_written),
            (bundles.imported, take_in),
            (bundles.failed, say_failed),
        ):
            signal.connect(slot)
            dialog.finished.connect(lambda _, signal=signal, slot=slot: signal.disconnect(slot))

    def _continue(self, session: Path, dialog: SessionsDialog) -> None:
        controller = self._controller
        now = InUse(controller.model.preset, controller.model.engine, controller.settings)
        folders = picture_folders(controller.settings)

        def done(found: Continuation) -> None:
            if self._dialog is dialog:
                dialog.accept()
                self.continued.emit(found.file, session)

        def failed(error: FerError) -> None:
            if self._dialog is dialog:
                dialog.say(str(error))

        self._background.run(
            "looking at a session", lambda: continuation(session, now, folders), done, failed
        )

    def _in_use(self) -> set[Path]:
        """Return what is written, and what is shown."""
        log = self._controller.session_log
        shown = log.path if self._controller.is_open else None
        log.shown.let_go(but=shown)  # what is still seen after its source was closed
        return {*log.in_use(), *([shown] if shown is not None else [])}
