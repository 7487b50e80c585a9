"""H.264 in MP4, with the frames' own times, that plays even if the process dies while writing."""

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.recording.sound import Stretch
from fer_desktop.recording.sound_track import PRIMING

_MICROSECOND: Final = Fraction(1, 1_000_000)
_DEFAULT_STEP_US: Final = 33_333
_KEYFRAME_EVERY: Final = 30
_BREAK_US: Final = 1_000_000  # what is skipped beyond it has not been heard either
_SIZE_MIN_PX: Final = 16
_SMPTE_170M: Final = (
    6  # the matrix with which pixels are converted; unsaid, HD players guess another
)


class VideoFile:
    """A video being written; made, used and closed by one thread.

    Attributes:
        stretches: which parts of the source are in it.
    """

    def __init__(self, path: Path, size_px: tuple[int, int], sound_rate: int = 0) -> None:
        """Begin a video.

        Args:
            path: where to; what is there is replaced.
            size_px: width and height of the frames; odd sizes are made even by repeating an edge.
            sound_rate: samples a second of its sound; 0 for a video without.

        Raises:
            OSError: if the file cannot be written.
        """
        import av

        self.stretches: list[Stretch] = []
        self._size_px = tuple(max(_SIZE_MIN_PX, side + side % 2) for side in size_px)
        self._first_us = 0
        self._last_us: int | None = None
        self._step_us = _DEFAULT_STEP_US
        # Until it is closed the file is a row of fragments, each playable once written, and from
        # then on an ordinary MP4 that every player and editor takes.
        self._container: Any = av.open(
            str(path),
            "w",
            format="mp4",
            options={"movflags": "hybrid_fragmented", "flush_packets": "1"},
        )
        # Without frames that wait for later ones, the last fragment ends with the last frame.
        self._stream = self._container.add_stream(
            "libx264",
            rate=30,
            options={"preset": "veryfast", "crf": "20", "tune": "zerolatency"},
        )
        context = self._stream.codec_context
        context.width, context.height = self._size_px
        context.pix_fmt = "yuv420p"
        context.colorspace = _SMPTE_170M
        context.gop_size = _KEYFRAME_EVERY
        context.time_base = self._stream.time_base = _MICROSECOND
        self._sound: Any = None
        if sound_rate:
            self._sound = self._container.add_stream("aac", rate=sound_rate)
            self._sound.codec_context.layout = "mono"
            self._sound.codec_context.format = "fltp"
            self._heard = PRIMING

    def write(self, pixels: NDArray[np.uint8], timestamp_us: int) -> None:
        """Append a frame; where time jumps back, the video goes on without a gap.

        Args:
            pixels: BGR; another size than the first frame's is fitted into it.
            timestamp_us: time on the source's clock; the first frame's becomes 0.

        Raises:
            OSError: if the file cannot be written.
        """
        import av

        if self._last_us is None:
            self._first_us = timestamp_us
        elif timestamp_us - self._first_us <= self._last_us:
            self._first_us = timestamp_us - self._last_us - self._step_us
        time_us = timestamp_us - self._first_us
        if self._last_us is not None:
            self._step_us = time_us - self._last_us
        self._last_us = time_us
        self._note(timestamp_us, time_us)
        frame = av.VideoFrame.from_ndarray(self._fitted(pixels), format="bgr24")
        frame.pts, frame.time_base = time_us, _MICROSECOND
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def write_sound(self, samples: NDArray[np.float32]) -> None:
        """Append sound, one channel; it goes on where it ended.

        Raises:
            OSError: if the file cannot be written.
        """
        import av

        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="fltp", layout="mono")
        frame.sample_rate = self._sound.codec_context.sample_rate
        frame.pts, frame.time_base = self._heard, Fraction(1, frame.sample_rate)
        self._heard += len(samples)
        for packet in self._sound.encode(frame):
            self._container.mux(packet)

    def _note(self, source_us: int, time_us: int) -> None:
        """Note where a moment of the source lies, and where something of it was left out."""
        last = self.stretches[-1] if self.stretches else None
        if (
            last is not None
            and 0 < source_us - last.to_us <= _BREAK_US
            and time_us - last.at_us == source_us - last.from_us
        ):
            last.to_us = source_us
        else:
            self.stretches.append(Stretch(source_us, source_us, time_us))

    def close(self) -> None:
        """Finish the file.

        Raises:
            OSError: if it cannot be written to its end; what plays so far is kept.
        """
        try:
            if self._last_us is not None:
                for stream in filter(None, (self._stream, self._sound)):
                    for packet in stream.encode(None):
                        self._container.mux(packet)
        finally:
            self._container.close()

    def _fitted(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        import cv2

        width, height = self._size_px
        if pixels.shape[0] > height or pixels.shape[1] > width:
            scale = min(height / pixels.shape[0], width / pixels.shape[1])
            pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        bottom, right = height - pixels.shape[0], width - pixels.shape[1]
        if bottom == right == 0:
            return pixels
        edge = cv2.BORDER_REPLICATE if max(bottom, right) == 1 else cv2.BORDER_CONSTANT
        padded: NDArray[np.uint8] = cv2.copyMakeBorder(pixels, 0, bottom, 0, right, edge)
        return padded
