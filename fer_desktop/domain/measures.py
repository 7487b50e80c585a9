"""What can be measured of a face besides its expression: how its numbers are called, and they."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

# A measure with more channels, such as a mesh, is nothing that anybody reads from curves.
CHANNELS_MAX: Final = 6
# Under these keys session files keep what tells how well a face could be read; no table, card or
# stream has it.
LANDMARKS: Final = "landmarks"
LIGHT: Final = "face_light"
# More columns than this make a table that nobody can open; a mesh has a file of its own.
COLUMNS_MAX: Final = 256
# The key of the measure that is a mesh: x, y and z of each of its points, in pixels.
MESH: Final = "mesh"


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """What is said of a measure.

    Attributes:
        name: for reading, such as "Head".
        definition: what its numbers tell.
        source: what they are taken from, and by whose formula.
        accuracy: how well they tell it.
        channels: name and meaning of a channel, where those of the measure do not do.
    """

    name: str
    definition: str
    source: str = ""
    accuracy: str = ""
    channels: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """One kind of numbers about a face.

    Attributes:
        key: names it in files and options.
        channels: names of its numbers, in order.
        unit: of all of them; empty for plain numbers.
        range: between which two numbers they usually lie, for axes; None where nobody knows.
        facts: what a package says of its measure; that of our own is in ``measure_facts``. It is
            no part of what makes a measure: sessions do not keep it.
    """

    key: str
    channels: tuple[str, ...]
    unit: str = ""
    range: tuple[float, float] | None = None
    facts: MeasureFacts | None = field(default=None, compare=False, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Name of each channel's column in a table, such as ``head_roll_deg``."""
        return tuple(
            "_".join(filter(None, (self.key, channel if channel != self.key else "", self.unit)))
            for channel in self.channels
        )

    def has_columns_of(self, other: "MeasureSpec") -> bool:
        """Tell whether it has another's columns; sessions of older versions know no range."""
        mine, theirs = (self.key, self.unit, self.channels), (other.key, other.unit, other.channels)
        return mine == theirs


def tabular(specs: Iterable[MeasureSpec]) -> tuple[MeasureSpec, ...]:
    """Return the measures that have columns in tables, and go to other programs."""
    return tuple(spec for spec in specs if len(spec.channels) <= COLUMNS_MAX)


class Measurement(NamedTuple):
    """What was measured of one face in one frame: a number for each channel, as float32 has it."""

    spec: MeasureSpec
    numbers: tuple[float, ...]
