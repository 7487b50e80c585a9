"""Extensions from other packages: entry points of the installed distributions.

A package names its extensions in the metadata that pip installs. Nothing of it is imported before
one of them is asked for by name, or all of its group are. One that cannot be used is told of once
and left out: a package that somebody installed for something else must not stop a program.
"""

import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from trainer.contract.text import is_clean, one_line

if TYPE_CHECKING:  # it takes as long to import as everything that answers --help
    from importlib.metadata import Distribution, EntryPoint

T = TypeVar("T")

OURS: Final = "fer-desktop"
# With which the trainer's lines about extensions begin on its standard error.
WARNING: Final = "warning: "
_LONGEST_NAME: Final = 64
_NO_VERSION: Final = "of unknown version"


@dataclass(frozen=True)
class Offer:
    """An extension that a package offers; nothing of it is imported yet.

    Attributes:
        name: what users call it.
        group: what it is, such as ``trainer.systems``.
        package: distribution and version, for messages.
        entry: where it lies in the package.
        requires: what the distribution requires, as its metadata says it.
        folder: where it is installed.
    """

    name: str
    group: str
    package: str
    entry: "EntryPoint"
    requires: tuple[str, ...] = field(repr=False)
    folder: str = field(repr=False)


class Extensions(Generic[T]):
    """The usable extensions of one group; its methods may be called from any thread."""

    def __init__(
        self,
        group: str,
        check: Callable[[Offer, object], T],
        report: Callable[[str], object],
        *,
        taken: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """Look for nothing yet.

        Args:
            group: of the entry points.
            check: returns what an entry point stands for, or raises TypeError or ValueError with
                the reason why it cannot be used, as the end of a sentence.
            report: gets a sentence about an extension that is left out, once for each.
            taken: returns names that cannot be given again.
        """
        self._group = group
        self._check = check
        self._report = report
        self._taken = taken
        self._lock = threading.RLock()
        self._loaded: dict[Offer, T | None] = {}
        self._told: set[tuple[str, str]] = set()

    def names(self) -> tuple[str, ...]:
        """Return the names on offer, without importing anything."""
        return tuple(self._offers())

    def get(self, name: str) -> T | None:
        """Return the extension of this name; None if there is none that can be used."""
        offer = self._offers().get(name)
        return None if offer is None else self._load(offer)

    def all(self) -> dict[str, T]:
        """Return every extension that can be used, by name."""
        loaded = ((name, self._load(offer)) for name, offer in self._offers().items())
        return {name: extension for name, extension in loaded if extension is not None}

    def _offers(self) -> dict[str, Offer]:
        found: dict[str, Offer] = {}
        taken: Collection[str] | None = None
        offers, damaged = _offers_of(self._group, tuple(sys.path))
        for package in damaged:
            self._tell(f"The extensions of the package {package} cannot be read.")
        for offer in offers:
            if taken is None:  # only where there are extensions at all
                taken = self._taken()
            if problem := _name_problem(offer.name):
                self._leave_out(offer, problem)
            elif offer.name in taken:
                self._leave_out(offer, "its name is taken by one that comes with the program")
            elif offer.name in found:
                package = found[offer.name].package
                self._leave_out(offer, f"its name is taken by one of the package {package}")
            else:
                found[offer.name] = offer
        return found

    def _load(self, offer: Offer) -> T | None:
        with self._lock:
            if offer not in self._loaded:
                self._loaded[offer] = self._imported(offer)
            return self._loaded[offer]

    def _imported(self, offer: Offer) -> T | None:
        if problem := _version_problem(offer.requires):
            self._leave_out(offer, problem)
            return None
        try:
            extension: object = offer.entry.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others
            self._leave_out(offer, f"it cannot be imported: {type(error).__name__}: {error}")
            return None
        try:
            return self._check(offer, extension)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it may run code of others
            is_ours = type(error) in (TypeError, ValueError)
            self._leave_out(offer, str(error) if is_ours else f"{type(error).__name__}: {error}")
            return None

    def _leave_out(self, offer: Offer, reason: str) -> None:
        name, reason = one_line(offer.name, _LONGEST_NAME), one_line(reason).rstrip(".")
        self._tell(
            f"The extension {name!r} ({offer.group}) of the package {offer.package} is left out:"
            f" {reason}.",
            offer.folder,
        )

    def _tell(self, problem: str, folder: str = "") -> None:
        with self._lock:
            if (folder, problem) in self._told:
                return
            self._told.add((folder, problem))
        self._report(problem)


def described(extension: object) -> str:
    """Return what an object is, for a sentence that says that something else is needed."""
    if isinstance(extension, type):
        return f"the class {extension.__name__}"
    return f"of type {type(extension).__name__}"


@lru_cache(maxsize=32)
def _offers_of(
    group: str, search_path: tuple[str, ...]
) -> tuple[tuple[Offer, ...], tuple[str, ...]]:
    """Return the offers of a group by package and name, and packages that cannot be read."""
    found: dict[str, list[Offer]] = {}
    damaged: dict[str, None] = {}
    for distribution, text in _entry_points(search_path):
        if f"[{group}]" not in text:
            continue
        name, release = _identity(distribution)
        package = f"{name} {release}"
        if name in found or name in damaged:
            continue  # the first one on the path is the one that is imported
        try:
            requires = tuple(distribution.requires or ())
            folder = str(distribution.locate_file(""))
            found[name] = [
                Offer(entry.name, group, package, entry, requires, folder)
                for entry in distribution.entry_points
                if entry.group == group
            ]
        except Exception:  # noqa: BLE001 - whatever reading strange metadata raises
            damaged[name] = None
    offers = (offer for name in sorted(found) for offer in found[name])
    return tuple(offers), tuple(sorted(damaged))


@lru_cache(maxsize=1)
def _entry_points(_: tuple[str, ...]) -> tuple[tuple["Distribution", str], ...]:
    """Return the distributions that have entry points, with these as they stand in their metadata.

    Looking for them takes some milliseconds. The argument is where they are looked for: the answer
    holds as long as it does.
    """
    from importlib.metadata import distributions

    found = []
    for distribution in distributions():
        try:
            text = distribution.read_text("entry_points.txt")
        except (OSError, ValueError):
            continue  # it may be anybody's
        if text:
            found.append((distribution, text))
    return tuple(found)


def _identity(distribution: "Distribution") -> tuple[str, str]:
    """Return name and version of a distribution, whatever its metadata lacks."""
    found = []
    for field_name, otherwise in (("Name", "without a name"), ("Version", _NO_VERSION)):
        try:
            value = str(distribution.metadata[field_name] or otherwise)
        except Exception:  # noqa: BLE001 - whatever reading strange metadata raises
            value = otherwise
        found.append(one_line(value, _LONGEST_NAME))
    return found[0], found[1]


def _name_problem(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        return f"its name has more than {_LONGEST_NAME} characters"
    if not is_clean(name) or any(sign.isspace() or sign in ",:" for sign in name):
        return "its name holds spaces, commas, colons or characters that cannot be seen"
    return ""


def _version_problem(requires: tuple[str, ...]) -> str:
    """Return why a package does not go with this version of ours; empty if it does."""
    from importlib.metadata import PackageNotFoundError, version

    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        present = version(OURS)
    except PackageNotFoundError:
        return ""  # run from its sources, which may be of any version
    for text in requires:
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue  # which pip has installed nevertheless
        applies = wanted.marker is None or wanted.marker.evaluate()
        if canonicalize_name(wanted.name) != OURS or not applies:
            continue
        if not wanted.specifier.contains(present, prereleases=True):
            return f"its package needs {OURS} {wanted.specifier}, and this is {present}"
    return ""
