"""Video files."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.sources.broken_off import STREAMS, breaks_off
from fer_desktop.sources.deinterlacing import deinterlaced
from fer_desktop.sources.video_damage import damage_problem
from fer_desktop.sources.video_decoder import NOT_A_VIDEO, VideoDecoder
from fer_desktop.sources.video_index import VideoIndex, build_index
from fer_desktop.sources.video_pictures import PictureMaker
from trainer.contract.missing_end import lacks_trailer


class VideoSource:
    """A video file: every frame with its exact presentation time, forwards and backwards.

    Frames are upright, of square pixels, deinterlaced, and of standard dynamic range. A frame
    reached by seeking is the frame that reading from the beginning delivers under the same index.
    Damage is told once, at the end; what can be read before and after it is.
    """

    def __init__(
        self, path: Path, check: Callable[[], object] | None = None, demuxer: str | None = None
    ) -> None:
        """Take a file.

        Args:
            path: the file.
            check: called with every packet; what it raises ends the reading.
            demuxer: FFmpeg's name of the format, where it would not recognise it.
        """
        self._path = path
        self._check = check
        self._demuxer = demuxer
        self._decoder = VideoDecoder(path, check, demuxer)
        self._index: VideoIndex | None = None
        self._decoded: Iterator[tuple[int, Any]] = iter(())
        self._maker: PictureMaker | None = None
        self._held: tuple[int, Any] | None = None
        self._next = 0  # index that read() returns next
        self._missing: set[int] = set()
        self._warned = False

    def again(self) -> "VideoSource":
        """Return another source of the same video."""
        return VideoSource(self._path, self._check, self._demuxer)

    def open(self) -> SourceInfo:
        """Index the file and decode its first frame.

        Raises:
            SourceError: if it is not a video that can be decoded.
        """
        self.close()
        try:
            return self._open()
        except SourceError:
            self.close()
            raise

    def _open(self) -> SourceInfo:
        self._decoder = VideoDecoder(self._path, self._check, self._demuxer)
        self._decoder.open()
        self._index = build_index(
            self._decoder.container, self._decoder.stream, self._decoder.on_packet
        )
        kind = self._decoder.container.format.name
        if (
            self._decoder.ends_early
            or (kind == "gif" and lacks_trailer(self._path))
            or breaks_off(self._path, kind)
        ):
            self._index = replace(self._index, is_cut=True)
        if self._index.is_cut or self._index.damaged_us:
            self._decoder.expect_damage()
        self._missing.clear()
        self._warned = False
        self._rewind()
        first = next(self._decoded, None)
        if first is None:
            raise SourceError(f"No frame of {self._path.name} can be decoded.", hint=NOT_A_VIDEO)
        self._held = first
        self._next = first[0]
        # Only now: some formats say it in their first picture.
        self._maker = PictureMaker(self._decoder.stream.sample_aspect_ratio)
        width, height = self._maker.size_of(first[1])
        return SourceInfo(
            kind="video",
            name=self._path.name,
            uri=str(self._path.resolve()),
            width_px=width,
            height_px=height,
            fps=self._index.fps,
            frame_count=len(self._index),
            duration_us=self._index.duration_us,
        )

    def read(self) -> Frame | None:
        """Return the next frame, None at the end.

        Raises:
            SourceError: once, at the end, if the file is damaged.
        """
        index, maker = self._known_index(), self._maker
        if maker is None:
            raise RuntimeError("the video is not open")
        found = self._held if self._held is not None else next(self._decoded, None)
        while found is not None and found[0] < self._next:
            found = next(self._decoded, None)
        self._held = None
        if found is None:
            self._next = len(index)
            self._tell_damage_once(index)
            return None
        position, picture = found
        self._next = position + 1
        return Frame(
            index=position,
            timestamp_us=int(index.times_us[position]),
            captured_ns=time.monotonic_ns(),
            pixels=maker.pixels(picture),
        )

    def seek(self, frame_index: int) -> None:
        """Make ``read`` return this frame next; clamped to the video's frames."""
        index = self._known_index()
        target = min(max(frame_index, 0), len(index) - 1)
        # What an interlaced picture lacks is filled in from the one before, too.
        key = index.key_before(max(0, target - 1) if self._decoder.is_interlaced else target)
        is_ahead = target >= self._next
        if not is_ahead or (index.pts is not None and key > self._next):
            self._go_to(index, target, key)
        self._next = target

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        return self._known_index().at_time(timestamp_us)

    def time_of(self, frame_index: int) -> int:
        """Return the time of a frame, microseconds."""
        return int(self._known_index().times_us[frame_index])

    def close(self) -> None:
        """Release decoder and file."""
        self._decoded = iter(())
        self._held = None
        self._decoder.close()

    def _known_index(self) -> VideoIndex:
        if self._index is None:
            raise RuntimeError("the video is not open")
        return self._index

    def _rewind(self) -> None:
        # Opening anew is the one way back to the beginning that every format allows.
        self._decoder.open()
        self._decoded = self._decode(is_beginning=True)
        self._held = None

    def _go_to(self, index: VideoIndex, target: int, key: int) -> None:
        """Leave the decoder at or before a frame, as near as the file allows."""
        pts = index.pts_at(key)
        if pts is not None and key > 0 and self._decoder.seek(pts):
            self._decoded = self._decode(is_beginning=False)
            self._held = next(self._decoded, None)
            if self._held is not None and self._held[0] <= target:
                return
        self._rewind()

    def _decode(self, *, is_beginning: bool) -> Iterator[tuple[int, Any]]:
        """Yield decoded pictures with their indices, in order.

        Anywhere but at the beginning of the file, what comes before the first picture that stands
        alone is left out: it would be built on pictures that were not decoded.
        """
        index, decoder = self._known_index(), self._decoder
        if is_beginning:
            pictures = decoder.pictures_from_beginning()
        else:
            pictures = decoder.pictures_from_here()
        position = -1
        is_in_step = is_beginning
        for picture in deinterlaced(pictures):
            known = index.at_pts(picture.pts) if picture.pts is not None else None
            is_in_step = is_in_step or (picture.key_frame and index.is_key(picture.pts))
            if not is_in_step:
                continue
            former = position
            position = position + 1 if known is None else max(known, position + 1)
            if is_beginning and decoder.damage:  # else some pictures are just never shown
                self._missing.update(range(former + 1, min(position, len(index))))
            if position < len(index):
                yield position, picture
        if is_beginning and decoder.container.format.name in STREAMS:
            self._missing.update(range(position + 1, len(index)))  # nothing else tells of them

    def _tell_damage_once(self, index: VideoIndex) -> None:
        if self._warned:
            return
        positions = set(self._missing)
        for damage in self._decoder.damage:
            known = index.at_pts(damage.pts) if damage.pts is not None else None
            positions.add(min(damage.count, len(index) - 1) if known is None else known)
        damaged_us = [*index.damaged_us, *(float(index.times_us[at]) for at in positions)]
        if problem := damage_problem(self._path.name, index, damaged_us):
            self._warned = True
            raise problem
