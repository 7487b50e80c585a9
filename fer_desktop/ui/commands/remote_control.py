"""Commands of other programs, obeyed by the window."""

import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer, Signal

from fer_desktop import paths
from fer_desktop.errors import FerError
from fer_desktop.pipeline.events import EngineEvent, SourceFailed, SourceOpened
from fer_desktop.recording.counts import Counts
from fer_desktop.recording.csv_export import export_session
from fer_desktop.recording.session_facts import SessionFacts, write_facts
from fer_desktop.recording.session_format import Mark
from fer_desktop.settings import Settings
from fer_desktop.streaming.commands import export_path
from fer_desktop.streaming.control import ControlServer, Request
from fer_desktop.streaming.targets import place_text
from fer_desktop.ui.dialogs.output_folders import output_folder
from fer_desktop.ui.look.wording import name_text
from fer_desktop.ui.messages.announcer import CONTROL
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.source_clock import SourceClock
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.runtime.unfinished import Making

_FILE_LIMIT_S: Final = 30.0
_LOOK_MS: Final = 50


class RemoteControl(Desk):
    """Listens where the settings say, and does what it is told as if somebody had pressed a key."""

    _asked = Signal(object)

    def __init__(self, parts: WindowParts) -> None:
        super().__init__(parts)
        self._wanted = ""
        self._server: ControlServer | None = None
        self._is_listening = False
        self._clock = SourceClock(self._controller, self)
        self._opening: list[Request] = []
        self._asked.connect(self._obey)
        self._controller.settings_changed.connect(self._choose)
        self._controller.happened.connect(self._on_event)
        self._controller.request_refused.connect(self._on_refused)
        self._choose(self._controller.settings)

    def status(self) -> str:
        """Return where commands are heard; empty for nowhere."""
        if self._server is None or not self._is_listening:
            return ""
        target = self._server.target
        place = place_text(f"{target.kind}:127.0.0.1:{target.port}")
        return self.tr("Listening for commands: {place}").format(place=name_text(place))

    def shutdown(self, limit_s: float) -> None:
        """Listen no more; waits for it, but no longer than so many seconds."""
        if self._server is not None:
            self._server.close(limit_s)

    def _choose(self, settings: Settings) -> None:
        if settings.control == self._wanted:
            return
        self._wanted, former = settings.control, self._server
        self._announcer.take_back(CONTROL)
        self._server, self._is_listening = None, False
        try:
            server = ControlServer(self._wanted, self._asked.emit) if self._wanted else None
        except FerError as error:
            server = None
            self._announcer.say_error(CONTROL, error, stands=True)
        self._server = server

        def change() -> None:
            if former is not None:
                former.close()  # first: it may have the very port
            if server is not None:
                server.open()

        def listens(_: object) -> None:
            if self._server is server:
                self._is_listening = server is not None

        def failed(error: FerError) -> None:
            if self._server is server:
                self._announcer.say_error(CONTROL, error, stands=True)

        self._background.run("remote control", change, listens, failed)

    def _obey(self, request: Request) -> None:
        match request.command.verb:
            case "MARK":
                self._mark(request)
            case "START" if self._controller.is_open:
                request.done("is open already")
            case "START" | "NEWSESSION":
                self._open(request)
            case "STOP":
                self._controller.stop()
                request.done()
            case "EXPORT":
                self._export(request)

    def _mark(self, request: Request) -> None:
        position_us = self._clock.position_us(request.received_ns)
        try:
            was_recorded = self._controller.marks.add(Mark(position_us, request.command.text))
        except FerError as error:
            request.failed(error)
            return
        if was_recorded:
            request.done(f"{position_us / 1e6:.3f}")
        else:
            request.failed("nothing is recorded at the moment")

    def _open(self, request: Request) -> None:
        wanted = self._controller.request
        if wanted is None or wanted.kind == "session":
            request.failed("choose a source in the window first")
            return
        self._opening.append(request)
        self._controller.reopen()

    def _export(self, request: Request) -> None:
        session_file = self._controller.session_log.path
        if session_file is None:
            request.failed("nothing has been analysed yet")
            return
        settings = self._controller.settings
        making = Making.of("table", Path(request.command.text), [(session_file.stem, session_file)])

        def export() -> tuple[str, Counts]:
            folder = output_folder(settings.export_dir, paths.documents_dir())
            suffix = f".{settings.table_format}"
            path = export_path(request.command.text, folder, suffix=suffix)
            rows, dialect = settings.empty_rows, settings.csv_dialect
            return str(path), export_session(session_file, path, empty_rows=rows, dialect=dialect)

        self._background.run(
            "export",
            export,
            lambda made: request.done(made[0]),
            request.failed,
            makes=making,
        )

    def _on_event(self, event: EngineEvent) -> None:
        match event:
            case SourceOpened(info=info):
                opening, self._opening = self._opening, []
                for request in opening:
                    if request.command.verb == "NEWSESSION":
                        self._name(request, self._controller.session, time.monotonic())
                    else:
                        request.done(info.name)
            case SourceFailed(error=error):
                self._refuse(error)

    def _on_refused(self, _: SourceRequest, error: FerError) -> None:
        self._refuse(error)

    def _refuse(self, error: FerError) -> None:
        opening, self._opening = self._opening, []
        for request in opening:
            request.failed(error)

    def _name(self, request: Request, session: int, since_s: float) -> None:
        """Name a session as soon as it has a file."""
        path = self._controller.session_log.path_of(session)
        if path is None:
            if session != self._controller.session or not self._controller.is_open:
                request.failed("the session has ended already")
            elif time.monotonic() - since_s > _FILE_LIMIT_S:
                request.failed("nothing is recorded yet")
            else:
                QTimer.singleShot(_LOOK_MS, self, lambda: self._name(request, session, since_s))
            return
        name = request.command.text
        self._background.run(
            "name of a session",
            lambda: write_facts(path, SessionFacts(title=name)),
            lambda _: request.done(name),
            request.failed,
        )
