"""Network cameras: asks for addresses and passwords, and keeps what the user wants to be kept."""

from collections.abc import Iterable

from fer_desktop.passwords import Passwords
from fer_desktop.pipeline.events import EngineEvent, SourceOpened
from fer_desktop.ui.dialogs.login_dialog import LoginDialog
from fer_desktop.ui.dialogs.network_dialog import NetworkDialog
from fer_desktop.ui.messages.desk import Desk, WindowParts


class NetworkCameras(Desk):
    """Connects them; a password is remembered, or kept, once the camera has taken it."""

    def __init__(self, parts: WindowParts, passwords: Passwords) -> None:
        super().__init__(parts)
        self._passwords = passwords
        parts.actions.open_network.triggered.connect(self._connect_camera)
        parts.actions.log_in.triggered.connect(self._log_in)
        parts.controller.happened.connect(self._on_event)

    def keep(self, urls: Iterable[str]) -> None:
        """Keep addresses with their passwords for good, or tell why that cannot be."""
        for url in urls:
            self._passwords.remember(url)
            self._background.run(
                "keeping a password",
                lambda url=url: self._passwords.keep(url),  # type: ignore[misc]
                lambda _: None,
                lambda error: self._announcer.say_error("password", error),
            )

    def _connect_camera(self) -> None:
        recent = self._controller.settings.recent_urls
        request = NetworkDialog.ask(self._window, recent, self._passwords.may_be_kept)
        if request is not None:
            self._controller.open(request)

    def _log_in(self) -> None:
        request = self._controller.request
        if request is not None and request.kind == "stream":
            request = LoginDialog.ask(self._window, request, self._passwords.may_be_kept)
            if request is not None:
                self._controller.open(request)

    def _on_event(self, event: EngineEvent) -> None:
        request = self._controller.request
        if not isinstance(event, SourceOpened) or request is None or not request.private_url:
            return
        if request.keeps_password:
            self.keep([request.private_url])
        else:
            self._passwords.remember(request.private_url)
