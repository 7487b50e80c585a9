"""From what a person asks for to the streams that do it."""

from collections.abc import Iterable
from functools import partial

from fer_desktop.streaming.datagrams import DatagramCarrier, json_encoder, osc_encoder
from fer_desktop.streaming.lsl import LslCarrier
from fer_desktop.streaming.output import Carrier, StreamOutput
from fer_desktop.streaming.targets import Target, stream_target
from fer_desktop.streaming.websocket import LOOPBACK, WebSocketCarrier


def stream_outputs(
    wanted: Iterable[str], *, bind: str = LOOPBACK, token: str = ""
) -> dict[str, StreamOutput]:
    """Return the streams by what asks for each, as in ``udp:127.0.0.1:9001``; none is open yet.

    Args:
        wanted: where to.
        bind: address of this computer at which others are served; that of nobody else by default.
        token: what they must know; needed where others than this computer are served.

    Raises:
        StreamError: if one of them is written wrongly.
    """
    return {
        text: StreamOutput(text, partial(_carrier, target, bind, token))
        for text, target in ((text, stream_target(text)) for text in wanted)
    }


def _carrier(target: Target, bind: str, token: str) -> Carrier:
    if target.kind == "ws":
        return WebSocketCarrier(target, bind=bind, token=token)
    if target.kind == "lsl":
        return LslCarrier(target)
    return DatagramCarrier(target, osc_encoder if target.kind == "osc" else json_encoder)
