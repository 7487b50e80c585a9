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
from fer_desktop.sources.pictures import check_file, read_picture
from fer_desktop.sources.video_index import VideoIndex, all_packets, build_index

log = get_logger("capture")

_NOT_A_VIDEO: Final = (
    "It may be damaged, incompletely copied, or something else than its name says."
)


class VideoSource:
    """A video file: every frame with its exact presentation time, forwards and backwards.

    Portrait recordings are turned upright. A frame reached by seeking is the frame that reading
    from the beginning delivers under the same index.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container: Any = None
        self._stream: Any = None
        self._index: VideoIndex | None = None
        self._decoded: Iterator[tuple[int, Any]] = iter(())
        self._converter: Any = None
        self._held: tuple[int, Any] | None = None
        self._next = 0  # index that read() returns next
        self._warned = False

    def open(self) -> SourceInfo:
        """Index the file and decode its first frame.

        Raises:
            SourceError: if it is not a video that can be decoded.
        """
        from av.video.reformatter import VideoReformatter

        self.close()
        self._open_container()
        self._index = build_index(self._container, self._stream)
        self._converter = VideoReformatter()
        self._warned = False
        self._rewind()
        first = next(self._decoded, None)
        if first is None:
            raise SourceError(f"No frame of {self._path.name} can be decoded.", hint=_NOT_A_VIDEO)
        self._held = first
        self._next = first[0]
        picture = first[1]
        width, height = picture.width, picture.height
        if _quarter_turns(picture) % 2:
            width, height = height, width
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
            SourceError: once, at the end of a file whose end is missing.
        """
        index = self._known_index()
        found = self._held if self._held is not None else next(self._decoded, None)
        while found is not None and found[0] < self._next:
            found = next(self._decoded, None)
        self._held = None
        if found is None:
            self._next = len(index)
            self._warn_once(index)
            return None
        position, picture = found
        self._next = position + 1
        return Frame(
            index=position,
            timestamp_us=int(index.times_us[position]),
            captured_ns=time.monotonic_ns(),
            pixels=self._to_bgr(picture),
        )

    def seek(self, frame_index: int) -> None:
        """Make ``read`` return this frame next; clamped to the video's frames."""
        index = self._known_index()
        target = min(max(frame_index, 0), len(index) - 1)
        key = index.key_before(target)
        is_ahead = target >= self._next
        if not is_ahead or (index.pts is not None and key > self._next):
            self._go_to(index, target, key)
        self._next = target

    def index_at(self, timestamp_us: int) -> int:
        """Return the index of the frame on screen at this time."""
        return self._known_index().at_time(timestamp_us)

    def timestamp_at(self, frame_index: int) -> int:
        """Return the presentation time of a frame, microseconds."""
        index = self._known_index()
        return int(index.times_us[min(max(frame_index, 0), len(index) - 1)])

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
        cover = av.stream.Disposition.attached_pic
        streams = [item for item in container.streams.video if not item.disposition & cover]
        if not streams:
            raise SourceError(
                f"{self._path.name} has no picture track.", hint="Choose a video or an image."
            )
        self._stream = streams[0]
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
        for picture in self._pictures():
            known = index.at_pts(picture.pts) if picture.pts is not None else None
            is_in_step = is_in_step or (picture.key_frame and index.is_key(picture.pts))
            if not is_in_step:
                continue
            position = position + 1 if known is None else max(known, position + 1)
            if position < len(index):
                yield position, picture

    def _pictures(self) -> Iterator[Any]:
        """Yield what the decoder makes of the file, past any damage."""
        from av.error import FFmpegError

        decoder = self._stream.codec_context
        try:
            for packet in all_packets(self._container, self._stream):
                if packet.is_corrupt:
                    continue
                try:
                    pictures = packet.decode()
                except FFmpegError as error:
                    log.debug("a damaged packet was left out: %s", error)
                    continue
                yield from pictures
        except FFmpegError as error:
            log.debug("the file ends in damage: %s", error)
            yield from decoder.decode(None)

    def _warn_once(self, index: VideoIndex) -> None:
        if index.is_cut and not self._warned:
            self._warned = True
            raise SourceError(
                f"{self._path.name} is damaged or incomplete: it ends at "
                f"{index.duration_us / 1e6:.1f} s.",
                hint="What was read up to there is kept.",
            )

    def _to_bgr(self, picture: Any) -> NDArray[np.uint8]:
        if any(component.is_alpha for component in picture.format.components):
            layered = self._converter.reformat(picture, format="bgra").to_ndarray()
            alpha = layered[..., 3:].astype(np.uint16)
            over_white = layered[..., :3] * alpha + 255 * (255 - alpha)
            pixels = ((over_white + 127) // 255).astype(np.uint8)
        else:
            # One converter for all frames: a new one for each would halve the speed.
            pixels = self._converter.reformat(picture, format="bgr24").to_ndarray()
        return _turned(pixels, _quarter_turns(picture))


def _quarter_turns(picture: Any) -> int:
    """Return how often a picture must be turned by 90 degrees, counterclockwise."""
    return int(round(picture.rotation / 90) % 4)


def _turned(pixels: NDArray[np.uint8], quarter_turns: int) -> NDArray[np.uint8]:
    if quarter_turns == 0:
        return pixels
    import cv2

    codes = (cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)
    turned: NDArray[np.uint8] = cv2.rotate(pixels, codes[quarter_turns - 1])
    return turned


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
