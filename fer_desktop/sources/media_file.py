"""Video files and still images."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger
from fer_desktop.sources.deinterlacing import deinterlaced
from fer_desktop.sources.ordinary_file import check_file
from fer_desktop.sources.pictures import read_picture
from fer_desktop.sources.video_damage import damage_problem
from fer_desktop.sources.video_index import VideoIndex, all_packets, build_index
from fer_desktop.sources.video_pictures import PictureMaker

log = get_logger("capture")

_NOT_A_VIDEO: Final = (
    "It may be damaged, incompletely copied, or something else than its name says."
)
# Formats of recordings that may begin with frames whose first part was never received.
_BROADCAST: Final = ("mpeg", "h264", "hevc")


class VideoSource:
    """A video file: every frame with its exact presentation time, forwards and backwards.

    Frames are upright, of square pixels, deinterlaced, and of standard dynamic range. A frame
    reached by seeking is the frame that reading from the beginning delivers under the same index.
    Damage is told once, at the end; what can be read before and after it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container: Any = None
        self._stream: Any = None
        self._index: VideoIndex | None = None
        self._decoded: Iterator[tuple[int, Any]] = iter(())
        self._maker: PictureMaker | None = None
        self._held: tuple[int, Any] | None = None
        self._next = 0  # index that read() returns next
        self._is_interlaced = False
        self._damaged_us: list[float] = []
        self._warned = False

    def open(self) -> SourceInfo:
        """Index the file and decode its first frame.

        Raises:
            SourceError: if it is not a video that can be decoded.
        """
        self.close()
        self._open_container()
        self._index = build_index(self._container, self._stream)
        self._damaged_us = list(self._index.damaged_us)
        self._is_interlaced = self._warned = False
        self._rewind()
        first = next(self._decoded, None)
        if first is None:
            raise SourceError(f"No frame of {self._path.name} can be decoded.", hint=_NOT_A_VIDEO)
        self._held = first
        self._next = first[0]
        # Only now: some formats say it in their first picture.
        self._maker = PictureMaker(self._stream.sample_aspect_ratio)
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
        # What a picture lacks is filled in from the one before, too.
        key = index.key_before(max(0, target - 1) if self._is_interlaced else target)
        is_ahead = target >= self._next
        if not is_ahead or (index.pts is not None and key > self._next):
            self._go_to(index, target, key)
        self._next = target

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        return self._known_index().at_time(timestamp_us)

    def close(self) -> None:
        """Release decoder and file."""
        self._decoded = iter(())
        self._held = None
        container, self._container, self._stream = self._container, None, None
        if container is not None:
            container.close()

    def _known_index(self) -> VideoIndex:
        if self._index is None:
            raise RuntimeError("the video is not open")
        return self._index

    def _open_container(self) -> None:
        import av
        from av.error import FFmpegError

        check_file(self._path)
        try:
            # Files only: a playlist must not make this computer connect to anything, and a colon
            # in a name is no protocol.
            container = av.open(f"file:{self._path}", options={"protocol_whitelist": "file"})
        except (FFmpegError, OSError, ValueError) as error:
            raise SourceError(
                f"{self._path.name} is not a video or image that can be read.", hint=_NOT_A_VIDEO
            ) from error
        self._container = container
        if container.format.name == "tty":  # FFmpeg would show any text as a film of letters
            raise SourceError(f"{self._path.name} is a text, not a video.")
        self._stream = _best_track(container)
        if self._stream is None:
            raise SourceError(
                f"{self._path.name} has no picture track.", hint="Choose a video or an image."
            )
        if self._stream.codec_context is None:
            raise SourceError(
                f"{self._path.name} uses a video format that cannot be decoded here.",
                hint="Convert it to MP4 with H.264.",
            )
        self._stream.thread_type = "AUTO"

    def _rewind(self) -> None:
        # Opening anew is the one way back to the beginning that every format allows.
        if self._container is not None:
            self._container.close()
        self._open_container()
        self._decoded = self._decode(is_beginning=True)
        self._held = None

    def _go_to(self, index: VideoIndex, target: int, key: int) -> None:
        """Leave the decoder at or before a frame, as near as the file allows."""
        from av.error import FFmpegError

        pts = index.pts_at(key)
        # Few packets of an MPEG programme stream have a time: in its middle one would be lost.
        if pts is not None and key > 0 and self._container.format.name != "mpeg":
            try:
                self._container.seek(pts, stream=self._stream, backward=True)
            except FFmpegError:
                log.debug("%s cannot be sought in", self._path.name)
            else:
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
        index = self._known_index()
        position = -1
        is_in_step = is_beginning
        for picture in deinterlaced(self._pictures(is_beginning=is_beginning)):
            known = index.at_pts(picture.pts) if picture.pts is not None else None
            is_in_step = is_in_step or (picture.key_frame and index.is_key(picture.pts))
            if not is_in_step:
                continue
            former = position
            position = position + 1 if known is None else max(known, position + 1)
            if self._damaged_us and former + 1 < position < len(index) and is_beginning:
                self._damaged_us.append(float(index.times_us[position - 1]))
            if position < len(index):
                yield position, picture

    def _pictures(self, *, is_beginning: bool) -> Iterator[Any]:
        """Yield what the decoder makes of the file, past any damage."""
        from av.error import FFmpegError

        decoder = self._stream.codec_context
        # A recording that begins in the middle of a broadcast is no damage, nor is a jump.
        is_in_step = not self._container.format.name.startswith(_BROADCAST)
        count = 0
        try:
            for packet in all_packets(self._container, self._stream):
                if packet.is_corrupt:
                    continue
                try:
                    pictures = packet.decode()
                except FFmpegError as error:
                    log.debug("a damaged packet was left out: %s", error)
                    if is_beginning and is_in_step:
                        self._note_damage(packet.pts, count)
                    continue
                for picture in pictures:
                    is_in_step = is_in_step or (picture.key_frame and not picture.is_corrupt)
                    if picture.is_corrupt and is_beginning and is_in_step:
                        self._note_damage(picture.pts, count)
                    self._is_interlaced = self._is_interlaced or picture.interlaced_frame
                    count += 1
                    yield picture
        except FFmpegError as error:
            log.debug("the file ends in damage: %s", error)
            yield from decoder.decode(None)

    def _note_damage(self, pts: int | None, count: int) -> None:
        """Note damage at a time, or where there are none after so many pictures."""
        index = self._known_index()
        position = index.at_pts(pts) if pts is not None else None
        if position is None:
            position = min(count, len(index) - 1)
        self._damaged_us.append(float(index.times_us[position]))

    def _tell_damage_once(self, index: VideoIndex) -> None:
        if not self._warned and (
            problem := damage_problem(self._path.name, index, self._damaged_us)
        ):
            self._warned = True
            raise problem


