"""The presentation times of a video's frames, known before any of them is decoded.

Containers store packets in the order in which they are decoded, with times that may be unsorted,
missing or, in old formats, plainly wrong. One pass over the packets, which touches no picture,
tells how many frames there are and when each is due, so that every frame has one index and one
time whichever way it is reached.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.distinct import distinct
from fer_desktop.sources.packet_holes import PacketHoles
from trainer.contract.bounded_file import TooMuchRead

_DEFAULT_FPS: Final = Fraction(25)
# Formats that state their true length, so that a shorter content means that the end is missing.
_FORMATS_WITH_LENGTH: Final = ("mov", "matroska")
_TOLERATED_SHORTAGE_S: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class VideoIndex:
    """Where and when the frames of a video are.

    Attributes:
        times_us: presentation time of each frame from that of the first, strictly increasing.
        pts: the same in the stream's own unit; None if the stream's times do not tell the order
            of its frames, which must then be counted.
        keys: positions in ``pts`` of frames from which decoding can begin.
        duration_us: from the first frame to the end of the last.
        is_cut: whether the end of the file is missing.
        damaged_us: times between the first and the last of which frames are missing, if any.
    """

    times_us: NDArray[np.int64]
    pts: NDArray[np.int64] | None
    keys: NDArray[np.int64]
    duration_us: int
    is_cut: bool
    damaged_us: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.times_us)

    @property
    def fps(self) -> float | None:
        """Average frame rate; None for a single frame."""
        if len(self) < 2:
            return None
        return float((len(self) - 1) * 1e6 / self.times_us[-1])

    def at_time(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        return max(0, int(np.searchsorted(self.times_us, timestamp_us, side="right")) - 1)

    def at_pts(self, pts: int) -> int | None:
        """Return the index of the frame with this time in the stream's unit."""
        if self.pts is None:
            return None
        return max(0, int(np.searchsorted(self.pts, pts, side="right")) - 1)

    def pts_at(self, index: int) -> int | None:
        """Return the time of a frame in the stream's unit."""
        return None if self.pts is None else int(self.pts[index])

    def is_key(self, pts: int | None) -> bool:
        """Tell whether a frame from which decoding can begin has exactly this time."""
        return pts is not None and self.pts is not None and pts in self.pts[self.keys]

    def key_before(self, index: int) -> int:
        """Return the index of the last frame up to this one from which decoding can begin."""
        position = int(np.searchsorted(self.keys, index, side="right")) - 1
        return int(self.keys[position]) if position >= 0 else 0


def build_index(
    container: Any, stream: Any, on_packet: Callable[[], object] | None = None
) -> VideoIndex:
    """Read all packets of an opened file and index the frames of its picture track.

    Args:
        container: PyAV's, at its beginning; it stands at its end afterwards.
        stream: the picture track.
        on_packet: called with every packet; what it raises ends the reading.
    """
    from av.error import FFmpegError

    times = array("q")  # of the frames, in the order of the file
    times_of_keys = array("q")
    decoded = array("q")
    is_timed = True
    last_ticks = 0
    ends: dict[int, int] = {}  # of each track, in its own unit
    units: dict[int, Fraction] = {}
    packets = 0
    is_cut = False
    corrupt: list[tuple[int, int]] = []  # times, and how many frames came before
    holes = PacketHoles(container, stream)
    look_for_holes = holes.add if holes.is_of_use else None
    picture_track = stream.index
    try:
        # Two hours have 200,000 packets: what is done for each is a second of waiting or none.
        for packet in all_packets(container, on_packet):
            if packet.size == 0:
                continue
            dts, time = packet.dts, packet.pts
            if time is None:
                time = dts
            if look_for_holes is not None:
                look_for_holes(packet, time)
            track, ticks = packet.stream_index, packet.duration or 0
            if time is not None and time + ticks > ends.get(track, 0):
                ends[track] = time + ticks
                if track not in units:  # asking costs as much as all the rest
                    units[track] = packet.time_base
            if track != picture_track:
                continue
            packets += 1
            if packet.is_discard or packet.is_corrupt:
                if packet.is_corrupt:
                    corrupt.append((time or 0, len(times)))
                continue
            if dts is not None:
                decoded.append(dts)
            last_ticks = ticks or last_ticks
            if time is None:
                is_timed, time = False, 0
            times.append(time)
            if packet.is_keyframe:
                times_of_keys.append(time)
    except (FFmpegError, TooMuchRead):
        is_cut = True  # what lies before the damage can be shown

    end_s = max((end * units[track] for track, end in ends.items()), default=Fraction(0))
    is_cut = is_cut or _lacks_its_end(container, stream, packets, end_s, holes)
    if not is_timed or _begins_anew(decoded):
        return _evenly_spaced(
            stream, len(times), is_cut=is_cut, damaged=[count for _, count in corrupt]
        )

    order = np.frombuffer(times, np.int64)
    pts, keys = distinct(order), distinct(np.frombuffer(times_of_keys, np.int64))
    times_us = _to_us(pts - pts[0], stream.time_base) if len(pts) else pts
    # Reordered frames whose packets claim to be in order: the times are those of decoding.
    is_decoding_time = (
        stream.codec_context.has_b_frames
        and bool((order[1:] >= order[:-1]).all())
        and len(keys) < len(order)
    )
    interval_us = float(np.median(np.diff(times_us))) if len(times_us) > 1 else 0.0
    last_us = float(last_ticks * stream.time_base) * 1e6 or interval_us
    damaged = [time for time, _ in corrupt] + [time for span in holes.spans() for time in span]
    return VideoIndex(
        times_us=times_us,
        pts=None if is_decoding_time else pts,
        keys=np.searchsorted(pts, keys),
        duration_us=round(float(times_us[-1]) + last_us) if len(times_us) else 0,
        is_cut=is_cut,
        damaged_us=tuple(np.interp(damaged, pts, times_us).tolist()) if len(pts) else (),
    )


