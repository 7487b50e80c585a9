"""An MJPEG-over-HTTP camera in a process of its own, which logs when it sent which picture.

    python -m tests.benchmarks.stream_server PORT SECONDS [FACES]

Each picture carries its number as black and white blocks, so that whoever paints it can tell when
it was sent, network and decoding included. Lines on standard output: ``number monotonic_ns``.
"""

import socket
import sys
import time

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks import clips

BITS = 14
BLOCK_PX = 16
_BOUNDARY = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
_HEADER = (
    b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n"
    b"Cache-Control: no-cache\r\n\r\n"
)


def stamp(picture: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """Return the picture with its number in the upper left corner."""
    stamped = picture.copy()
    for bit in range(BITS):
        left = bit * BLOCK_PX
        stamped[:BLOCK_PX, left : left + BLOCK_PX] = 255 if number >> bit & 1 else 0
    return stamped


def read_stamp(picture: NDArray[np.uint8]) -> int:
    """Return the number of a stamped picture."""
    middle = BLOCK_PX // 2
    row = picture[middle, middle : BITS * BLOCK_PX : BLOCK_PX, 1]
    return sum(1 << bit for bit, value in enumerate(row) if value > 127)


def main(port: int, seconds: float, faces: int = 1) -> None:
    """Serve one client, 30 pictures a second, each with one to four faces."""
    count = int(seconds * clips.FPS)
    jpegs = []
    pictures = clips.with_faces(clips.demo_pictures(count), faces)
    for number, picture in enumerate(pictures):
        encoded = cv2.imencode(".jpg", stamp(picture, number), [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
        jpegs.append(encoded.tobytes())
    with socket.create_server(("127.0.0.1", port)) as server:
        print("ready", flush=True)
        client, _ = server.accept()
        with client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.recv(4096)
            client.sendall(_HEADER)
            start = time.monotonic()
            for number, jpeg in enumerate(jpegs):
                time.sleep(max(0.0, start + number / clips.FPS - time.monotonic()))
                sent_ns = time.monotonic_ns()
                try:
                    client.sendall(_BOUNDARY % len(jpeg) + jpeg + b"\r\n")
                except OSError:
                    return
                print(number, sent_ns, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), *map(int, sys.argv[3:]))
