"""Results in datagrams, as JSON or OSC: sent, and not asked after."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.measures import COLUMNS_MAX
from fer_desktop.errors import StreamError
from fer_desktop.log import get_logger
from fer_desktop.streaming.libraries import library
from fer_desktop.streaming.reading import (
    Reading,
    StreamMark,
    StreamModel,
    json_text,
    mark_text,
)
from fer_desktop.streaming.targets import Target

log = get_logger("streaming")

# Characters that mean something in an OSC address, or must not be in it.
_OSC_SPECIAL: Final = str.maketrans({character: "_" for character in " #*,/?[]{}"})


@dataclass(frozen=True, slots=True)
class Encoder:
    """What makes datagrams.

    Attributes:
        reading: writes what was read of a frame.
        mark: writes a mark.
    """

    reading: Callable[[Reading], bytes]
    mark: Callable[[StreamMark], bytes]


class DatagramCarrier:
    """Sends each reading as one datagram; nobody needs to be there to take it."""

    def __init__(self, target: Target, make_encoder: Callable[[], Encoder]) -> None:
        """Take where to, and what makes the one that writes datagrams."""
        self._target = target
        self._make_encoder = make_encoder
        self._encoder: Encoder | None = None
        self._socket: socket.socket | None = None
        self._address: Any = None
        self._is_told = False

    def open(self) -> None:
        """Find the address.

        Raises:
            StreamError: if there is none, or a library is missing.
        """
        self._encoder = self._make_encoder()
        try:
            found = socket.getaddrinfo(self._target.host, self._target.port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, self._address = found[0]
            self._socket = socket.socket(family, kind, protocol)
        except (OSError, UnicodeError) as error:
            raise StreamError(
                f"{self._target.text}: the address cannot be found: {error}.",
                hint="Check the name of the computer.",
            ) from error
        self._socket.setblocking(False)  # what does not go out at once is late

    def begin(self, info: SourceInfo) -> None:
        """Each datagram names its source."""

    def use_model(self, model: StreamModel) -> None:
        """Each datagram names its model."""

    def send(self, reading: Reading) -> int:
        """Send it; a network that is away now may come back."""
        assert self._encoder is not None
        return self._send(self._encoder.reading(reading))

    def mark(self, mark: StreamMark) -> None:
        """Send it once, as everything else."""
        assert self._encoder is not None
        self._send(self._encoder.mark(mark))

    def _send(self, content: bytes) -> int:
        assert self._socket is not None
        try:
            self._socket.sendto(content, self._address)
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                log.warning("%s: a datagram could not be sent: %s", self._target.text, error)
            return 1
        return 0

    def end(self) -> None:
        """Nobody is told."""

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()


def json_encoder() -> Encoder:
    """Return what writes a reading, or a mark, as a JSON object."""
    return Encoder(json_text, mark_text)


def osc_encoder() -> Encoder:
    """Return what writes a reading as an OSC bundle with the time at which it was captured.

    ``/fer/frame`` (frame index, seconds, number of faces), then for each face ``/fer/face/ID/box``
    (left, top, width, height in pixels), ``.../emotion`` (its name, smoothed confidence) and
    ``.../p/LABEL`` (probability) and, of each measure, ``.../measure/KEY`` (its channels in order),
    and the same of the main face once more under ``/fer/main``. A mark is ``/fer/mark`` (text,
    seconds). Where several cameras are read at once, ``/fer/1`` and so on stand in place of
    ``/fer``.

    Raises:
        StreamError: if python-osc is not installed.
    """
    bundles = library("pythonosc.osc_bundle_builder", "python-osc")
    messages = library("pythonosc.osc_message_builder", "python-osc")

    def message(address: str, *values: int | float | str) -> Any:
        builder = messages.OscMessageBuilder(address=address)
        for value in values:
            builder.add_arg(value)
        return builder.build()

    def bundle(wall_ns: int | None) -> Any:
        return bundles.OscBundleBuilder(bundles.IMMEDIATELY if wall_ns is None else wall_ns / 1e9)

    def encode_mark(mark: StreamMark) -> bytes:
        builder = bundle(mark.wall_ns)
        place = _osc_place(mark.camera)
        builder.add_content(message(f"{place}/mark", mark.text, mark.timestamp_us / 1e6))
        content: bytes = builder.build().dgram
        return content

    def encode(reading: Reading) -> bytes:
        frame = reading.analysis
        builder = bundle(frame.wall_ns)
        seconds = frame.timestamp_us / 1e6
        place = _osc_place(reading.camera)
        builder.add_content(message(f"{place}/frame", frame.frame_index, seconds, len(frame.faces)))
        for face in frame.faces:
            for address, values in _osc_face(f"{place}/face/{face.face_id}", face, reading):
                builder.add_content(message(address, *values))
        if (main := reading.main_face) is not None:
            builder.add_content(message(f"{place}/main/face_id", main.face_id))
            for address, values in _osc_face(f"{place}/main", main, reading):
                builder.add_content(message(address, *values))
        content: bytes = builder.build().dgram
        return content

    return Encoder(encode, encode_mark)


def _osc_place(camera: int) -> str:
    return f"/fer/{camera}" if camera else "/fer"


def _osc_face(
    place: str, face: FaceAnalysis, reading: Reading
) -> Iterator[tuple[str, tuple[float | str, ...]]]:
    box = face.detection.box.clipped(reading.analysis.width_px, reading.analysis.height_px)
    yield f"{place}/box", (box.x1, box.y1, box.width, box.height)
    for spec, measured in face.measurements:
        if len(spec.channels) <= COLUMNS_MAX:  # a mesh fits in no datagram
            yield f"{place}/measure/{spec.key}", measured
    if face.scores is None or face.smoothed is None:
        return
    yield f"{place}/emotion", (face.smoothed.emotion, float(face.smoothed.confidence))
    for label, number in zip(face.scores.labels, face.scores.probabilities, strict=True):
        yield f"{place}/p/{label.translate(_OSC_SPECIAL)}", (float(number),)
