"""A video file as FFmpeg sees it: its picture track, and the pictures that can be decoded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from fer_desktop.cores import threads_of
from fer_desktop.errors import SourceError
from fer_desktop.log import get_logger
from fer_desktop.sources.media_reader import BUFFER_BYTES, MediaReader
from fer_desktop.sources.ordinary_file import check_file
from fer_desktop.sources.video_index import all_packets
from trainer.contract.bounded_file import TooMuchRead

log = get_logger("capture")

NOT_A_VIDEO: Final = "It may be damaged, incompletely copied, or not what its name says."
# So far FFmpeg may read without finding a packet: no picture is larger.
_GAP_BYTES: Final = 512 << 20
_HEADER_BYTES: Final = 128 << 20
_ARCHIVES: Final = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xfd7zXZ", b"BZh")
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
        ends_early: whether the file was found to go on as nothing.
    """

    def __init__(
        self, path: Path, check: Callable[[], object] | None = None, demuxer: str | None = None
    ) -> None:
        """Take a file and what else ``VideoSource`` knows of it."""
        self._path = path
        self._check = check
        self._demuxer = demuxer
        self._is_steady = False
        self._file: MediaReader | None = None
        self._end: int | None = None  # of what the file holds
        self.container: Any = None
        self.stream: Any = None
        self.damage: list[Damage] = []
        self.is_interlaced = False

    @property
    def ends_early(self) -> bool:
        return self._end is not None

    def open(self) -> None:
        """Open the file at its beginning, once more if it is open.

        Raises:
            SourceError: if it has no picture track that can be decoded.
        """
        self.close()
        if check_file(self._path).startswith(_ARCHIVES):  # FFmpeg would find a picture in it
            raise SourceError(
                f"{self._path.name} is an archive, not a video or image.", hint="Unpack it first."
            )
        try:
            self._open()
        except SourceError:
            self.close()
            raise

    def _open(self) -> None:
        import av
        from av.error import FFmpegError

        try:
            self._file = MediaReader(self._path, self._check, self._end)
            self._file.allow(_HEADER_BYTES)
            # Files only: a playlist must not make this computer connect to anything.
            container = av.open(
                self._file,
                format=self._demuxer,
                options={"protocol_whitelist": "file"},
                buffer_size=BUFFER_BYTES,
            )
        except (FFmpegError, OSError, ValueError) as error:
            failure = self._file.failure if self._file is not None else None
            if isinstance(failure, SourceError):  # it is not wanted any more
                raise failure from error
            raise SourceError(
                f"{self._path.name} is not a video or image that can be read.", hint=NOT_A_VIDEO
            ) from error
        self.container = container
        if isinstance(self._file.failure, TooMuchRead):
            self._open_what_there_is()
            return
        if container.format.name == "tty":  # FFmpeg would show any text as a film of letters
            raise SourceError(f"{self._path.name} is a text file, not a video.")
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
        self.stream.codec_context.thread_count = threads_of(0)

    def _open_what_there_is(self) -> None:
        """Open a file anew that goes on as nothing where its tracks were to be found out."""
        former, self._end = self._end, self._file.end if self._file is not None else None
        self.close()
        if self._end is None or self._end == former:
            raise SourceError(
                f"{self._path.name} is damaged: it begins like a video but goes on without end.",
                hint="Copy or export it again.",
            )
        self._open()

    def expect_damage(self) -> None:
        """Decode with one thread when opened next: several conceal damage differently each time."""
        self._is_steady = True

    def close(self) -> None:
        """Release the file; may be called twice."""
        container, self.container, self.stream = self.container, None, None
        if container is not None:
            container.close()
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def on_packet(self) -> None:
        """Take note that the file goes on.

        Raises:
            TooMuchRead: if it goes on without anything that could be used.
            SourceError: if it is not wanted any more.
        """
        if self._check is not None:
            self._check()
        file = self._file
        if file is None or not file.has_read:  # as after most packets: several are read at once
            return
        if file.failure is not None:
            self._end = file.end
            raise file.failure
        file.allow(_GAP_BYTES)

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

        track = self.stream.index
        try:
            for packet in all_packets(self.container, self.on_packet):
                # The empty one at the end does not know its stream's number itself.
                if packet.stream.index == track and not packet.is_corrupt:
                    yield packet
        except (FFmpegError, TooMuchRead) as error:
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
