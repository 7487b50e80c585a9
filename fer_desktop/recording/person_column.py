"""Who is who, as columns of a table and in its description."""

from collections.abc import Callable
from typing import Any, Final

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.people import BEGINNING_US, People
from fer_desktop.recording.column import Column
from fer_desktop.recording.csv_columns import ExtraColumn

PERSON: Final = Column(
    "person", "text", "", 'whose face it is: the name that was given, else such as "face 2"'
)


def person_column(people: Callable[[], People]) -> ExtraColumn:
    """Return a column ``person``: the name, or else "face 2"; ``face_id`` stays the track's.

    Args:
        people: returns who is who in the session whose rows are written.
    """

    def name(frame: FrameAnalysis, face: FaceAnalysis | None) -> str:
        if face is None:
            return ""
        known = people()
        return known.table_name(known.number_of(face.face_id, frame.timestamp_us))

    return ExtraColumn(PERSON, name)


def described_people(people: People) -> list[dict[str, Any]]:
    """Return what was said of persons, and which parts of which tracks are theirs.

    Hidden ones are nobody's business: that there are some, the count of their rows says.
    """
    numbers = {number for _, number in people.parts}
    numbers.update(person.number for person in people.persons)
    found = []
    for number in sorted(numbers):
        if people.person(number).is_hidden:
            continue
        tracks = [
            {"face_id": part.face_id, "from_s": _seconds(part.from_us), "to_s": _seconds(until_us)}
            for part, until_us in people.parts_of(number)
        ]
        found.append({"person": people.table_name(number), "is_hidden": False, "tracks": tracks})
    return found


def _seconds(time_us: int | None) -> float | None:
    return None if time_us in (None, BEGINNING_US) else time_us / 1e6
