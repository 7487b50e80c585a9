"""The window's camera, lent to whoever collects pictures.

Two programs, or two parts of one, cannot read most cameras at the same time. So the engine goes on
reading and finding faces, and its results are listened to. If something else is open, it makes room
for the camera and comes back afterwards.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from fer_desktop.errors import FerError
from fer_desktop.pipeline.events import EngineEvent, SourceFailed, SourceOpened, State, StateChanged
from fer_desktop.ui.runtime.bridge import Batch
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.source_request import SourceRequest


@dataclass(frozen=True, slots=True)
class _Former:
    """What was open before.

    Attributes:
        request: what it was; None if nothing was open.
        remember: whether the next start shall open it.
        position_us: where a video was.
        was_playing: whether it played.
    """

    request: SourceRequest | None
    remember: bool
    position_us: int
    was_playing: bool


class CameraLoan(QObject):
    """Lends the camera from ``begin`` to ``end``.

    Attributes:
        trouble: why no pictures come; empty while they do.

    Signals:
        arrived: a ``Result``; without an analysis while the detector is not ready.
        changed: ``trouble`` is another one.
    """

    arrived = Signal(object)
    changed = Signal()

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._former: _Former | None = None
        self._wanted: SourceRequest | None = None
        self._is_lent = False
        self.trouble = ""
        controller.batch.connect(self._on_batch)
        controller.happened.connect(self._on_event)
        controller.request_refused.connect(self._on_refused)

    def open_camera(self) -> SourceRequest | None:
        """Return the camera or stream that is open already."""
        request = self._controller.request
        is_live = request is not None and request.kind in ("camera", "stream")
        return request if is_live and self._controller.is_open else None

    def begin(self, wanted: SourceRequest) -> None:
        """Want the pictures of a camera."""
        self._is_lent, self._wanted = True, wanted
        self._tell("")
        if self.open_camera() == wanted:
            return
        if self._former is None:
            self._former = self._present()
        self._controller.open(wanted, remember=False)

    def again(self) -> None:
        """Open the camera once more, if something else came in between."""
        if self._is_lent and self._wanted is not None:
            self.begin(self._wanted)

    def end(self) -> None:
        """Give the camera back; what was open before comes back."""
        if not self._is_lent:
            return
        self._is_lent = False
        self._tell("")
        former, self._former = self._former, None
        if former is None or self._controller.request != self._wanted:
            return  # it was open anyway, or the person has opened something else meanwhile
        if former.request is None:
            self._controller.stop()
            return
        _PlaceKeeper(self._controller, former)
        self._controller.open(former.request, remember=former.remember)

    def _present(self) -> _Former:
        controller, settings = self._controller, self._controller.settings
        request = controller.request if controller.is_open else None
        remember = request is not None and (request.kind, request.uri) == (
            settings.source_kind,
            settings.source_uri,
        )
        return _Former(
            request, remember, controller.playback.position_us, controller.playback.is_playing
        )

    def _on_batch(self, batch: Batch) -> None:
        info = self._controller.info
        if self._is_lent and info is not None and info.is_live and batch.newest is not None:
            self._tell("")
            self.arrived.emit(batch.newest)

    def _on_refused(self, request: SourceRequest, error: FerError) -> None:
        if self._is_lent and request == self._wanted:
            self._tell(str(error))

    def _on_event(self, event: EngineEvent) -> None:
        if not self._is_lent:
            return
        match event:
            case SourceFailed(error=error):
                self._tell(str(error))
            case StateChanged(state=State.RECONNECTING, message=message):
                self._tell(message)
            case StateChanged(state=State.IDLE):
                self._tell(self.tr("The camera was stopped."))
            case SourceOpened(info=info) if not info.is_live:
                self._tell(self.tr("The window is showing something other than a camera."))

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self.changed.emit()


class _PlaceKeeper(QObject):
    """Finds the place in a video again when it is open; outlives the one who borrowed."""

    def __init__(self, controller: Controller, former: _Former) -> None:
        super().__init__(controller)
        self._controller = controller
        self._former = former
        controller.happened.connect(self._on_event)

    def _on_event(self, event: EngineEvent) -> None:
        controller, former = self._controller, self._former
        if controller.request != former.request:
            self._end()
        elif isinstance(event, SourceOpened):
            controller.playback.seek(former.position_us)
            if former.was_playing or not controller.playback.is_seekable:
                self._end()
        elif isinstance(event, StateChanged) and controller.playback.is_playing:
            controller.toggle()
            self._end()

    def _end(self) -> None:
        self._controller.happened.disconnect(self._on_event)
        self.deleteLater()
