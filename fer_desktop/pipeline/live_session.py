"""A live source being analysed, and its frames on their way."""

from dataclasses import dataclass

from fer_desktop.domain.frame import Frame, SourceInfo


@dataclass(frozen=True, slots=True)
class Session:
    """A live source being analysed.

    Attributes:
        number: its number, which results carry.
        info: what the source says of itself.
    """

    number: int
    info: SourceInfo


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A frame on its way to the networks."""

    session: int
    frame: Frame
