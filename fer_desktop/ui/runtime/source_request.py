"""What the user wants to look at, before anything is opened."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from fer_desktop.settings import Settings
from fer_desktop.sources.base import FrameSource, Pacing
from fer_desktop.ui.look.wording import translate

RequestKind = Literal["camera", "stream", "file", "demo"]


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A source by name.

    Attributes:
        kind: what it is.
        uri: camera index or name, URL, or path; empty for the demo clip.
    """

    kind: RequestKind
    uri: str = ""

    @property
    def title(self) -> str:
        """What it is called in the window; passwords in a URL are left out."""
        if self.kind == "demo":
            return translate("SourceRequest", "Demo clip")
        if self.kind == "camera":
            number = translate("SourceRequest", "Camera {index}").format(index=self.uri)
            return number if self.uri.isdecimal() else self.uri
        if self.kind == "stream":
            return without_password(self.uri)
        return Path(self.uri).name


MakeSource = Callable[[SourceRequest, Settings], tuple[FrameSource, Pacing]]


def request_for(target: str) -> SourceRequest:
    """Return the request for what a person typed as a camera: an index, a name or a URL."""
    return SourceRequest("stream" if "://" in target else "camera", target)


def without_password(url: str) -> str:
    """Return a URL fit to be shown."""
    try:
        parts = urlsplit(url)
        if parts.password is None:
            return url
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{parts.username}:…@{host}"))
    except ValueError:
        return url


def last_request(settings: Settings) -> SourceRequest | None:
    """Return what was open last, if it may still be there."""
    if settings.source_kind == "":
        return None
    if settings.source_kind == "file" and not Path(settings.source_uri).is_file():
        return None
    return SourceRequest(settings.source_kind, settings.source_uri)
