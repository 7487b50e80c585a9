"""How a session ended."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """What is to be known of a session besides its frames, once it is over.

    Attributes:
        is_whole: whether everything that was to be analysed was; None where there is no whole, as
            of live sources, or where an older version did not say.
        missed: frames that a live source delivered and newer ones replaced before they were read.
        problem: why it ended early, in words; empty if it did not.
    """

    is_whole: bool | None = None
    missed: int = 0
    problem: str = ""
