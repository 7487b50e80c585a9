"""From what a person asks for to the streams that do it."""

from collections.abc import Callable, Iterable

from fer_desktop.errors import FerError
from fer_desktop.streaming.datagrams import DatagramCarrier, json_encoder, osc_encoder
from fer_desktop.streaming.lsl import LslCarrier
from fer_desktop.streaming.output import Carrier, StreamOutput
from fer_desktop.streaming.targets import LOOPBACK, Target, of_camera, stream_target
from fer_desktop.streaming.websocket import WebSocketCarrier


def stream_output(
    text: str,
    *,
    bind: str = LOOPBACK,
    token: str = "",
    camera: int = 0,
    before: Callable[[], object] = lambda: None,
    on_failed: Callable[[FerError], object] = lambda error: None,
) -> StreamOutput:
    """Return the stream that a text asks for, as in ``udp:127.0.0.1:9001``; it is not open yet.

    Args:
        text: where to.
        bind: address of this computer at which others are served; that of nobody else by default.
        token: what they must know; needed where others than this computer are served.
        camera: number of the camera, from 1, where several are read at once; else 0.
        before: called on the thread that sends before anything is opened.
        on_failed: hears why nothing is sent any more, on the thread that sends.

    Raises:
        StreamError: if it is written wrongly.
    """
    target = stream_target(text)

    def make_carrier() -> Carrier:
        before()
        return _carrier(target, bind, token, camera)

    return StreamOutput(text, make_carrier, camera=camera, on_failed=on_failed)


def stream_outputs(
    wanted: Iterable[str], *, bind: str = LOOPBACK, token: str = "", camera: int = 0
) -> dict[str, StreamOutput]:
    """Return the streams by what asks for each, none of them open; see ``stream_output``.

    Raises:
        StreamError: if one of them is written wrongly.
    """
    return {
        text: stream_output(text, bind=bind, token=token, camera=camera)
        for text in (of_camera(text, camera) for text in wanted)
    }


def _carrier(target: Target, bind: str, token: str, camera: int) -> Carrier:
    if target.kind == "ws":
        return WebSocketCarrier(target, bind=bind, token=token)
    if target.kind == "lsl":
        return LslCarrier(target, camera)
    return DatagramCarrier(target, osc_encoder if target.kind == "osc" else json_encoder)
