"""Pictures that a layout names, with what they show: the part that all picture layouts share."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from trainer.contract.labels import LABEL_SETS, canonical
from trainer.contract.text import counted
from trainer.data.faces import FaceRow, ReadOptions, Skipped
from trainer.data.images import Box, in_order, picture_below, read_picture
from trainer.errors import DataError

# File names that name a person, in published datasets.
PEOPLE_IN_NAMES: Final = {
    "CK+": r"(?:^|/)(S\d{3})_\d{3}_\d{8}[^/]*$",
    "KDEF": r"(?:^|/)[AB]([FM]\d{2})(?:AF|AN|DI|HA|NE|SA|SU)(?:FL|HL|S|HR|FR)[^/]*$",
    "JAFFE": r"(?:^|/)([A-Z]{2})\.(?:AN|DI|FE|HA|NE|SA|SU)\d\.\d+[^/]*$",
    "RaFD": r"(?:^|/)Rafd\d{3}_(\d{2})_\w+_(?:fe)?male_[^/]*$",
}
# As many of the files must match before a name is taken for a pattern.
_MOST_OF_THEM: Final = 0.9


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture that a dataset names.

    Attributes:
        name: its path below the dataset's folder.
        label: as the dataset has it; nothing where it lies in no label's folder.
        split: index into ``SPLITS``, or -1 where the dataset does not say.
        subject: who is shown, empty where the dataset does not say.
        box: where the face is, where the picture is a whole photograph.
        problem: why it cannot be used, empty where it can.
        beside: a file with its label, below the dataset's folder, where that is read later.
    """

    name: str
    label: str = ""
    split: int = -1
    subject: str = ""
    box: Box | None = None
    problem: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Listing:
    """What a layout found.

    Attributes:
        root: the folder that the pictures' names start at.
        entries: in the order in which they are read.
        why: what it was recognized by, the end of a sentence.
        notes: what a person should know about how it was read, a sentence each.
        subjects_from: where persons' names come from, for people.
    """

    root: Path
    entries: Sequence[Entry]
    why: str
    notes: Sequence[str] = field(default=())
    subjects_from: str = ""


