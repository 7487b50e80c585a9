"""What the process that reads a stream tells the application, byte by byte.

A message is a head of fixed size and what it announces: the pixels of a picture, or the text of a
fault.
"""

import io
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

# Kind, width and height of a picture or length and nothing, time of arrival.
_HEAD: Final = struct.Struct("<cIIq")
_PICTURE: Final = b"P"
_FAULT: Final = b"F"
_FAULT_BYTES_MAX: Final = 4096


class Fault(StrEnum):
    """Why a stream does not come, or not any more."""

    LOGIN = "login"  # a name and a password are needed, or others
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"  # by the camera, which answers
    ANSWER = "answer"  # another answer that is none
    ELSEWHERE = "elsewhere"  # the answer refers to another address
    NO_HOST = "no host"  # the name is unknown
    UNREACHABLE = "unreachable"
    INSECURE = "insecure"  # the encrypted connection fails
    UNSUPPORTED = "unsupported"  # streams of this kind cannot be read
    NO_VIDEO = "no video"  # what comes is none
    NO_PICTURE = "no picture"
    ENDED = "ended"


class StreamFault(Exception):
    """A stream fails, and why."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        """Take the cause, and what is known beyond it: never an address with a password."""
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture that has arrived.

    Attributes:
        pixels: shape (height, width, 3), uint8, BGR.
        captured_ns: ``time.monotonic_ns()`` when it came.
    """

    pixels: NDArray[np.uint8]
    captured_ns: int


def write_picture(file: BinaryIO, picture: Picture) -> None:
    """Write a picture.

    Raises:
        OSError: if nobody reads any more.
    """
    height, width = picture.pixels.shape[:2]
    file.write(_HEAD.pack(_PICTURE, width, height, picture.captured_ns))
    file.write(np.ascontiguousarray(picture.pixels).data.cast("B"))
    file.flush()


def write_fault(file: BinaryIO, fault: StreamFault) -> None:
    """Write a fault.

    Raises:
        OSError: if nobody reads any more.
    """
    text = f"{fault.fault.name}:{fault.detail}".encode()[:_FAULT_BYTES_MAX]
    file.write(_HEAD.pack(_FAULT, len(text), 0, 0) + text)
    file.flush()


def read_picture(file: io.RawIOBase) -> Picture | None:
    """Wait for the next picture; None at the end.

    Raises:
        StreamFault: if one is announced instead.
    """
    head = bytearray(_HEAD.size)
    if not _fill(file, memoryview(head)):
        return None
    kind, width, height, captured_ns = _HEAD.unpack(head)
    if kind == _FAULT:
        text = bytearray(width)
        _fill(file, memoryview(text))
        name, _, detail = text.decode(errors="replace").partition(":")
        raise StreamFault(Fault[name], detail)
    pixels = np.empty((height, width, 3), np.uint8)
    return Picture(pixels, captured_ns) if _fill(file, pixels.data.cast("B")) else None


def _fill(file: io.RawIOBase, buffer: memoryview) -> bool:
    """Read until a buffer is full; tell whether it is."""
    while len(buffer):
        count = file.readinto(buffer)
        if not count:
            return False
        buffer = buffer[count:]
    return True
