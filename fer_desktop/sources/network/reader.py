"""The process that reads one stream: ``python -m fer_desktop.sources.network.reader``.

A library that waits for the network cannot be told to stop, a process can: nothing here outlives
the application or its patience. The order comes as one line of JSON on standard input, which the
application closes when it wants no more; pictures and faults go to standard output.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import av.error
from av.container import InputContainer

from fer_desktop.sources.network.messages import (
    Fault,
    Picture,
    StreamFault,
    write_fault,
    write_picture,
)
from fer_desktop.sources.network.opening import opened_stream

_FAREWELL_S: Final = 0.25
_PIXELS_MAX: Final = 1 << 26


class Channel:
    """The way to the application, for one thread at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._is_closed = False

    def send(self, picture: Picture) -> None:
        """Send a picture.

        Raises:
            OSError: if nobody wants any more.
        """
        with self._lock:
            if self._is_closed:
                raise BrokenPipeError
            write_picture(self._file, picture)

    def close(self) -> None:
        """Send nothing more."""
        self._is_closed = True

    def end(self, fault: StreamFault) -> None:
        """Send the cause of the end, and end this process at once."""
        with self._lock:
            try:
                write_fault(self._file, fault)
            finally:
                os._exit(0)

    @property
    def is_busy(self) -> bool:
        """Whether it is the application that keeps us waiting."""
        return self._lock.locked()


class Patience(threading.Thread):
    """Ends the process when the camera has not moved on for too long."""

    def __init__(self, channel: Channel, limit_s: float) -> None:
        super().__init__(name="patience", daemon=True)
        self._channel = channel
        self._limit_s = limit_s
        self._moved = threading.Event()
        self._fault = Fault.UNREACHABLE

    def moved(self, fault: Fault) -> None:
        """Wait anew.

        Args:
            fault: what it means if nothing comes from now on.
        """
        self._fault = fault
        self._moved.set()

    def run(self) -> None:
        """Wait, and end the process."""
        while self._moved.wait(self._limit_s) or self._channel.is_busy:
            self._moved.clear()
        self._channel.end(StreamFault(self._fault))


def read(url: str, may_leave: bool, channel: Channel, patience: Patience) -> None:
    """Read a stream to its end.

    Raises:
        StreamFault: why it ended.
        OSError: if nobody wants any more.
    """
    with opened_stream(url, may_leave=may_leave) as container:
        patience.moved(Fault.NO_PICTURE)
        for picture in _pictures(container):
            channel.send(picture)
            patience.moved(Fault.ENDED)
    raise StreamFault(Fault.ENDED)


def _pictures(container: InputContainer) -> Iterator[Picture]:
    if not container.streams.video:
        raise StreamFault(Fault.NO_VIDEO)
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1  # more would each hold back a frame, and one is enough
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue  # damaged on the way; the next key frame mends it
            for frame in frames:
                if frame.width * frame.height > _PIXELS_MAX:
                    raise StreamFault(Fault.NO_VIDEO, f"{frame.width} x {frame.height} pixels")
                pixels: Any = frame.to_ndarray(format="bgr24")
                yield Picture(pixels, time.monotonic_ns())
    except av.error.FFmpegError as error:
        raise StreamFault(Fault.ENDED) from error


def _leave_with(application: BinaryIO, channel: Channel) -> None:
    """Go when the application closes its end, or is no more."""
    application.read()
    channel.close()
    time.sleep(_FAREWELL_S)  # enough to take leave of a camera that listens
    os._exit(0)


def main() -> None:
    """Obey the order on standard input."""
    application = sys.stdin.buffer
    order = json.loads(application.readline())
    channel = Channel(os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries must not write between pictures
    leaving = threading.Thread(target=_leave_with, args=(application, channel), daemon=True)
    leaving.start()
    patience = Patience(channel, order["patience_s"])
    patience.start()
    try:
        read(order["url"], order["may_leave"], channel, patience)
    except StreamFault as fault:
        channel.end(fault)
    except OSError:
        pass  # the application has gone


if __name__ == "__main__":
    main()
