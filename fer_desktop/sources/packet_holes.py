"""Where packets of a video file are missing, although nothing says so.

A demuxer that meets damage goes on at the next place that makes sense to it, without a word. What
it leaves out shows as bytes that belong to no packet, or as entries of the file's index that lead
to none.
"""

from array import array
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# Formats whose packets lie side by side, with a few bytes in between that hardly vary.
_CLOSE_PACKED: Final = ("matroska", "flv")
_WITH_WHOLE_INDEX: Final = "avi"
_AVI_CHUNK_HEADER: Final = 8
_USUAL_SHARE: Final = 0.95
_BEYOND_USUAL: Final = 4
_SPARE_BYTES: Final = 64
_LATE: Final = 1.6  # of the usual time between two frames
_REORDERED: Final = 8  # packets before and after, among which times may be out of order
_FRAMES_SPARE: Final = 2.5
_INDEX_BYTES: Final = 4  # a frame, where the index has an entry of some twenty for every key frame
_DESCRIPTION_BYTES: Final = 512

Span = tuple[int, int]  # first and last time in the stream's unit


class PacketHoles:
    """Looks at every packet of a file as it is read, in the order of the file."""

    def __init__(self, container: Any, stream: Any) -> None:
        """Take PyAV's container, and its picture track.

        Must be made before the first packet is read.
        """
        name = container.format.name
        self._is_close_packed = name.startswith(_CLOSE_PACKED)
        self._promised: dict[int, int] = {}
        if name == _WITH_WHOLE_INDEX:
            entries = (entry for entry in stream.index_entries if entry.size)
            self._promised = {entry.pos + _AVI_CHUNK_HEADER: entry.timestamp for entry in entries}
        self._picture_track = stream.index
        self._file_end = container.size
        self._end: int | None = None
        self._gaps = array("q")
        self._places = array("q")  # of the pictures among all gaps
        self._times = array("q")

    @property
    def is_of_use(self) -> bool:
        """Whether packets of such a file tell anything."""
        return self._is_close_packed or bool(self._promised)

    def add(self, packet: Any, time: int | None) -> None:
        """Note where a packet lies, and when it is due."""
        place: int | None = packet.pos
        if place is None or place < 0:
            return
        self._promised.pop(place, None)
        if not self._is_close_packed:
            return
        if self._end is not None:
            self._gaps.append(place - self._end)
        self._end = place + packet.size
        if packet.stream_index == self._picture_track and time is not None:
            self._places.append(len(self._gaps))
            self._times.append(time)

    def has_hole_at_end(self, missing_s: float, seconds: float) -> bool:
        """Tell whether what follows the last packet is as large as what is missing of the time.

        Args:
            missing_s: how much shorter than it says the file is.
            seconds: how long what was read is.
        """
        if self._end is None or not self._gaps or seconds <= 0:
            return False
        frames_missing = missing_s / seconds * len(self._times)
        # After the packets there may be an index and a description.
        expected = _INDEX_BYTES * len(self._times) + _DESCRIPTION_BYTES
        rest = self._file_end - self._end - expected
        return frames_missing > _FRAMES_SPARE and rest > missing_s * self._end / seconds / 2

    def spans(self) -> list[Span]:
        """Return between which times frames are missing."""
        if self._promised:
            times = sorted(self._promised.values())
            return [(times[0], times[-1])]
        if len(self._times) < 3 or not self._gaps:
            return []
        return [span for span in map(self._span_at, self._wide_gaps()) if span is not None]

    def _wide_gaps(self) -> NDArray[np.intp]:
        gaps = np.frombuffer(self._gaps, dtype=np.int64)
        usual = max(0, int(np.quantile(gaps, _USUAL_SHARE)))
        return np.flatnonzero(gaps > _BEYOND_USUAL * usual + _SPARE_BYTES)

    def _span_at(self, gap: np.intp) -> Span | None:
        """Return the longest pause of the frames around a gap if it is longer than usual."""
        times = np.frombuffer(self._times, dtype=np.int64)
        usual = np.median(np.diff(np.sort(times)))
        after = int(np.searchsorted(np.frombuffer(self._places, dtype=np.int64), gap, side="right"))
        near = np.sort(times[max(0, after - _REORDERED) : after + _REORDERED])
        pauses = np.diff(near)
        if not len(pauses) or pauses.max() <= _LATE * usual:
            return None
        longest = int(pauses.argmax())
        return int(near[longest]), int(near[longest + 1])