def _begins_anew(decoded: "array[int]") -> bool:
    """Tell recordings that were joined end to end by their decoding times: each has its own."""
    steps = np.diff(np.frombuffer(decoded, np.int64).astype(np.float64))
    longest = np.maximum.accumulate(np.maximum(steps, 0))[:-1]  # before each but the first
    # A step or two back is a muxer's mistake.
    return bool(((steps[1:] < -3 * longest) & (longest > 0)).any())


def all_packets(container: Any, on_packet: Callable[[], object] | None = None) -> Iterator[Any]:
    """Yield the packets of all streams, and an empty one for each at the end.

    Args:
        container: PyAV's.
        on_packet: called before each of them; what it raises ends the reading.
    """
    try:
        for packet in container.demux():
            if on_packet is not None:
                on_packet()
            yield packet
        if on_packet is not None:
            on_packet()  # what looks like the end may be none
    except IndexError:
        # WORKAROUND PyAV 18.1: after the last packet it stumbles over streams that have turned up
        # while it was reading, as they do in damaged or broadcast files.
        return


def _lacks_its_end(
    container: Any, stream: Any, packets: int, end_s: Fraction, holes: PacketHoles
) -> bool:
    if not container.format.name.startswith(_FORMATS_WITH_LENGTH):
        return False
    missing_s = Fraction(container.duration or 0, 1_000_000) - end_s
    return (
        0 < packets < stream.frames
        or missing_s > _TOLERATED_SHORTAGE_S
        or holes.has_hole_at_end(float(missing_s), float(end_s))
    )


def _evenly_spaced(stream: Any, count: int, *, is_cut: bool, damaged: Sequence[int]) -> VideoIndex:
    fps = Fraction(stream.average_rate or stream.guessed_rate or _DEFAULT_FPS)
    times_us = _to_us(np.arange(count, dtype=np.int64), 1 / fps)
    return VideoIndex(
        times_us=times_us,
        pts=None,
        keys=np.zeros(min(count, 1), dtype=np.int64),
        duration_us=round(count / fps * 1_000_000),
        is_cut=is_cut,
        damaged_us=tuple(float(times_us[min(at, count - 1)]) for at in damaged) if count else (),
    )


def _to_us(ticks: NDArray[np.int64], time_base: Fraction) -> NDArray[np.int64]:
    """Return rounded microseconds, strictly increasing; exact, as floats would not be."""
    factor = Fraction(1_000_000) * time_base
    numerator, denominator = factor.numerator, factor.denominator
    times_us = (ticks * numerator + denominator // 2) // denominator
    # Units finer than a microsecond may round two frames onto one.
    rank = np.arange(len(times_us), dtype=np.int64)
    return np.maximum.accumulate(times_us - rank) + rank
