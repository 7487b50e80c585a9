"""Which network addresses a program tries to reach, as the kernel sees it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

_TRACER: Final = ("strace", "-f", "--seccomp-bpf", "-qq", "-s", "256", "-e", "trace=network")
_CALL: Final = re.compile(r"\b(?:connect|sendto|sendmsg|sendmmsg)\(.*?sa_family=(AF_\w+)(.*)")
_PORT: Final = re.compile(r"port=htons\((\d+)\)")
_HOST: Final = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"')
_DNS_PORT: Final = 53
# Services of the system that look up names for a program.
_RESOLVER_SOCKETS: Final = ("io.systemd.Resolve", "avahi-daemon")


@dataclass(frozen=True, slots=True)
class Traced:
    """A program that has ended.

    Attributes:
        status: its exit status.
        output: what it wrote, on both streams.
        strangers: addresses outside this computer, and name servers, that it wrote to.
    """

    status: int
    output: str
    strangers: tuple[str, ...]


def run_traced(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], limit_s: float = 540
) -> Traced:
    """Run a command and every process it starts; skip the test where it cannot be watched."""
    reason = _cannot_trace()
    if reason:
        pytest.skip(reason)
    record = folder / "network.trace"
    done = subprocess.run(
        [*_TRACER, "-o", str(record), *command],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=limit_s,
    )
    lines = record.read_text(errors="replace").splitlines()
    return Traced(done.returncode, done.stdout, tuple(filter(None, map(_stranger, lines))))


@cache
def _cannot_trace() -> str:
    if not sys.platform.startswith("linux"):
        return "system calls are traced on Linux only"
    if shutil.which("strace") is None:
        return "strace is not installed: apt-get install strace"
    probe = subprocess.run([*_TRACER, "-o", "/dev/null", "true"], capture_output=True, text=True)
    return f"strace may not trace here: {probe.stderr.strip()}" if probe.returncode else ""


def _stranger(line: str) -> str:
    """Return the address that a traced call is about, empty if it stays on this computer."""
    call = _CALL.search(line)
    if call is None:
        return ""
    family, rest = call.groups()
    if family == "AF_UNIX":
        return rest if any(name in rest for name in _RESOLVER_SOCKETS) else ""
    if family not in ("AF_INET", "AF_INET6"):
        return ""  # the kernel itself, or no address at all
    host, port = _HOST.search(rest), _PORT.search(rest)
    if host is None or port is None:
        return line
    is_here = host[1].startswith(("127.", "::ffff:127.")) or host[1] == "::1"
    return "" if is_here and int(port[1]) != _DNS_PORT else f"{host[1]} port {port[1]}"
