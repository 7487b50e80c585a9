"""The other windows of this user on this computer, each a process with a camera of its own."""

import random
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from fer_desktop.log import get_logger
from fer_desktop.recording.row_types import Color
from fer_desktop.settings import MARK_TEXT_MAX
from trainer.contract.checked_json import JsonError, decode_json

log = get_logger("ui")

_CONNECT_MS: Final = 300
_ATTEMPTS: Final = 3
_AGAIN_MS: Final = 50  # at least; by chance more, as others come at the same moment
_WINDOWS_MAX: Final = 16
_LINE_MAX: Final = 16_384  # bytes
_UNREAD_MAX: Final = 1 << 20  # bytes that a window which hangs leaves lying
_Moment = Annotated[int, Meta(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class SharedMark:
    """A mark at a moment that all windows know.

    Attributes:
        moment_ns: when, or from when on, as ``time.monotonic_ns()`` counts.
        text: what was marked.
        end_ns: up to when; None for a moment.
        color: in which it is drawn.
    """

    moment_ns: _Moment
    text: Annotated[str, Meta(max_length=MARK_TEXT_MAX)]
    end_ns: _Moment | None = None
    color: Color = ""


@dataclass(frozen=True, slots=True)
class _Note:
    """One line between two windows."""

    windows: Annotated[int, Meta(ge=0, le=_WINDOWS_MAX)] | None = None
    mark: SharedMark | None = None


class OtherWindows(QObject):
    """Hands marks to every other window, and hears theirs.

    The window that was there first keeps a local socket, which its user alone can open, and hands
    on what the others say. When it closes another one takes its place.

    Signals:
        heard: a ``SharedMark`` of another window.
        changed: there are more or fewer of them.
    """

    heard = Signal(object)
    changed = Signal()

    def __init__(self, place: str, parent: QObject | None = None) -> None:
        """Take where windows meet; empty for nowhere."""
        super().__init__(parent)
        self._place = place
        self._server: QLocalServer | None = None
        self._sockets: list[QLocalSocket] = []
        self._count = 0
        self._is_over = False
        self.is_further = False

    @property
    def count(self) -> int:
        """How many others there are."""
        return self._count

    def join(self) -> None:
        """Meet the others, or wait for them; a moment at most.

        Afterwards ``is_further`` says whether another window was there first.
        """
        self.is_further = self._meet()

    def share(self, mark: SharedMark) -> None:
        """Hand a mark to every other window."""
        self._say(_Note(mark=mark), self._sockets)

    def shutdown(self) -> None:
        """Leave."""
        self._is_over = True
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            socket.disconnected.disconnect()
            socket.flush()
            socket.abort()
        if self._server is not None:
            self._server.close()
            self._server = None

    def _meet(self) -> bool:
        """Come to whoever is there, or be the one to whom others come; tell which."""
        if not self._place or self._is_over:
            return False
        for _ in range(_ATTEMPTS):
            socket = QLocalSocket(self)
            socket.connectToServer(self._place)
            if socket.waitForConnected(_CONNECT_MS):
                self._take(socket)
                return True
            if socket.error() == QLocalSocket.LocalSocketError.ConnectionRefusedError:
                QLocalServer.removeServer(self._place)  # what a killed window has left
            socket.deleteLater()
            if self._has_place():  # else another one has just taken it
                break
        return False

    def _has_place(self) -> bool:
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(self._place):
            log.info("other windows cannot be met: %s", server.errorString())
            server.deleteLater()
            return False
        server.newConnection.connect(self._on_newcomer)
        self._server = server
        return True

    def _on_newcomer(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            if len(self._sockets) >= _WINDOWS_MAX:
                socket.abort()
                socket.deleteLater()
                continue
            self._take(socket)
            self._tell_count()

    def _take(self, socket: QLocalSocket) -> None:
        socket.setReadBufferSize(_LINE_MAX)
        socket.readyRead.connect(lambda: self._hear(socket))
        socket.disconnected.connect(lambda: self._on_gone(socket))
        self._sockets.append(socket)

    def _on_gone(self, socket: QLocalSocket) -> None:
        if socket not in self._sockets:
            return
        self._sockets.remove(socket)
        socket.deleteLater()
        if self._server is not None:
            self._tell_count()
        elif not self._is_over:
            self._set_count(0)
            QTimer.singleShot(_AGAIN_MS + random.randrange(_AGAIN_MS), self, self._meet)

    def _tell_count(self) -> None:
        self._set_count(len(self._sockets))
        self._say(_Note(windows=self._count), self._sockets)

    def _set_count(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.changed.emit()

    def _hear(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            try:
                note = decode_json(bytes(socket.readLine().data()), _Note)
            except JsonError as error:
                log.warning("another window is not understood: %s", error)
                socket.abort()
                return
            if self._server is None and note.windows is not None:
                self._set_count(note.windows)
            if note.mark is not None:
                if self._server is not None:
                    self._say(note, [other for other in self._sockets if other is not socket])
                self.heard.emit(note.mark)
        if socket.bytesAvailable() >= _LINE_MAX:
            log.warning("another window says something without an end")
            socket.abort()

    def _say(self, note: _Note, to: list[QLocalSocket]) -> None:
        line = msgspec.json.encode(note) + b"\n"
        for socket in list(to):
            if socket.bytesToWrite() > _UNREAD_MAX:
                log.warning("another window does not listen")
                socket.abort()
            else:
                socket.write(line)
                socket.flush()
