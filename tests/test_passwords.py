"""Passwords of network cameras: known for a while, kept in the system's keyring, or asked again."""

import sys
from types import SimpleNamespace

import pytest

from fer_desktop.errors import PasswordError
from fer_desktop.passwords import Passwords, system_keyring
from tests.helpers.keyrings import FakeKeyring

URL = "rtsp://me:s3cret@host:554/live"
PLACE = "rtsp://me@host:554/live"


def test_what_is_remembered_is_known_until_the_end() -> None:
    passwords = Passwords(lambda: None)
    assert passwords.complete(PLACE) == PLACE
    passwords.remember(URL)
    assert passwords.complete(PLACE) == URL
    assert passwords.complete("rtsp://me@host:554/other") == "rtsp://me@host:554/other"
    other = "rtsp://me:typed@host:554/live"
    assert passwords.complete(other) == other, "what was typed comes first"
    assert Passwords(lambda: None).complete(PLACE) == PLACE


def test_what_is_kept_is_known_at_the_next_start() -> None:
    keyring = FakeKeyring()
    Passwords(lambda: keyring).keep(URL)
    assert list(keyring.entries) == [("FER Desktop", PLACE)]
    assert Passwords(lambda: keyring).complete(PLACE) == URL


def test_an_entry_for_another_place_is_not_used() -> None:
    keyring = FakeKeyring()
    keyring.entries["FER Desktop", PLACE] = "rtsp://me:s3cret@elsewhere/live"
    assert Passwords(lambda: keyring).complete(PLACE) == PLACE


@pytest.mark.parametrize("keyring", [None, FakeKeyring(error=RuntimeError("it is locked"))])
def test_without_a_keyring_it_is_asked_again(keyring: FakeKeyring | None) -> None:
    passwords = Passwords(lambda: keyring)
    with pytest.raises(PasswordError, match=PLACE) as caught:
        passwords.keep(URL)
    assert "asked for it" in caught.value.hint
    assert "s3cret" not in str(caught.value)
    assert passwords.complete(PLACE) == URL, "until the end it is known nevertheless"
    assert Passwords(lambda: keyring).complete(PLACE) == PLACE


@pytest.mark.parametrize(("priority", "is_trusted"), [(5.0, True), (0.5, False), (0.0, False)])
def test_only_a_keyring_that_keeps_secrets_is_used(
    priority: float, is_trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = FakeKeyring(priority)
    package = SimpleNamespace(get_keyring=lambda: keyring)
    monkeypatch.setitem(sys.modules, "keyring", package)  # type: ignore[arg-type]
    assert system_keyring() is (keyring if is_trusted else None)


def test_a_keyring_that_fails_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("no bus")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_keyring=fail))  # type: ignore[arg-type]
    assert system_keyring() is None


def test_the_package_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert system_keyring() is None
