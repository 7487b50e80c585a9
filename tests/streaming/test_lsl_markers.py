"""Markers of another process become ours with their times, however often it dies and comes back."""

import queue
import subprocess
import sys
from collections.abc import Iterator

import pytest

from fer_desktop.errors import FerError, StreamError
from fer_desktop.streaming import lsl_markers
from fer_desktop.streaming.lsl_markers import MarkerInlet
from fer_desktop.streaming.streams import stream_outputs
from tests.streaming.samples import begin, wait_until

pytest.importorskip("pylsl")

# Pushes a marker for each line, dated half a second back, and says what our clock said then.
SENDER = """
import sys, time, pylsl
pylsl.set_config_content("[multicast]\\nResolveScope = machine\\n")
name, kind, format, source_id = sys.argv[1:]
outlet = pylsl.StreamOutlet(pylsl.StreamInfo(name, kind, 1, 0.0, format, source_id))
print("ready", flush=True)
for line in sys.stdin:
    if not outlet.wait_for_consumers(60):
        sys.exit(1)
    ours, theirs = time.monotonic_ns(), pylsl.local_clock()
    value = line.strip()
    outlet.push_sample([int(value) if format == "int32" else value], theirs - 0.5)
    print(ours - 500_000_000, flush=True)
"""


class Sender:
    """A process that sends markers."""

    def __init__(self, name: str, kind: str = "Markers", format: str = "string") -> None:
        words = [sys.executable, "-c", SENDER, name, kind, format, f"id of {name}"]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._said() == "ready"

    def send(self, text: str) -> int:
        """Send a marker; return its moment on our clock."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n")
        self._process.stdin.flush()
        return int(self._said())

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


class Heard:
    """An inlet, and what came."""

    def __init__(self, name: str) -> None:
        self.marks: queue.Queue[tuple[int, str]] = queue.Queue()
        self.failures: list[FerError] = []
        self.inlet = MarkerInlet(
            name, lambda moment_ns, text: self.marks.put((moment_ns, text)), self.failures.append
        )
        self.inlet.start()


@pytest.fixture
def heard(request: pytest.FixtureRequest) -> Iterator[Heard]:
    heard = Heard(request.node.name)
    yield heard
    heard.inlet.shutdown()
    assert heard.failures == []


def test_a_sender_that_dies_and_comes_back_is_heard_again(
    heard: Heard, request: pytest.FixtureRequest
) -> None:
    for turn in range(2):
        sender = Sender(request.node.name)
        sent_ns = sender.send(f"stimulus {turn}")
        moment_ns, text = heard.marks.get(timeout=60)
        assert text == f"stimulus {turn}"
        assert abs(moment_ns - sent_ns) < 1_000_000
        assert heard.inlet.heard == (request.node.name,)
        sender.kill()
        wait_until(lambda: heard.inlet.heard == (), 60)
    assert heard.marks.empty()


def test_numbers_are_texts_and_only_the_one_that_is_wanted_is_heard(
    heard: Heard, request: pytest.FixtureRequest
) -> None:
    other = Sender("another")
    sender = Sender(request.node.name, "Trigger", "int32")
    sender.send("17")
    assert heard.marks.get(timeout=60)[1] == "17"
    assert heard.inlet.heard == (request.node.name,)
    other.kill()
    sender.kill()


def test_our_own_markers_are_not_ours_to_hear(request: pytest.FixtureRequest) -> None:
    (output,) = stream_outputs(["lsl"]).values()
    output.start(20)
    begin(output)
    everything = Heard("")
    sender = Sender(request.node.name)
    sender.send("of another")
    texts = []
    while "of another" not in texts:
        texts.append(everything.marks.get(timeout=60)[1])
    output.mark(0, "ours")
    sender.send("of another, too")
    while "of another, too" not in texts:
        texts.append(everything.marks.get(timeout=60)[1])
    assert not [text for text in texts if "ours" in text]
    assert "FER Desktop markers" not in everything.inlet.heard
    everything.inlet.shutdown()
    sender.kill()
    output.shutdown()


def test_without_the_library_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**_: object) -> object:
        raise StreamError("The package pylsl is missing.")

    monkeypatch.setattr(lsl_markers, "lsl_library", missing)
    silent = Heard("")
    wait_until(lambda: bool(silent.failures))
    assert "pylsl is missing" in str(silent.failures[0])
    silent.inlet.shutdown()