class PictureReader:
    """Reads the pictures that a layout lists; a layout says how to recognize and to list them."""

    title = ""
    # Whether file names may say who is shown, where nothing else does.
    finds_people_in_names = True

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self.options = options

    def list_pictures(self) -> Listing:
        """Return the pictures, without decoding one.

        Raises:
            DataError: if files are missing or wrong.
        """
        raise NotImplementedError

    @cached_property
    def listing(self) -> Listing:
        """The pictures, with the subjects that the person's pattern finds."""
        found = self.list_pictures()
        names = [entry.name for entry in found.entries]
        if self.options.subject_pattern:
            subjects = subjects_by_pattern(self.path, names, self.options.subject_pattern)
            entries = [
                replace(entry, subject=subject or entry.subject)
                for entry, subject in zip(found.entries, subjects, strict=True)
            ]
            missed = sum(not subject for subject in subjects)
            notes = [*found.notes]
            if missed:
                notes.append(
                    f"The subject pattern finds nobody in {counted(missed, 'file name')} of "
                    f"{len(names):,}."
                )
            return replace(found, entries=entries, notes=notes, subjects_from="the subject pattern")
        if self.finds_people_in_names and not any(entry.subject for entry in found.entries):
            for dataset, pattern in PEOPLE_IN_NAMES.items():
                find = subject_finder(pattern)
                subjects = [find(name) for name in names]
                if names and sum(map(bool, subjects)) >= _MOST_OF_THEM * len(names):
                    entries = [
                        replace(entry, subject=subject)
                        for entry, subject in zip(found.entries, subjects, strict=True)
                    ]
                    source = f"the file names, which are those of {dataset}"
                    return replace(found, entries=entries, subjects_from=source)
        return found

    @property
    def why(self) -> str:
        """What the layout was recognized by."""
        return self.listing.why

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how it was read."""
        return tuple(self.listing.notes)

    @property
    def subjects_from(self) -> str:
        """Where persons' names come from."""
        return self.listing.subjects_from

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        """Labels in FER2013's order if they are all from it, else sorted."""
        used = {entry.label for entry in self.listing.entries if entry.label and not entry.problem}
        return ordered_labels(used)

    def fingerprint(self) -> str:
        """Return a text that changes whenever a picture or what is said of it does."""
        digest = hashlib.sha256()
        root = self.listing.root
        for entry in self.listing.entries:
            digest.update(repr(entry).encode("utf-8", "surrogateescape"))
            for name in filter(None, (entry.name, entry.beside)):
                try:
                    state = (root / name).stat()
                except (OSError, ValueError):
                    continue
                digest.update(f" {state.st_mtime_ns} {state.st_size}\n".encode())
        return (
            f"{type(self).__name__} {self.path.resolve()} {self.options} {self.listing.why} "
            f"{self.notes} {digest.hexdigest()}"
        )

    def rows(self) -> Iterator[FaceRow | Skipped]:
        """Yield the faces in the order of the listing."""
        return in_order(self._row, self.listing.entries)

    def label_of(self, entry: Entry) -> str:
        """Return the label of a picture; a layout that keeps them in files reads them here.

        Raises:
            DataError: if it has none.
        """
        if not entry.label:
            raise DataError("it lies in no label's folder")
        return entry.label

    def _row(self, entry: Entry) -> FaceRow | Skipped:
        if entry.problem:
            return Skipped(entry.name, entry.problem)
        options = self.options
        try:
            label = self.label_of(entry)
            path = picture_below(self.listing.root, entry.name)
            image, size = read_picture(
                path, options.size_px, options.color, options.framing, entry.box
            )
        except DataError as error:
            return Skipped(entry.name, str(error))
        return FaceRow(
            image=image,
            label=self.label_names.index(label),
            split=entry.split,
            name=entry.name,
            subject=entry.subject,
            size=size,
        )


def ordered_labels(names: set[str]) -> tuple[str, ...]:
    """Return labels in FER2013's order if they are all from it, else sorted."""
    order = {name: at for at, name in enumerate(LABEL_SETS["fer7"])}
    if {canonical(name) for name in names} <= set(order):
        return tuple(sorted(names, key=lambda name: (order[canonical(name)], name)))
    return tuple(sorted(names))


def subjects_by_pattern(where: Path, names: Sequence[str], pattern: str) -> list[str]:
    """Return the subject in each file's name, nothing where the pattern finds none in it.

    Raises:
        DataError: if the pattern is no regular expression, or finds nobody at all.
    """
    find = subject_finder(pattern)
    subjects = [find(name) for name in names]
    if names and not any(subjects):
        raise DataError(
            f"the subject pattern {pattern!r} finds nobody in {where}.",
            hint=f"Its {counted(len(names), 'file')} are named as {names[0]}.",
        )
    return subjects


def subject_finder(pattern: str) -> Callable[[str], str]:
    """Return a function that finds the subject in an image's path, nothing without a pattern.

    Raises:
        DataError: if the pattern is no regular expression.
    """
    try:
        expression = re.compile(pattern) if pattern else None
    except re.error as error:
        raise DataError(f"the subject pattern {pattern!r} is wrong: {error}.") from error

    def find(name: str) -> str:
        found = expression.search(name) if expression else None
        return (found.group(found.lastindex or 0) or "") if found else ""

    return find


def twice_named(entries: Sequence[Entry], where: str) -> list[Entry]:
    """Return the entries, of those that name one picture twice only the first usable."""
    counts = Counter(entry.name for entry in entries if not entry.problem)
    seen: set[str] = set()
    result = []
    for entry in entries:
        if not entry.problem and counts[entry.name] > 1:
            if entry.name in seen:
                entry = replace(entry, problem=f"{where} names it more than once")
            seen.add(entry.name)
        result.append(entry)
    return result
