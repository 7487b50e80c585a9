"""From what a person asks for to the streams that do it."""

from collections.abc import Iterable
from functools import partial

from fer_desktop.streaming.datagrams import DatagramCarrier, json_encoder, osc_encoder
from fer_desktop.streaming.output import Carrier, StreamOutput
from fer_desktop.streaming.targets import Target, stream_target


def stream_outputs(wanted: Iterable[str]) -> dict[str, StreamOutput]:
    """Return the streams by what asks for each, as in ``udp:127.0.0.1:9001``; none is open yet.

    Args:
        wanted: where to.

    Raises:
        StreamError: if one of them is written wrongly.
    """
    return {
        text: StreamOutput(text, partial(_carrier, target))
        for text, target in ((text, stream_target(text)) for text in wanted)
    }


def _carrier(target: Target) -> Carrier:
    return DatagramCarrier(target, osc_encoder if target.kind == "osc" else json_encoder)
