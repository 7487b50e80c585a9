"""Which monotonic clock this process counts on: programs of one computer share it."""

import functools
import hashlib
from pathlib import Path
from typing import Final

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@functools.cache
def clock_name() -> str:
    """Return what tells this computer's ``time.monotonic_ns()`` since its start from other clocks.

    Empty where the system does not say when it was started: there only wall clocks can be compared.
    """
    try:
        boot = _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return hashlib.sha256(boot.encode()).hexdigest()[:16]
