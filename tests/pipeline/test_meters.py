"""Meters: rates counted on intervals, delays, drops."""

import pytest

from fer_desktop.pipeline.meters import MeterReading, Meters, RateMeter
from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.unit

MS = 1_000_000


def test_rate_counts_intervals_not_events() -> None:
    meter = RateMeter()
    meter.tick(0)
    assert meter.rate(0) == 0
    meter.tick(100 * MS)
    assert meter.rate(100 * MS) == 10
    meter.tick(200 * MS)
    assert meter.rate(200 * MS) == 10


def test_rate_forgets_what_is_long_ago() -> None:
    meter = RateMeter()
    for number in range(100):
        meter.tick(number * 50 * MS)
    for number in range(40):
        meter.tick((5000 + number * 100) * MS)
    assert meter.rate(8900 * MS) == 10
    assert meter.rate(12_000 * MS) == 0


def test_rate_stays_right_beyond_what_it_keeps() -> None:
    meter = RateMeter()
    for number in range(5000):
        meter.tick(number * MS)
    assert round(meter.rate(5000 * MS)) == 1000


def test_reading_tells_rates_drops_and_delays() -> None:
    clock = FakeClock()
    meters = Meters(clock.now_ns)
    assert meters.reading() == MeterReading()
    for number in range(20):
        captured_ns = clock.now_ns()
        meters.frame_captured()
        clock.advance(0.010)
        if number % 2:
            meters.frame_dropped()
        else:
            clock.advance(0.020)
            meters.frame_analysed(captured_ns)
        clock.advance(0.040 if number % 2 else 0.030)
    reading = meters.reading()
    assert reading.source_fps == pytest.approx(1 / 0.055, rel=0.02)
    assert reading.analysed_fps == pytest.approx(1 / 0.110)
    assert reading.dropped == 10
    assert reading.delay_ms == 30
    clock.advance(10)
    assert meters.reading() == MeterReading(dropped=10)
    meters.reset()
    assert meters.reading() == MeterReading()
