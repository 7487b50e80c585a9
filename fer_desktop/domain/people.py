"""Who is who in a session: what the user says of the face tracks, beside the tracks themselves.

A track is what the tracker took for one face; its number, ``face_id``, never changes. Tracks can be
cut into parts at moments, and each part belongs to a person. Where nothing was said a track is one
part, and its person has the track's number. ``People`` is a value: each change returns another one,
so that undoing is to take the former.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from fer_desktop.domain.corrections import Correction
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.errors import FerError
from trainer.contract.text import is_clean, look

NAME_MAX: Final = 60
PARTS_MAX: Final = 10_000
# A track's first part begins before all time; SQLite and JSON hold the number exactly.
BEGINNING_US: Final = -(2**53)
# Persons that are split off are numbered from here on, where no track's number is.
_FIRST_NEW: Final = 1 << 20
# What persons without a name are called, in the window and in tables: "2", "face 2b".
_UNNAMED: Final = re.compile(r"(face\s*)?[1-9][0-9]*[a-z]*", re.IGNORECASE)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, order=True)
class TrackPart:
    """A track from a moment on, up to its next part.

    Attributes:
        face_id: number of the track.
        from_us: when it begins, on the source's clock; ``BEGINNING_US`` for the first part.
    """

    face_id: int
    from_us: int = BEGINNING_US


@dataclass(frozen=True, slots=True)
class Person:
    """What the user says of a person.

    Attributes:
        number: tells persons apart within a session; it is shown to nobody.
        name: such as "P01"; empty where none was given.
        is_hidden: whether the person is left out of what is shown and exported.
    """

    number: int
    name: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class People:
    """Whose the parts of all tracks are; two of them that say the same are equal.

    Attributes:
        parts: each part that was cut off, or belongs to another person than its track's own, with
            the number of its person; sorted.
        persons: those that are named or hidden, by number.
    """

    parts: tuple[tuple[TrackPart, int], ...] = ()
    persons: tuple[Person, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[tuple[TrackPart, int]], persons: Iterable[Person]) -> "People":
        """Return people of unsorted parts and persons, less what says nothing.

        Raises:
            ValueError: if there are too many, or a name is none.
        """
        tracks: dict[int, list[tuple[int, int]]] = {}
        for part, number in sorted(dict(parts).items()):
            known = tracks.setdefault(part.face_id, [])
            if not known and part.from_us != BEGINNING_US:
                known.append((BEGINNING_US, part.face_id))
            if not known or known[-1][1] != number:
                known.append((part.from_us, number))
        kept = tuple(
            (TrackPart(face_id, from_us), number)
            for face_id, known in tracks.items()
            if known != [(BEGINNING_US, face_id)]
            for from_us, number in known
        )
        said = {person.number: person for person in persons if person.name or person.is_hidden}
        if len(kept) > PARTS_MAX or len(said) > PARTS_MAX:
            raise ValueError(f"there are more than {PARTS_MAX:,} parts of tracks, or persons")
        for person in said.values():
            if person.name and (problem := _name_problem(person.name)):
                raise ValueError(problem)
        return cls(kept, tuple(said[number] for number in sorted(said)))

    def __bool__(self) -> bool:
        """Tell whether anything was said."""
        return bool(self.parts or self.persons)

    def number_of(self, face_id: int, time_us: int) -> int:
        """Return the number of the person whose a track is at a moment."""
        known = self._tracks.get(face_id)
        if known is None:
            return face_id
        begins, numbers = known
        return numbers[bisect_right(begins, time_us) - 1]

    def person(self, number: int) -> Person:
        """Return what was said of a person."""
        return self._persons.get(number) or Person(number)

    def label(self, number: int) -> str:
        """Return what a person is called in little room: the name, or else "2" or "2b"."""
        return self.person(number).name or self._sign(number)

    def table_name(self, number: int) -> str:
        """Return what a person is called in a table: the name, or else "face 2" or "face 2b"."""
        return self.person(number).name or f"face {self._sign(number)}"

    def parts_of(self, number: int) -> list[tuple[TrackPart, int | None]]:
        """Return the parts of a person, each with the moment where it ends, if it does.

        First come those that begin a track: the person is called after the first one.
        """
        found: list[tuple[TrackPart, int | None]] = []
        for at, (part, owner) in enumerate(self.parts):
            if owner == number:
                after = self.parts[at + 1][0] if at + 1 < len(self.parts) else None
                goes_on = after is not None and after.face_id == part.face_id
                found.append((part, after.from_us if goes_on and after is not None else None))
        if number not in self._tracks and number < _FIRST_NEW:
            found.append((TrackPart(number), None))
        return sorted(found, key=lambda item: _rank(item[0]))

    def among(self, face_ids: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of all persons whose parts of these tracks are, in their order."""
        firsts: dict[int, TrackPart] = {}
        for face_id in sorted(face_ids):
            begins, numbers = self._tracks.get(face_id, ([BEGINNING_US], [face_id]))
            for from_us, number in zip(begins, numbers, strict=True):
                part = TrackPart(face_id, from_us)
                firsts[number] = min(firsts.get(number, part), part, key=_rank)
        return tuple(sorted(firsts, key=lambda number: firsts[number]))

    def visible(self, analysis: FrameAnalysis) -> FrameAnalysis:
        """Return a frame without its hidden persons; the very same one where there are none."""
        if not any(person.is_hidden for person in self.persons):
            return analysis
        time_us = analysis.timestamp_us
        faces = tuple(face for face in analysis.faces if self.shows(face.face_id, time_us))
        return analysis if len(faces) == len(analysis.faces) else replace(analysis, faces=faces)

    def shows(self, face_id: int, time_us: int) -> bool:
        """Tell whether a track is of somebody at a moment who is not hidden."""
        return not self.person(self.number_of(face_id, time_us)).is_hidden

    def shows_ever(self, face_id: int) -> bool:
        """Tell whether any part of a track is of somebody who is not hidden."""
        parts = [number for part, number in self.parts if part.face_id == face_id] or [face_id]
        return not all(self.person(number).is_hidden for number in parts)

    def visible_corrections(self, corrections: Iterable[Correction]) -> list[Correction]:
        """Return what is said of faces that are not hidden then, or not all of the time."""
        return [one for one in corrections if self._shows_within(one)]

    def shown(self, analysis: FrameAnalysis) -> FrameAnalysis:
        """Return a frame as it is shown: without hidden persons, and with names.

        Where nothing was said of its faces it is the very same frame.
        """
        if not self or not analysis.faces:
            return analysis
        visible = self.visible(analysis)
        faces = tuple(self._as_shown(face, analysis.timestamp_us) for face in visible.faces)
        is_other = any(face is not plain for face, plain in zip(faces, visible.faces, strict=True))
        return replace(visible, faces=faces) if is_other else visible

    def named(self, number: int, name: str) -> "People":
        """Call a person so; an empty name takes it back.

        Raises:
            FerError: if it cannot be a name, or another person has it.
        """
        name = name.strip()
        if name and (problem := _name_problem(name)):
            raise FerError(f"{problem[0].upper()}{problem[1:]}.", hint="Choose another name.")
        others = (person for person in self.persons if person.number != number)
        if name and any(look(other.name) == look(name) for other in others):
            raise FerError(
                f"Another face is called {name!r} already.",
                hint="Merge the two if they are one person.",
            )
        return self._with(replace(self.person(number), name=name))

    def hidden(self, number: int, is_hidden: bool = True) -> "People":
        """Leave a person out of what is shown and exported, or no longer."""
        return self._with(replace(self.person(number), is_hidden=is_hidden))

    def merged(self, number: int, other: int) -> "People":
        """Let all that is one person's be the other's, who is called so and hidden or not.

        What comes of both has the number of whichever begins a track, and the lower one.
        """
        if number == other:
            return self
        sides = sorted(
            (number, other), key=lambda side: [_rank(part) for part, _ in self.parts_of(side)]
        )
        kept, gone = sides
        moved = dict(self.parts)
        for side in sides:
            moved.update((part, kept) for part, _ in self.parts_of(side))
        said = [person for person in self.persons if person.number not in (kept, gone)]
        name = self.person(other).name or self.person(number).name
        said.append(Person(kept, name, self.person(other).is_hidden))
        return self._checked(moved.items(), said)

    def separated(self, number: int) -> "People":
        """Let each part but the first be a person of its own again."""
        moved = dict(self.parts)
        for part, _ in self.parts_of(number)[1:]:
            is_own = part.from_us == BEGINNING_US and part.face_id not in moved.values()
            moved[part] = part.face_id if is_own else self._new_number(moved.values())
        return self._checked(moved.items(), self.persons)

    def split(self, number: int, at_us: int, spans: Mapping[int, Span]) -> "People":
        """Let a person be another one from a moment on.

        Args:
            number: the person.
            at_us: the moment; a frame of this very time belongs to the other one.
            spans: first and last time of each track; a track that is not there has no end.

        Raises:
            FerError: if nothing of the person lies before the moment, or nothing from it on.
        """
        moved = dict(self.parts)
        new = self._new_number(moved.values())
        before = after = False
        for part, until_us in self.parts_of(number):
            first_us, last_us = spans.get(part.face_id, (BEGINNING_US, -BEGINNING_US))
            begins_us = max(first_us, part.from_us)
            ends_us = last_us if until_us is None else min(last_us, until_us - 1)
            if begins_us >= at_us:
                moved[part] = new
            else:
                moved.setdefault(part, number)
                if ends_us >= at_us:
                    moved[TrackPart(part.face_id, at_us)] = new
            before |= begins_us < at_us
            after |= ends_us >= at_us
        if not before or not after:
            raise FerError(
                "The face is not there both before and after this moment.",
                hint="Go to a moment between its first and its last one.",
            )
        return self._checked(moved.items(), self.persons)

    @cached_property
    def _tracks(self) -> dict[int, tuple[list[int], list[int]]]:
        """Where the parts of each track begin, and whose they are."""
        tracks: dict[int, tuple[list[int], list[int]]] = {}
        for part, number in self.parts:
            begins, numbers = tracks.setdefault(part.face_id, ([], []))
            begins.append(part.from_us)
            numbers.append(number)
        return tracks

    @cached_property
    def _persons(self) -> dict[int, Person]:
        return {person.number: person for person in self.persons}

    def _shows_within(self, said: Correction) -> bool:
        begins, numbers = self._tracks.get(said.face_id, ([BEGINNING_US], [said.face_id]))
        first, last = (bisect_right(begins, us) - 1 for us in (said.begin_us, said.last_us))
        return not all(self.person(number).is_hidden for number in numbers[first : last + 1])

    def _sign(self, number: int) -> str:
        """Return the number of a person's first track, with a letter where it is a later part."""
        if number not in self._signs:
            parts = self.parts_of(number)
            part = parts[0][0] if parts else TrackPart(number)
            begins, _ = self._tracks.get(part.face_id, ([BEGINNING_US], []))
            at = begins.index(part.from_us)
            self._signs[number] = f"{part.face_id}{_letters(at)}"
        return self._signs[number]

    @cached_property
    def _signs(self) -> dict[int, str]:
        return {}

    def _as_shown(self, face: FaceAnalysis, time_us: int) -> FaceAnalysis:
        number = self.number_of(face.face_id, time_us)
        label = self.label(number)
        if number == face.face_id and label == str(face.face_id):
            return face
        return replace(face, person=number, name=label)

    def _new_number(self, used: Iterable[int]) -> int:
        known = [*used, *(person.number for person in self.persons)]
        return max((_FIRST_NEW - 1, *known)) + 1

    def _with(self, person: Person) -> "People":
        others = [other for other in self.persons if other.number != person.number]
        return self._checked(self.parts, [*others, person])

    def _checked(
        self, parts: Iterable[tuple[TrackPart, int]], persons: Iterable[Person]
    ) -> "People":
        try:
            return People.of(parts, persons)
        except ValueError as error:
            raise FerError(f"That is not possible: {error}.") from error


def _rank(part: TrackPart) -> tuple[bool, TrackPart]:
    return part.from_us != BEGINNING_US, part


def is_unnamed(label: str) -> bool:
    """Tell whether this is what a person without a name is called; no name is like that."""
    return _UNNAMED.fullmatch(label.strip()) is not None


def _letters(at: int) -> str:
    """Return nothing for 0, then b, c, … z, ab, ac and so on."""
    text = ""
    while at > 0:
        at, rest = divmod(at, 26)
        text = chr(ord("a") + rest) + text
    return text


def _name_problem(name: str) -> str:
    """Return why a text cannot be a person's name, as a sentence without its end."""
    if not name.strip() or not is_clean(name):
        return "a name cannot be empty, or have characters that are not seen"
    if len(name) > NAME_MAX:
        return f"a name has at most {NAME_MAX} characters"
    if is_unnamed(name):
        return f"{name.strip()!r} is what a face without a name is called"
    return ""
