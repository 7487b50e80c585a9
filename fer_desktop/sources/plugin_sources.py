"""Sources of other packages: entry points of the group ``fer_desktop.sources``.

The name of an entry point is what it claims: ``--camera pylon`` and every address that begins with
``pylon://`` go to the one called ``pylon``. It names a function that makes a live ``FrameSource``
of what was typed. The schemes of our own streams stay theirs.
"""

from collections.abc import Callable
from typing import Final, cast

from fer_desktop.errors import FerError, SourceError
from fer_desktop.plugins import extensions
from fer_desktop.sources.base import FrameSource
from trainer.contract.entry_points import Offer, described

GROUP: Final = "fer_desktop.sources"
STREAM_SCHEMES: Final = (
    "http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp",
)  # fmt: skip

# From what was typed to the source; it is not opened yet.
MakeSource = Callable[[str], FrameSource]


def source_names() -> tuple[str, ...]:
    """Return the names and schemes that other packages claim; nothing is imported for it."""
    return _EXTENSIONS.names()


def plugin_source(target: str) -> FrameSource | None:
    """Return the source that another package makes of a name or address; None if none claims it.

    Raises:
        SourceError: if the package cannot make it.
    """
    name = target.partition("://")[0]
    if " " in name:  # as in most names of cameras, for which nobody need be looked for
        return None
    make = _EXTENSIONS.get(name) or _EXTENSIONS.get(name.lower())
    return None if make is None else make(target)


def _checked(offer: Offer, extension: object) -> MakeSource:
    if not callable(extension):
        raise TypeError(f"it must be a function that makes a source, and is {described(extension)}")

    def make(target: str) -> FrameSource:
        try:
            source: object = extension(target)
        except FerError:
            raise
        except Exception as error:
            raise SourceError(
                f"The source {offer.name} of the package {offer.package} has failed:"
                f" {type(error).__name__}: {error}."
            ) from error
        missing = [word for word in ("open", "read", "close") if not hasattr(source, word)]
        if missing:
            raise SourceError(
                f"The source {offer.name} of the package {offer.package} cannot be used: it has no"
                f" {', '.join(missing)}."
            )
        return cast(FrameSource, source)

    return make


def _taken() -> tuple[str, ...]:
    return STREAM_SCHEMES


_EXTENSIONS: Final = extensions(GROUP, _checked, taken=_taken)
