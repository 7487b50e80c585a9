"""The controls of a source, and when its frames are due."""

import threading

import pytest

from fer_desktop.pipeline.handoff import Closed
from fer_desktop.pipeline.playback import Move, Pacer, Transport
from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.unit


def test_only_the_newest_seek_counts_and_steps_add_up() -> None:
    transport = Transport(FakeClock())
    assert transport.take_move() is None
    transport.seek(1_000)
    transport.seek(5_000)
    transport.step(2)
    transport.step(-1)
    assert transport.take_move() == Move(5_000, 1)
    assert transport.take_move() is None
    assert transport.is_paused


def test_seeking_leaves_play_and_pause_alone() -> None:
    transport = Transport(FakeClock())
    transport.seek(-20)
    assert not transport.is_paused
    assert transport.take_move() == Move(0, 0)
    transport.pause()
    transport.seek(7)
    assert transport.is_paused


def test_playing_at_the_end_begins_again() -> None:
    transport = Transport(FakeClock())
    transport.reach_end()
    assert transport.is_paused
    transport.play()
    assert transport.take_move() == Move(0, 0)
    transport.reach_end()
    transport.seek(9)
    transport.take_move()
    transport.play()
    assert transport.take_move() is None


def test_the_end_does_not_overrule_a_wish() -> None:
    transport = Transport(FakeClock())
    transport.seek(9)
    transport.reach_end()
    assert not transport.is_paused


def test_speed_has_bounds() -> None:
    transport = Transport(FakeClock())
    for wanted, got in ((0.0, 0.1), (2.0, 2.0), (1000.0, 16.0)):
        transport.set_speed(wanted)
        assert transport.speed == got


def test_stopping_ends_everything() -> None:
    transport = Transport(FakeClock())
    transport.pause()
    waiter = threading.Thread(target=transport.wait_while_paused, name="waiter")
    waiter.start()
    transport.stop()
    waiter.join(2)
    assert not waiter.is_alive()
    with pytest.raises(Closed):
        transport.take_move()


def test_waiting_ends_at_the_moment_or_when_plans_change() -> None:
    clock = FakeClock()
    transport = Transport(clock)
    due_ns = clock.now_ns() + 1_000_000_000
    answers: list[bool] = []

    def wait() -> None:
        answers.append(transport.wait_until(due_ns))

    for change in (lambda: clock.advance(1.0), transport.pause):
        waiter = threading.Thread(target=wait, name="waiter")
        waiter.start()
        waiter.join(0.02)
        assert waiter.is_alive()
        change()
        waiter.join(2)
        assert not waiter.is_alive()
        due_ns = clock.now_ns() + 1_000_000_000
    assert answers == [True, False]
    transport.play()
    transport.seek(3)
    assert not transport.wait_until(due_ns)
    transport.take_move()
    assert not transport.wait_until(due_ns, speed=2.0)


def test_frames_are_due_at_their_times() -> None:
    clock = FakeClock()
    pacer = Pacer(clock)
    began_ns = clock.now_ns()
    assert pacer.due_ns(5_000_000, 1.0) == began_ns
    pacer.shown(5_000_000)
    assert pacer.due_ns(5_040_000, 1.0) == began_ns + 40_000_000
    clock.advance(0.2)  # a little late: caught up with
    assert pacer.due_ns(5_040_000, 1.0) == began_ns + 40_000_000
    clock.advance(1.0)  # very late: goes on from now
    assert pacer.due_ns(5_080_000, 1.0) == clock.now_ns()
    assert pacer.due_ns(5_120_000, 1.0) == clock.now_ns() + 40_000_000


def test_frames_are_due_at_their_distance_after_a_rest_or_at_another_speed() -> None:
    clock = FakeClock()
    pacer = Pacer(clock)
    pacer.due_ns(0, 1.0)
    pacer.shown(600_000_000)
    pacer.rest()
    assert pacer.due_ns(600_040_000, 1.0) == clock.now_ns() + 40_000_000
    clock.advance(0.01)
    assert pacer.due_ns(600_040_000, 0.5) == clock.now_ns() + 80_000_000
    assert pacer.due_ns(600_040_000, 4.0) == clock.now_ns() + 10_000_000