def _best_track(container: Any) -> Any:
    """Return the picture track that a player shows: the default, or else the first; or None."""
    from av.stream import Disposition

    no_film = Disposition.attached_pic | Disposition.timed_thumbnails
    tracks = [item for item in container.streams.video if not item.disposition & no_film]
    # The sort is stable: among equals the first one stays in front.
    tracks.sort(
        key=lambda item: (
            item.codec_context is None,
            bool(item.disposition & Disposition.still_image),
            not item.disposition & Disposition.default,
        )
    )
    return tracks[0] if tracks else None


class ImageSource:
    """A still image: one frame, upright, over white where it is transparent."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pixels: NDArray[np.uint8] | None = None

    def open(self) -> SourceInfo:
        """Decode the image.

        Raises:
            SourceError: if it is not an image that can be decoded.
        """
        self._pixels = read_picture(self._path)
        height, width, _ = self._pixels.shape
        return SourceInfo(
            kind="image",
            name=self._path.name,
            uri=str(self._path.resolve()),
            width_px=width,
            height_px=height,
            frame_count=1,
            duration_us=0,
        )

    def read(self) -> Frame | None:
        """Return the image once, then None."""
        pixels, self._pixels = self._pixels, None
        if pixels is None:
            return None
        return Frame(index=0, timestamp_us=0, captured_ns=time.monotonic_ns(), pixels=pixels)

    def close(self) -> None:
        """Forget the image."""
        self._pixels = None
