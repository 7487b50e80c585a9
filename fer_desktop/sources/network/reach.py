"""Where a stream may lead: to the camera that was named, and elsewhere only if that is allowed."""

import ipaddress
import re
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

from fer_desktop.addresses import bare_address
from fer_desktop.sources.network.messages import Fault, StreamFault

_PORTS: Final = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
_CONNECT_LIMIT_S: Final = 3.0


class Reach:
    """The host and the port of a camera.

    Attributes:
        origin: them, as the beginning of an address.
        may_leave: whether the camera may refer to others.
    """

    def __init__(self, url: str, *, may_leave: bool = False) -> None:
        """Look up the host of an address.

        Args:
            url: the address that the user gave.
            may_leave: whether the camera may refer to other hosts.

        Raises:
            StreamFault: if there is no such host.
        """
        self.may_leave = may_leave
        self._scheme, self._host, self._port = _origin(url)
        shown = f"[{self._host}]" if ":" in self._host else self._host
        self.origin = f"{self._scheme}://{shown}:{self._port}"
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise StreamFault(Fault.NO_HOST, self._host) from error
        self._addresses = frozenset(str(address[4][0]) for address in found)

    def check(self, url: str) -> None:
        """Stop before an address that is not the camera's own.

        Raises:
            StreamFault: if it is not.
        """
        if self.may_leave and urlsplit(url).scheme in _PORTS:
            return
        scheme, host, port = _origin(url)
        is_host = host == self._host or host in self._addresses
        is_same = is_host and (scheme, port) == (self._scheme, self._port)
        is_secured = is_host and (self._scheme, scheme) == ("http", "https")
        has_usual_ports = self._port == _PORTS["http"] and port == _PORTS["https"]
        if not (is_same or (is_secured and has_usual_ports)):
            raise elsewhere(url)

    def connect(self) -> socket.socket:
        """Return a connection to the camera, encrypted if its address says so.

        Raises:
            StreamFault: if there is none.
        """
        try:
            connection = socket.create_connection((self._host, self._port), _CONNECT_LIMIT_S)
        except OSError as error:
            raise StreamFault(Fault.UNREACHABLE, error.strerror or "") from error
        connection.settimeout(None)
        if not self._scheme.endswith("s"):
            return connection
        try:
            return self.tls().wrap_socket(connection, server_hostname=self._host)
        except OSError as error:
            connection.close()
            raise insecure(error) from error

    def tls(self) -> ssl.SSLContext:
        """Return how to encrypt.

        Cameras in one's own network sign their certificates themselves; a host on the internet has
        to prove who it is before it gets a password.
        """
        context = ssl.create_default_context()
        if all(map(_is_near, self._addresses)):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def elsewhere(url: str) -> StreamFault:
    """Return the fault of an answer that refers to an address which is not the camera's."""
    scheme, separator, rest = bare_address(url).partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return StreamFault(Fault.ELSEWHERE, f"{scheme.partition(':')[0]}{separator}{host}")


def insecure(error: OSError) -> StreamFault:
    """Return the fault of an encrypted connection that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return StreamFault(Fault.INSECURE, error.verify_message)
    if isinstance(error, ssl.SSLError):
        return StreamFault(Fault.INSECURE, (error.reason or "").replace("_", " ").lower())
    return StreamFault(Fault.UNREACHABLE, error.strerror or "")


def _is_near(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_private


def _origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port; empty where an address has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", "", 0
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), port or _PORTS.get(scheme, 0)
