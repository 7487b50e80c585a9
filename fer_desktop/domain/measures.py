"""What can be measured of a face besides its expression: how its numbers are called, and they."""

from dataclasses import dataclass
from typing import Final, NamedTuple

# A measure with more channels, such as a mesh, is nothing that anybody reads from curves.
CHANNELS_MAX: Final = 6
# Under these keys session files keep what tells how well a face could be read; no table, card or
# stream has it.
LANDMARKS: Final = "landmarks"
LIGHT: Final = "face_light"


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """One kind of numbers about a face.

    Attributes:
        key: names it in files and options.
        channels: names of its numbers, in order.
        unit: of all of them; empty for plain numbers.
        range: between which two numbers they usually lie, for axes; None where nobody knows.
    """

    key: str
    channels: tuple[str, ...]
    unit: str = ""
    range: tuple[float, float] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Name of each channel's column in a table, such as ``head_roll_deg``."""
        return tuple(
            "_".join(filter(None, (self.key, channel if channel != self.key else "", self.unit)))
            for channel in self.channels
        )


class Measurement(NamedTuple):
    """What was measured of one face in one frame: a number for each channel, as float32 has it."""

    spec: MeasureSpec
    numbers: tuple[float, ...]
