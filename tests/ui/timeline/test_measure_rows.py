"""What is measured of a face has a row of its own below its expressions."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.measures import Measurement, MeasureSpec
from fer_desktop.ui.timeline.chart import TimelineChart
from tests.ui.timeline.test_chart import (
    SECOND,
    analysis,
    chart,
    feed,
    move_mouse,
    place,
    plot_of,
    readout_at,
    settle,
)

__all__ = ["chart"]  # a fixture
pytestmark = pytest.mark.gui

ROLL = MeasureSpec("head_roll", ("head_roll",), "deg", (-45, 45))
LIGHT = MeasureSpec("light", ("left", "right"))


def measured(seconds: float, *measurements: Measurement) -> FrameAnalysis:
    plain = analysis(seconds)
    faces = tuple(replace(face, measurements=measurements) for face in plain.faces)
    return replace(plain, faces=faces)


def feed_measured(chart: TimelineChart, end_s: int) -> None:
    for tenth in range(end_s * 10):
        roll, light = Measurement(ROLL, (tenth / 10,)), Measurement(LIGHT, (90.0, 100.0 + tenth))
        chart.append(measured(tenth / 10, roll, light))


def test_each_measure_has_a_row_with_its_axis(chart: TimelineChart, qtbot: QtBot) -> None:
    alone = plot_of(chart).area.height()
    feed(chart, 0, 1)
    settle(chart, qtbot)
    assert plot_of(chart).rows == []
    feed_measured(chart, 60)
    settle(chart, qtbot)
    roll, light = plot_of(chart).rows
    assert (roll.spec, light.spec) == (ROLL, LIGHT)
    assert roll.bounds == pytest.approx((-45, 60), abs=0.2)  # as far as it goes in view
    assert light.bounds == pytest.approx((90, 699), rel=0.01)
    qtbot.waitUntil(lambda: plot_of(chart).area.height() < alone)
    lefts = {round(item.sceneBoundingRect().left()) for item in (roll.box, light.box)}
    assert lefts == {round(plot_of(chart).area.left())}
    assert roll.box.sceneBoundingRect().bottom() < light.box.sceneBoundingRect().top()
    assert roll.box.viewRange()[0] == light.box.viewRange()[0]


def test_the_mouse_reads_and_moves_all_rows_alike(chart: TimelineChart, qtbot: QtBot) -> None:
    feed_measured(chart, 60)
    settle(chart, qtbot)
    # The axes' width is settled by a later event.
    qtbot.waitUntil(lambda: "30.0°" in str(readout_at(chart, qtbot, place(chart, 30))))
    readout = plot_of(chart).readout
    assert readout is not None
    assert readout.measured == (
        ("Head tilt", "30.0°"), ("Light left", "90.0"), ("Light right", "400.0"),
    )  # fmt: skip
    assert "Head tilt 30.0°" in readout.text()
    below = plot_of(chart).rows[1].box.sceneBoundingRect().center().toPoint()
    move_mouse(chart, qtbot, below)
    again = readout_at(chart, qtbot, below)
    assert again is not None
    assert again.time_us == pytest.approx(plot_of(chart).time_us(below.x()), abs=SECOND / 10)


def test_a_new_source_and_a_mesh_have_no_row(chart: TimelineChart, qtbot: QtBot) -> None:
    feed_measured(chart, 2)
    settle(chart, qtbot)
    assert len(plot_of(chart).rows) == 2
    chart.clear()
    settle(chart, qtbot)
    assert plot_of(chart).rows == []
    mesh = MeasureSpec("mesh", tuple(f"x{at}" for at in range(100)))
    chart.append(measured(0, Measurement(mesh, (0.5,) * 100)))
    settle(chart, qtbot)
    assert plot_of(chart).rows == []


def test_rows_that_are_scrolled_away_cost_nothing_until_they_are_seen(
    chart: TimelineChart, qtbot: QtBot
) -> None:
    specs = [MeasureSpec(f"m{at}", ("value",)) for at in range(12)]
    for tenth in range(20):
        values = (Measurement(spec, (tenth / 10,)) for spec in specs)
        chart.append(measured(tenth / 10, *values))
    settle(chart, qtbot)
    plot = plot_of(chart)
    qtbot.waitUntil(lambda: plot.height() > chart.canvas.height())
    drawn: list[str] = []
    for row in plot.rows:
        row.show = lambda content, series, key=row.spec.key: drawn.append(key)  # type: ignore[method-assign, misc]
    plot.refresh()
    assert "m11" not in drawn
    bar = chart.canvas.findChild(QScrollArea).verticalScrollBar()
    drawn.clear()
    bar.setValue(bar.maximum())
    assert drawn[-1] == "m11"
    assert "m0" not in drawn
