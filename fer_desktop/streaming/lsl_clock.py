"""The Lab Streaming Layer's library and its clock beside ours."""

import time
from typing import Any, Final

from fer_desktop.errors import StreamError
from fer_desktop.streaming.libraries import library

_THIS_COMPUTER: Final = "[multicast]\nResolveScope = machine\n"
_PRECISE_NS: Final = 100_000
# Whether the library was set up for the network; its first use in a process decides for good.
_scopes: Final[list[bool]] = []


def lsl_library(*, is_for_network: bool) -> Any:
    """Return pylsl, set up to find and be found on this computer only unless told otherwise.

    Raises:
        StreamError: if it, or liblsl, is missing, or was set up otherwise in this process.
    """
    lsl = library("pylsl", "pylsl")
    if not _scopes:
        _scopes.append(is_for_network)
        if not is_for_network:
            # Heeded by the first call of a process only, which is ours.
            lsl.set_config_content(_THIS_COMPUTER)
    elif _scopes[0] != is_for_network:
        reach = "the network" if _scopes[0] else "this computer only"
        raise StreamError(
            f"LSL is set up for {reach} until the program ends.", hint="Restart FER Desktop."
        )
    return lsl


class LslClock:
    """How far LSL's clock is ahead of ``time.monotonic``.

    Attributes:
        offset_s: as last measured.
    """

    def __init__(self, lsl: Any) -> None:
        """Take pylsl; measures at once."""
        self._lsl = lsl
        self.offset_s = 0.0
        self.measure()

    def measure(self) -> None:
        """Compare the clocks, to be done again and again: nobody says that they go alike."""
        before_ns = time.monotonic_ns()
        theirs_s = self._lsl.local_clock()
        after_ns = time.monotonic_ns()
        if after_ns - before_ns < _PRECISE_NS or self.offset_s == 0.0:
            self.offset_s = theirs_s - (before_ns + after_ns) / 2e9
