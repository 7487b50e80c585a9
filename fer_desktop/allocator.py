"""How much memory the C library keeps to itself."""

import ctypes
import sys
from contextlib import suppress
from typing import Final

_ARENA_MAX: Final = -8  # glibc's M_ARENA_MAX
_ARENAS: Final = 2


def share_arenas() -> None:
    """Let all threads allocate from two arenas, on Linux with glibc; elsewhere nothing changes.

    Else nearly each of some twenty threads gets one, and each keeps what its pictures once needed:
    some 20 MB in a minute of a film. To be called before threads begin; what the user has set in
    ``MALLOC_ARENA_MAX`` is overruled.
    """
    if sys.platform.startswith("linux"):
        with suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return to the system what the C library keeps of memory that is not used any more.

    Any thread may call it, on Linux with glibc; elsewhere nothing happens. It takes some 10 ms.
    """
    if sys.platform.startswith("linux"):
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)
