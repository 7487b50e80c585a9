"""What can be measured of a face besides its expression."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """One kind of numbers about a face.

    Attributes:
        key: names it in files.
        channels: names of its numbers, in order.
        unit: of all of them; empty for plain numbers.
    """

    key: str
    channels: tuple[str, ...]
    unit: str = ""
