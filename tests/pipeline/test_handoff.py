"""Hand-offs between threads: what is dropped, what waits, and how it ends."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from fer_desktop.pipeline.handoff import BoundedChannel, Closed, LatestSlot

pytestmark = pytest.mark.unit


class Background:
    """A call on a thread of its own."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.result: Any = None
        self.error: Exception | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run, name="background")
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    @property
    def is_waiting(self) -> bool:
        self._thread.join(0.05)
        return self._thread.is_alive()

    def finish(self) -> Any:
        self._thread.join(2)
        assert not self._thread.is_alive()
        if self.error is not None:
            raise self.error
        return self.result


def test_slot_keeps_the_newest_and_tells_what_it_replaced() -> None:
    slot: LatestSlot[int] = LatestSlot()
    assert [slot.put(number) for number in (1, 2, 3)] == [False, True, True]
    assert slot.take() == 3
    assert slot.put(4) is False


def test_slot_waits_for_an_item() -> None:
    slot: LatestSlot[str] = LatestSlot()
    taker = Background(slot.take)
    assert taker.is_waiting
    slot.put("here")
    assert taker.finish() == "here"


def test_slot_gives_what_is_left_before_its_end() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.finish(OSError("unplugged"))
    assert slot.take() == 1
    with pytest.raises(OSError, match="unplugged"):
        slot.take()


def test_the_end_of_a_slot_ends_the_wait() -> None:
    slot: LatestSlot[int] = LatestSlot()
    taker = Background(slot.take)
    assert taker.is_waiting
    slot.finish()
    with pytest.raises(Closed):
        taker.finish()


def test_waking_ends_one_wait_without_an_item() -> None:
    slot: LatestSlot[int] = LatestSlot()
    taker = Background(slot.take)
    assert taker.is_waiting
    slot.wake()
    assert taker.finish() is None
    slot.wake()
    slot.put(1)
    assert slot.take() == 1
    taker = Background(slot.take)
    assert taker.is_waiting
    slot.put(2)
    assert taker.finish() == 2


def test_closed_slot_ends_both_sides() -> None:
    slot: LatestSlot[int] = LatestSlot()
    taker = Background(slot.take)
    assert taker.is_waiting
    slot.close()
    with pytest.raises(Closed):
        taker.finish()
    with pytest.raises(Closed):
        slot.put(1)


def test_channel_passes_everything_in_order() -> None:
    channel: BoundedChannel[int] = BoundedChannel(2)

    def write() -> None:
        for number in range(50):
            channel.put(number)
        channel.finish()

    writer = Background(write)
    assert list(channel) == list(range(50))
    writer.finish()


def test_channel_makes_the_writer_wait() -> None:
    channel: BoundedChannel[int] = BoundedChannel(1)
    channel.put(1)
    writer = Background(lambda: channel.put(2))
    assert writer.is_waiting
    assert channel.get() == 1
    writer.finish()
    assert channel.get() == 2


def test_channel_hands_over_what_is_left_before_the_error() -> None:
    channel: BoundedChannel[int] = BoundedChannel(4)
    channel.put(1)
    channel.finish(OSError("unplugged"))
    assert channel.get() == 1
    with pytest.raises(OSError, match="unplugged"):
        list(channel)


def test_reader_that_leaves_frees_the_writer() -> None:
    channel: BoundedChannel[int] = BoundedChannel(1)
    channel.put(1)
    writer = Background(lambda: channel.put(2))
    assert writer.is_waiting
    channel.close()
    with pytest.raises(Closed):
        writer.finish()
    with pytest.raises(Closed):
        channel.get()


def test_channel_needs_room() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        BoundedChannel[int](0)


def test_a_taker_of_several_waits_for_the_first_alone() -> None:
    channel: BoundedChannel[int] = BoundedChannel(4)
    taking = Background(lambda: channel.take(3))
    assert taking.is_waiting
    channel.put(0)
    assert taking.finish() == [0]
    for number in range(1, 5):
        channel.put(number)
    assert channel.take(3) == [1, 2, 3]
    channel.finish(ZeroDivisionError("a bug"))
    assert channel.take(3) == [4]
    with pytest.raises(ZeroDivisionError):
        channel.take(3)


def test_large_items_get_less_room() -> None:
    channel: BoundedChannel[int] = BoundedChannel(4)
    channel.put(0, room=1)
    putting = Background(lambda: channel.put(1, room=1))
    assert putting.is_waiting
    assert channel.get() == 0
    putting.finish()
    assert channel.get() == 1
