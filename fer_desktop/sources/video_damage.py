"""What to say of a video that is damaged."""

from collections.abc import Sequence
from typing import Final

from fer_desktop.errors import SourceError
from fer_desktop.sources.video_index import VideoIndex

# The last frames of a video without its end are often damaged: nothing to be told besides.
_END_US: Final = 500_000


def damage_problem(name: str, index: VideoIndex, damaged_us: Sequence[float]) -> SourceError | None:
    """Return what to say of a video at its end; None if it is whole.

    Args:
        name: of the file.
        index: of its frames.
        damaged_us: times at which frames are missing or wrong.
    """
    end_us = index.duration_us
    if index.is_cut:
        damaged_us = [time_us for time_us in damaged_us if time_us < end_us - _END_US]
    if not damaged_us:
        return _cut(name, end_us) if index.is_cut else None
    begin, last = (f"{time_us / 1e6:.1f}" for time_us in (min(damaged_us), max(damaged_us)))
    where = f"at {begin} s" if begin == last else f"between {begin} and {last} s"
    end = f", and it ends at {end_us / 1e6:.1f} s" if index.is_cut else ""
    return SourceError(
        f"{name} is damaged {where}: frames there are missing or wrong{end}.",
        hint="Everything that can be read is kept.",
    )


def _cut(name: str, end_us: int) -> SourceError:
    return SourceError(
        f"{name} is damaged or incomplete: it ends at {end_us / 1e6:.1f} s.",
        hint="Everything up to that point is kept.",
    )
