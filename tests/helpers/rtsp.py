"""An RTSP camera on this computer: MPEG transport stream over RTP over TCP."""

import io
import re
import struct
from fractions import Fraction
from typing import Any

import av

from tests.helpers.cameras import Visit, is_let_in
from tests.helpers.clips import numbered

_PACKET = 188 * 7
_SDP = "v=0\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:track1\r\n"


def transport_stream(pictures: int = 60, fps: int = 30) -> bytes:
    """Return numbered pictures as a broadcast would send them."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="mpegts") as container:
        options = {"tune": "zerolatency", "preset": "ultrafast", "g": "15"}
        stream: Any = container.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = 192, 96, "yuv420p"
        stream.codec_context.time_base = Fraction(1, fps)
        for number in range(pictures):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="bgr24")
            frame.pts = number
            frame.time_base = Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return memory.getvalue()


def answer(visit: Visit, request: str, status: str = "200 OK", *headers: str) -> None:
    """Answer a request without sending anything else."""
    number = re.search(r"CSeq: (\d+)", request)
    lines = [f"RTSP/1.0 {status}", f"CSeq: {number[1] if number else 0}", *headers]
    visit.send("\r\n".join(lines) + "\r\n\r\n")


def serve(visit: Visit, *, login: tuple[str, str] | None = None, scheme: str = "digest") -> None:
    """Behave as a camera that sends a stream once, to those who may see it."""
    while request := visit.request():
        method = request.partition(" ")[0]
        if method != "OPTIONS" and login is not None and not is_let_in(request, *login):
            wanted = 'Digest realm="camera", nonce="abc"'
            if scheme == "basic":
                wanted = 'Basic realm="camera"'
            answer(visit, request, "401 Unauthorized", f"WWW-Authenticate: {wanted}")
        elif method == "DESCRIBE":
            number = re.search(r"CSeq: (\d+)", request)
            visit.send(
                f"RTSP/1.0 200 OK\r\nCSeq: {number[1] if number else 0}\r\n"
                f"Content-Type: application/sdp\r\nContent-Length: {len(_SDP)}\r\n\r\n{_SDP}"
            )
        elif method == "SETUP":
            transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
            answer(visit, request, "200 OK", transport, "Session: 1")
        elif method == "PLAY":
            answer(visit, request, "200 OK", "Session: 1")
            _play(visit)
        else:
            answer(visit, request)
        if method == "TEARDOWN":
            return


def _play(visit: Visit) -> None:
    stream = transport_stream()
    for sequence, begin in enumerate(range(0, len(stream), _PACKET)):
        head = struct.pack(">BBHII", 0x80, 33, sequence & 0xFFFF, sequence * 3000, 1)
        packet = head + stream[begin : begin + _PACKET]
        visit.send(b"$\x00" + struct.pack(">H", len(packet)) + packet)
