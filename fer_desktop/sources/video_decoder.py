"""A video file as FFmpeg sees it: its picture track, and the pictures that can be decoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger
from fer_desktop.sources.ordinary_file import check_file
from fer_desktop.sources.video_index import all_packets

log = get_logger("capture")

NOT_A_VIDEO: Final = "It may be damaged, incompletely copied, or not what its name says."
# Formats of recordings that may begin with pictures whose first part was never received.
_BROADCAST: Final = ("mpeg", "h264", "hevc")


@dataclass(frozen=True, slots=True)
class Damage:
    """A picture that is missing or wrong: when it was due, and how many came before it."""

    pts: int | None
    count: int


class _FirstDamage(Exception):
    """Something is damaged that several threads have decoded."""


class VideoDecoder:
    """Opens a file and decodes it from its beginning, or from where it was sought.

    Attributes:
        container, stream: PyAV's.
        damage: what was found while decoding from the beginning.
        is_interlaced: whether a picture so far was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_steady = False
        self.container: Any = None
        self.stream: Any = None
        self.damage: list[Damage] = []
        self.is_interlaced = False

    def open(self) -> None:
        """Open the file at its beginning, once more if it is open.

        Raises:
            SourceError: if it has no picture track that can be decoded.
        """
        import av
        from av.error import FFmpegError

        self.close()
        check_file(self._path)
        try:
            # Files only: a playlist must not make this computer connect to anything, and a colon
            # in a name is no protocol.
            container = av.open(f"file:{self._path}", options={"protocol_whitelist": "file"})
        except (FFmpegError, OSError, ValueError) as error:
            raise SourceError(
                f"{self._path.name} is not a video or image that can be read.", hint=NOT_A_VIDEO
            ) from error
        self.container = container
        if container.format.name == "tty":  # FFmpeg would show any text as a film of letters
            raise SourceError(f"{self._path.name} is a text, not a video.")
        self.stream = _best_track(container)
        if self.stream is None:
            raise SourceError(
                f"{self._path.name} has no picture track.", hint="Choose a video or an image."
            )
        if self.stream.codec_context is None:
            raise SourceError(
                f"{self._path.name} uses a video format that cannot be decoded here.",
                hint="Convert it to MP4 with H.264.",
            )
        self.stream.thread_type = "NONE" if self._is_steady else "AUTO"

    def expect_damage(self) -> None:
        """Decode with one thread when opened next: several conceal damage differently each time."""
        self._is_steady = True

    def close(self) -> None:
        """Release the file; may be called twice."""
        container, self.container, self.stream = self.container, None, None
        if container is not None:
            container.close()

    def seek(self, pts: int) -> bool:
        """Go to a picture or before it; tell whether the file allows that."""
        from av.error import FFmpegError

        if self.container.format.name == "mpeg":
            # Few packets of an MPEG programme stream have a time: one would be lost.
            return False
        try:
            self.container.seek(pts, stream=self.stream, backward=True)
        except FFmpegError:
            log.debug("%s cannot be sought in", self._path.name)
            return False
        return True

    def pictures_from_beginning(self) -> Iterator[Any]:
        """Yield all that can be decoded, past any damage, the same each time."""
        self.damage.clear()
        count = 0
        try:
            for picture in self._decode():
                count += 1
                yield picture
        except _FirstDamage:
            self.expect_damage()
            self.open()
            yield from islice(self._decode(), count, None)

    def pictures_from_here(self) -> Iterator[Any]:
        """Yield what can be decoded from where the file was sought."""
        for packet in self._packets():
            for picture in self._decoded(packet) or ():
                self.is_interlaced = self.is_interlaced or picture.interlaced_frame
                yield picture

    def _decode(self) -> Iterator[Any]:
        # A recording that begins in the middle of a broadcast is not damaged there.
        is_in_step = not self.container.format.name.startswith(_BROADCAST)
        count = 0
        for packet in self._packets():
            pictures = self._decoded(packet)
            if pictures is None and is_in_step:
                self._note(packet.pts, count)
            for picture in pictures or ():
                is_in_step = is_in_step or (picture.key_frame and not picture.is_corrupt)
                if picture.is_corrupt and is_in_step:
                    self._note(picture.pts, count)
                self.is_interlaced = self.is_interlaced or picture.interlaced_frame
                count += 1
                yield picture

    def _note(self, pts: int | None, count: int) -> None:
        if not self._is_steady:
            raise _FirstDamage
        self.damage.append(Damage(pts, count))

    def _packets(self) -> Iterator[Any]:
        """Yield the packets that are whole, and an empty one at the end, even an early one."""
        from av.error import FFmpegError

        try:
            for packet in all_packets(self.container, self.stream):
                if not packet.is_corrupt:
                    yield packet
        except FFmpegError as error:
            log.debug("the file ends in damage: %s", error)
            yield None

    def _decoded(self, packet: Any) -> list[Any] | None:
        """Return the pictures that a packet completes; None if it is damaged."""
        from av.error import FFmpegError

        try:
            pictures: list[Any] = self.stream.codec_context.decode(packet)
        except FFmpegError as error:
            log.debug("a damaged packet was left out: %s", error)
            return None
        return pictures


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
