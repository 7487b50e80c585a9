"""Results to other programs, as the settings want it, and what the status line says of that."""

from collections.abc import Iterable

from PySide6.QtCore import QObject

from fer_desktop.recording.session_format import Mark
from fer_desktop.settings import Settings
from fer_desktop.streaming.chosen import ChosenStreams
from fer_desktop.streaming.targets import is_stream, place_text
from fer_desktop.ui.look.wording import name_text
from fer_desktop.ui.runtime.controller import Controller


class LiveStreams(QObject):
    """Switches streams on and off with the settings, and sends the marks that are set."""

    def __init__(
        self, controller: Controller, streams: ChosenStreams, always: Iterable[str] = ()
    ) -> None:
        """Take what sends.

        Args:
            controller: has the settings and the marks.
            streams: they are switched here.
            always: streams that are on whatever the settings say.
        """
        super().__init__(controller)
        self._streams = streams
        self._controller = controller
        self._always = tuple(always)
        controller.settings_changed.connect(self._choose)
        controller.marks.added.connect(self._send)
        self._choose(controller.settings)

    def status(self) -> str:
        """Return what is sent where at this moment; empty if nothing is."""
        sending, waiting = self._streams.sending, self._streams.waiting
        if sending:
            return self.tr("Sending: {places}").format(places=_places(sending))
        if waiting:
            return self.tr("Ready to send: {places}").format(places=_places(waiting))
        return ""

    def _send(self, mark: Mark) -> None:
        self._streams.mark(self._controller.session, mark.timestamp_us, mark.text)

    def _choose(self, settings: Settings) -> None:
        self._streams.choose((*self._always, *filter(is_stream, settings.outputs)))


def _places(texts: Iterable[str]) -> str:
    return ", ".join(name_text(place_text(text)) for text in texts)
