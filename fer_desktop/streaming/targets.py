"""Where a stream goes, as a person writes it down."""

import ipaddress
from dataclasses import dataclass
from typing import Final, Literal, get_args

from fer_desktop.errors import StreamError

StreamKind = Literal["udp", "osc", "ws", "lsl"]
ControlKind = Literal["tcp", "udp"]

LOOPBACK: Final = "127.0.0.1"
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


@dataclass(frozen=True, slots=True)
class ControlTarget:
    """Where commands are heard.

    Attributes:
        text: as it was asked for; messages call it so.
        kind: how they come.
        port: of this computer.
    """

    text: str
    kind: ControlKind
    port: int


def control_target(text: str) -> ControlTarget:
    """Return where commands are to be heard.

    Raises:
        StreamError: if it is written wrongly, saying how it is written rightly.
    """
    name, _, port = text.partition(":")
    kind = next((kind for kind in get_args(ControlKind) if kind == name), None)
    if kind is None or not _is_port(port):
        raise StreamError(f"{text[:100]!r} hears no commands: write tcp:PORT, as in tcp:9010.")
    return ControlTarget(text, kind, int(port))


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
    if not _is_port(port):
        raise _malformed(text, kind)
    if kind != "ws" and not _is_host(host):
        raise _malformed(text, kind)
    return Target(text, kind, host, int(port))


def of_camera(text: str, camera: int) -> str:
    """Return where the numbers of one of several cameras go: each is served at a port of its own.

    Args:
        text: where those of the first one go.
        camera: its number, from 1; 0 where there is only one.

    Raises:
        StreamError: if it is written wrongly, or there is no such port.
    """
    target = stream_target(text)
    if target.kind != "ws" or not camera:
        return text
    return stream_target(f"ws:{target.port + camera - 1}").text


def place_text(text: str) -> str:
    """Return where a stream goes for reading, as "ws 127.0.0.1:8765" or "lsl this computer"."""
    name, _, place = text.partition(":")
    if name == "ws":
        place = f"{LOOPBACK}:{place}"
    elif name == "lsl":
        place = place or "this computer"
    return f"{name} {place}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= _PORT_MAX


def is_loopback(address: str) -> bool:
    """Tell whether a name or number stands for this very computer."""
    if address.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_host(text: str) -> bool:
    return 0 < len(text) <= _HOST_MAX and all(
        letter.isalnum() or letter in ".-_:%" for letter in text
    )


def _malformed(text: str, kind: StreamKind) -> StreamError:
    return StreamError(f"{text[:100]!r} cannot be sent to: write {_FORMS[kind]}.")
