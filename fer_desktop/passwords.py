"""The passwords of network cameras: in memory for this run, in the system's keyring if wished.

The keyring is reached through the package ``keyring``, which is there if the user installed it. A
keyring belongs to the system, may ask the user to open it, and may take its time: what speaks to it
must not be called on the GUI thread.
"""

import importlib.util
import threading
from collections.abc import Callable
from typing import Final, Protocol

from fer_desktop.addresses import has_secret, public_address
from fer_desktop.errors import PasswordError
from fer_desktop.log import get_logger

log = get_logger("app")

_SERVICE: Final = "FER Desktop"
_LEAST_PRIORITY: Final = 1.0  # below it are those that keep passwords in plain files, or nowhere


class Keyring(Protocol):
    """What ``keyring`` offers."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return what was kept under a name."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep something under a name."""
        ...


def system_keyring() -> Keyring | None:
    """Return the keyring of this system, if there is one that can be trusted."""
    try:
        import keyring

        found = keyring.get_keyring()
        return found if found.priority >= _LEAST_PRIORITY else None
    except ImportError:
        return None
    except Exception:  # as many ways to fail as there are keyrings
        log.exception("the keyring cannot be used")
        return None


class Passwords:
    """Addresses with their passwords, found by the addresses without; for any thread."""

    def __init__(self, find_keyring: Callable[[], Keyring | None] = system_keyring) -> None:
        """Take what finds the keyring; it is looked for when it is needed."""
        self._find_keyring = find_keyring
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def may_be_kept(self) -> bool:
        """Whether there may be a keyring; answers at once."""
        is_systems = self._find_keyring is system_keyring
        return not is_systems or importlib.util.find_spec("keyring") is not None

    def remember(self, url: str) -> None:
        """Know an address with its password until the application closes."""
        with self._lock:
            self._known[public_address(url)] = url

    def complete(self, url: str) -> str:
        """Return an address with its password if that is known; may take its time."""
        if has_secret(url):
            return url
        with self._lock:
            known = self._known.get(url)
        return known or self._kept(url) or url

    def keep(self, url: str) -> None:
        """Keep an address with its password for good; may take its time.

        Raises:
            PasswordError: if there is no keyring, or it refuses.
        """
        self.remember(url)
        place = public_address(url)
        keyring = self._find_keyring()
        if keyring is None:
            raise PasswordError(
                f"The password of {place} cannot be stored: there is no keyring.",
                hint="You will be asked for it after the next start.",
            )
        try:
            keyring.set_password(_SERVICE, place, url)
        except Exception as error:  # as many ways to fail as there are keyrings
            raise PasswordError(
                f"The password of {place} was not stored: the keyring refused it.",
                hint="You will be asked for it after the next start.",
            ) from error

    def _kept(self, place: str) -> str | None:
        keyring = self._find_keyring()
        if keyring is None:
            return None
        try:
            kept = keyring.get_password(_SERVICE, place)
        except Exception:  # the same
            log.exception("the keyring cannot be read")
            return None
        # Somebody else's entry, or a changed one, must not send a password elsewhere.
        return kept if kept is not None and public_address(kept) == place else None
