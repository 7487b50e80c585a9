"""Addresses of network cameras, and the secrets in them.

What may be shown, stored or logged is the *public* address: the password is taken out, be it before
the host (``rtsp://name:password@host/``) or in the query (``?user=name&pwd=password``). The address
with its secrets lives in memory only, and in the system's keyring if the user wants that.
"""

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

_SECRET_KEY: Final = re.compile(
    r"(.*[_-])?(pass(w(or)?d|wort)?|pwd|psw|loginpas|token|secret|auth|(api)?key|sig(nature)?)",
    re.IGNORECASE,
)
_USER_KEYS: Final = frozenset({"user", "usr", "username", "login", "loginuse", "account"})
_UNREADABLE: Final = "…"


def split_address(url: str) -> SplitResult:
    """Return the parts of an address; a password may hold characters that have a meaning in URLs.

    Raises:
        ValueError: if it is none.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator:
        raise ValueError("not an address")
    parts = urlsplit(f"{scheme}://{rest}")
    try:
        parts.port  # noqa: B018, checks it
    except ValueError:
        # What looks like a port is the beginning of a password with a slash or the like in it.
        login, at, place = rest.rpartition("@")
        user, colon, password = login.partition(":")
        if not (at and colon):
            raise
        parts = urlsplit(f"{scheme}://{quote(user)}:{quote(password, safe='')}@{place}")
        parts.port  # noqa: B018
    return parts


def public_address(url: str) -> str:
    """Return an address without its secrets; the user's name stays."""
    try:
        parts = split_address(url)
    except ValueError:
        before, at, after = url.rpartition("@")
        scheme, separator, _ = before.partition("://")
        return f"{scheme}{separator}{_UNREADABLE}@{after}" if at else url
    login, at, place = parts.netloc.rpartition("@")
    netloc = f"{login.partition(':')[0]}{at}{place}"
    return parts._replace(netloc=netloc, query=_without_secrets(parts.query)).geturl()


def bare_address(url: str) -> str:
    """Return a public address without the user's name either, as recordings name their source."""
    return without_login(public_address(url))


def without_login(url: str) -> str:
    """Return an address without what stands before the host."""
    try:
        parts = split_address(url)
    except ValueError:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def has_secret(url: str) -> bool:
    """Tell whether an address holds what is not to be shown."""
    return public_address(url) != _normal(url)


def login_of(url: str) -> tuple[str, str] | None:
    """Return the user's name and the password, either of which may be empty; None without one."""
    try:
        parts = split_address(url)
    except ValueError:
        return None
    if parts.password is not None:
        return unquote(parts.username or ""), unquote(parts.password)
    pairs = _pairs(parts.query)
    password = next((value for key, value in pairs if _is_secret(key)), "")
    user = next((value for key, value in pairs if key.lower() in _USER_KEYS), "")
    return (user, password) if password else None


def with_login(url: str, user: str, password: str) -> str:
    """Return an address with a name and a password, in the place where it wants them."""
    parts = split_address(url)
    pairs = _pairs(parts.query)
    if parts.username is None and any(_is_secret(key) for key, _ in pairs):
        filled = [
            (key, password if _is_secret(key) else user)
            if _is_secret(key) or key.lower() in _USER_KEYS
            else (key, value)
            for key, value in pairs
        ]
        return parts._replace(query=urlencode(filled)).geturl()
    place = parts.netloc.rpartition("@")[2]
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return parts._replace(netloc=f"{login}@{place}").geturl()


def _is_secret(key: str) -> bool:
    return _SECRET_KEY.fullmatch(key) is not None


def _normal(url: str) -> str:
    try:
        return split_address(url).geturl()
    except ValueError:
        return url


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _without_secrets(query: str) -> str:
    """Return a query whose secrets are empty, otherwise letter for letter."""
    fields = query.split("&")
    return "&".join(
        f"{key}=" if separator and _is_secret(key) else field
        for field in fields
        for key, separator, _ in [field.partition("=")]
    )
