"""Installed native libraries can reach nobody, or are known and have no address to report to.

The dependencies that are compiled are scanned as they are installed, so that an upgrade which
brings code that reports to its maker fails here and not at a user's desk.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# Without one of these a library cannot find a host by its name.
_LOOKUPS = (b"getaddrinfo", b"gethostbyname", b"SSL_connect", b"curl_easy_perform", b"WinHttpOpen")
# Libraries that can, and what for: none of them is asked to by this application on its own.
_MAY_LOOK_UP = {
    "tensorflow": "trains on several computers",
    "grpcio": "the same",
    "opencv-contrib-python": "reads network cameras",
    "av": "reads network cameras",
    "cryptography": "holds OpenSSL",
    "pillow": "talks to an X server",
    "pyside6-essentials": "holds Qt's own network library",
}
# Where makers of libraries collect what their users do.
_COLLECTORS = (
    b"play.googleapis.com",
    b"events.data.microsoft.com",
    b"google-analytics.com",
    b"app-measurement.com",
    b"sentry.io",
)
_PIECE_BYTES = 1 << 24
_NATIVE = re.compile(r"\.(so(\.[\d.]+)?|dylib|dll|pyd)$")


def needed(name: str, extras: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the distributions that one needs directly."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(requirement.name)


def closure() -> dict[str, Distribution]:
    """Return everything that is installed because of this application."""
    found: dict[str, Distribution] = {}
    waiting = list(needed("fer-desktop", frozenset({"cluster", "export", "keyring"})))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # an extra that is not installed here
        waiting += needed(name)
    return found


def native_files(package: Distribution) -> list[Path]:
    names = [str(file) for file in package.files or () if _NATIVE.search(file.name)]
    return [Path(str(package.locate_file(name))) for name in names]


def words_in(path: Path, words: Sequence[bytes]) -> list[str]:
    """Return which words a file holds; some libraries are too large to be read at once."""
    found: set[bytes] = set()
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            piece = rest + piece
            found.update(word for word in words if word in piece)
            rest = piece[-max(map(len, words)) :]
    return sorted(word.decode() for word in found)


def holders(packages: Mapping[str, Distribution], words: Sequence[bytes]) -> dict[str, list[str]]:
    """Return the native libraries that hold one of the words, by package and name."""
    return {
        f"{name}: {path.name}": found
        for name, package in packages.items()
        for path in native_files(package)
        if (found := words_in(path, words))
    }


@pytest.fixture(scope="module")
def packages() -> dict[str, Distribution]:
    found = closure()
    assert {"mediapipe", "tensorflow", "keras", "av", "pyside6-essentials"} <= set(found)
    return found


@pytest.mark.slow
def test_no_library_reports_to_its_maker(packages: dict[str, Distribution]) -> None:
    assert holders(packages, _COLLECTORS) == {}


@pytest.mark.slow
def test_libraries_that_need_no_network_cannot_use_it(packages: dict[str, Distribution]) -> None:
    others = {name: package for name, package in packages.items() if name not in _MAY_LOOK_UP}
    assert "mediapipe" in others
    assert holders(others, _LOOKUPS) == {}


def test_the_scan_finds_what_is_there(packages: dict[str, Distribution], tmp_path: Path) -> None:
    assert any("libavformat" in name for name in holders({"av": packages["av"]}, _LOOKUPS))
    across = tmp_path / "across.so"
    across.write_bytes(b"." * (_PIECE_BYTES - 4) + _COLLECTORS[0])
    assert words_in(across, _COLLECTORS) == [_COLLECTORS[0].decode()]
