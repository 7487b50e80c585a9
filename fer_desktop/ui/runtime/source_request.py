"""What the user wants to look at, before anything is opened."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from fer_desktop.addresses import has_secret, public_address
from fer_desktop.files import shown_name
from fer_desktop.settings import Settings
from fer_desktop.sources.base import FrameSource, Pacing
from fer_desktop.sources.plugin_sources import source_names
from fer_desktop.ui.look.wording import name_text, translate

RequestKind = Literal["camera", "stream", "file", "demo", "session"]


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A source by name.

    Attributes:
        kind: what it is.
        uri: camera index or name, URL without a password, or path of a file or of a past session;
            empty for the demo clip.
        private_url: a URL with its password; empty where it holds none. Never shown or stored.
        label: what a past session is called.
        keeps_password: whether the user wants it in the system's keyring.
    """

    kind: RequestKind
    uri: str = ""
    private_url: str = field(default="", repr=False, compare=False)
    keeps_password: bool = field(default=False, compare=False)
    label: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.kind == "stream" and has_secret(self.uri):
            object.__setattr__(self, "private_url", self.uri)
            object.__setattr__(self, "uri", public_address(self.uri))

    @property
    def title(self) -> str:
        """What it is called in the window."""
        if self.kind == "demo":
            return translate("SourceRequest", "Demo clip")
        if self.kind == "camera":
            number = translate("SourceRequest", "Camera {index}").format(index=self.uri)
            return number if self.uri.isdecimal() else name_text(self.uri)
        if self.kind == "stream":
            return name_text(self.uri)
        if self.kind == "session" and self.label:
            return name_text(shown_name(self.label))
        return name_text(shown_name(Path(self.uri).name))


MakeSource = Callable[[SourceRequest, Settings], tuple[FrameSource, Pacing]]


def request_for(target: str) -> SourceRequest:
    """Return the request for what a person typed as a camera: an index, a name or a URL."""
    return SourceRequest("stream" if "://" in target else "camera", target)


def plugin_requests() -> list[SourceRequest]:
    """Return the sources that other packages offer by name; nothing is imported for it."""
    return [SourceRequest("camera", name) for name in source_names()]


def last_request(settings: Settings) -> SourceRequest | None:
    """Return what was open last, if it may still be there: a film with what was said of it."""
    if settings.source_session and Path(settings.source_session).is_file():
        return SourceRequest("session", settings.source_session)
    if settings.source_kind == "":
        return None
    if settings.source_kind == "file" and not Path(settings.source_uri).is_file():
        return None
    return SourceRequest(settings.source_kind, settings.source_uri)


def with_last_request(settings: Settings, request: SourceRequest) -> Settings:
    """Return settings that remember what was opened, for ``last_request`` and the menus."""
    if request.kind == "session":
        return settings
    settings = replace(
        settings, source_kind=request.kind, source_uri=request.uri, source_session=""
    )
    if request.kind == "file":
        return settings.with_recent_file(request.uri)
    if request.kind == "stream":
        return settings.with_recent_url(request.uri)
    return settings
