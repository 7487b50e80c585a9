"""Where a stream goes, as a person writes it down."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from fer_desktop.errors import StreamError

StreamKind = Literal["udp", "osc", "ws", "lsl"]

_PORT_MAX: Final = 65535
_HOST_MAX: Final = 253  # of a name in the DNS
_FORMS: Final[dict[StreamKind, str]] = {
    "udp": "udp:HOST:PORT, as in udp:127.0.0.1:9001",
    "osc": "osc:HOST:PORT, as in osc:127.0.0.1:9000",
    "ws": "ws:PORT, as in ws:8765",
    "lsl": "lsl, or lsl:network for other computers as well",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One place that results are sent to.

    Attributes:
        text: as it was asked for; messages call it so.
        kind: the way in which they are sent.
        host: who gets them; empty where whoever wants them comes for them.
        port: of the host, or of this computer.
        is_for_network: whether other computers may find an outlet of the kind ``lsl``.
    """

    text: str
    kind: StreamKind
    host: str = ""
    port: int = 0
    is_for_network: bool = False


def stream_kinds() -> tuple[StreamKind, ...]:
    """Return the ways in which results can be sent."""
    return get_args(StreamKind)


def is_stream(text: str) -> bool:
    """Tell whether a text asks for one of our streams, rightly written or not."""
    return text.partition(":")[0] in stream_kinds()


def stream_target(text: str) -> Target:
    """Return what a text asks for.

    Raises:
        StreamError: if it is written wrongly, saying how it is written rightly.
    """
    name, colon, rest = text.partition(":")
    kind = next((kind for kind in stream_kinds() if kind == name), None)
    if kind is None:
        raise StreamError(f"{text!r} is no stream: there are {', '.join(stream_kinds())}.")
    if kind == "lsl":
        if rest != ("network" if colon else ""):
            raise _malformed(text, kind)
        return Target(text, kind, is_for_network=bool(colon))
    host, _, port = rest.rpartition(":") if kind != "ws" else ("", "", rest)
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not port.isascii() or not port.isdecimal() or not 0 < int(port[:6]) <= _PORT_MAX:
        raise _malformed(text, kind)
    if kind != "ws" and not _is_host(host):
        raise _malformed(text, kind)
    return Target(text, kind, host, int(port))


def _is_host(text: str) -> bool:
    return 0 < len(text) <= _HOST_MAX and all(
        letter.isalnum() or letter in ".-_:%" for letter in text
    )


def _malformed(text: str, kind: StreamKind) -> StreamError:
    return StreamError(f"{text[:100]!r} cannot be sent to: write {_FORMS[kind]}.")
