"""Where to, as people write it."""

import pytest

from fer_desktop.errors import StreamError
from fer_desktop.streaming.targets import Target, is_stream, stream_target

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("udp:127.0.0.1:9001", "127.0.0.1", 9001),
        ("osc:lab-2.local:9000", "lab-2.local", 9000),
        ("udp:[::1]:1", "::1", 1),
        ("ws:8765", "", 8765),
        ("osc:rechner_ä:65535", "rechner_ä", 65535),
    ],
)
def test_places_are_understood(text: str, host: str, port: int) -> None:
    assert stream_target(text) == Target(text, text.partition(":")[0], host, port)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "udp", "udp:", "udp::", "udp:9001", "udp::9001", "udp:host:", "udp:host:0", "udp:host:-1",
        "udp:host:65536", "udp:host:9e3", "udp:host:٣", "udp:a b:9", "udp:a/b:9", "osc:host:1.5",
        "udp:" + "a" * 254 + ":9", "udp:host:" + "9" * 10_000, "osc:http://host:9", "udp:ho\nst:9",
        "ws", "ws:", "ws:0", "ws:127.0.0.1:9", "ws:x", "lsl:", "lsl:x", "lsl:network:1",
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_with_an_example(text: str) -> None:
    assert is_stream(text)
    with pytest.raises(
        StreamError, match=r"as in (udp|osc|ws):(127\.0\.0\.1:900\d|8765)|lsl, or lsl:network"
    ) as raised:
        stream_target(text)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 250


def test_outlets_are_for_this_computer_unless_wanted_otherwise() -> None:
    assert stream_target("lsl") == Target("lsl", "lsl")
    assert stream_target("lsl:network") == Target("lsl:network", "lsl", is_for_network=True)


def test_others_are_left_to_packages() -> None:
    assert not is_stream("lines:udp:1")
    with pytest.raises(StreamError, match="there are udp"):
        stream_target("lines:x")
