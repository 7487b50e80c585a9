"""Which frames of a file are analysed: all of them, unless somebody wants fewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # the command line's options know of a selection, and not of pictures
    from fer_desktop.domain.frame import SourceInfo

EVERY_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class FrameSelection:
    """Every so many frames of a stretch of time.

    Attributes:
        every: of so many frames one is analysed: those whose index it divides.
        from_us, to_us: the stretch on the source's clock, both ends included; None reaches to the
            beginning and to the end.
    """

    every: int = 1
    from_us: int | None = None
    to_us: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.every <= EVERY_MAX:
            raise ValueError(f"every must lie between 1 and {EVERY_MAX}. Received: {self.every}")

    @property
    def is_all(self) -> bool:
        """Whether every frame is meant."""
        return self == ALL_FRAMES

    def takes(self, frame_index: int, timestamp_us: int) -> bool:
        """Tell whether a frame is meant."""
        return (
            frame_index % self.every == 0
            and (self.from_us is None or timestamp_us >= self.from_us)
            and not self.is_past(timestamp_us)
        )

    def is_past(self, timestamp_us: int) -> bool:
        """Tell whether no frame from this time on is meant."""
        return self.to_us is not None and timestamp_us > self.to_us

    def count(self, info: "SourceInfo") -> int | None:
        """Return about how many frames of a source are meant; None where that is not known."""
        if info.frame_count is None or self.is_all:
            return info.frame_count
        length_us = info.duration_us or 0
        begin_us = min(self.from_us or 0, length_us)
        end_us = length_us if self.to_us is None else min(self.to_us, length_us)
        share = max(0, end_us - begin_us) / length_us if length_us else 1.0
        return max(1, round(info.frame_count * share / self.every))

    def as_settings(self) -> dict[str, Any]:
        """Return what a description says of it; nothing where every frame is meant."""
        if self.is_all:
            return {}
        return {
            "every": self.every,
            "from_s": None if self.from_us is None else self.from_us / 1e6,
            "to_s": None if self.to_us is None else self.to_us / 1e6,
        }


ALL_FRAMES: Final = FrameSelection()


def selection_of(settings: Mapping[str, Any]) -> FrameSelection:
    """Return which frames a session has, as its settings say; all where they do not."""
    every, begin_s, end_s = (settings.get(name) for name in ("every", "from_s", "to_s"))
    if not isinstance(every, int) or not 1 <= every <= EVERY_MAX:
        every = 1
    times_us = [
        round(1e6 * moment) if isinstance(moment, int | float) and 0 <= moment < 1e9 else None
        for moment in (begin_s, end_s)
    ]
    return FrameSelection(every, *times_us)
