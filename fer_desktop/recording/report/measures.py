"""What measures say of each person, in reports and in the window."""

from collections.abc import Callable
from typing import Final

from fer_desktop.domain.expression_summary import IntervalSummary
from fer_desktop.domain.measured_summary import MeasuredSummary
from fer_desktop.recording.report.numbers import percent
from trainer.contract.html_page import figures, heading
from trainer.contract.text import one_line

Cell = Callable[[MeasuredSummary], str]

MEASURED: Final[tuple[tuple[str, Cell], ...]] = (
    ("usable", lambda one: percent(one.usable)),
    ("looks at camera", lambda one: percent(one.at_camera)),
    ("talking", lambda one: percent(one.talking)),
    ("blinks", lambda one: "" if one.blinks is None else f"{one.blinks:,}"),
    ("blinks a minute", lambda one: _number(one.blinks_per_min, 1)),
    ("length of a blink", lambda one: _number(one.blink_s, 2, " s")),
    ("valence", lambda one: _number(one.valence, 2)),
    ("valence, calibrated", lambda one: _number(one.valence_corrected, 2)),
    ("arousal", lambda one: _number(one.arousal, 2)),
    ("arousal, calibrated", lambda one: _number(one.arousal_corrected, 2)),
)
HOW_TO_READ_MEASURES: Final = (
    "Usable, looks at camera, talking: shares of the time in which these were measured. Talking is"
    " a mouth that opens and closes several times in a row; no sound is used.",
    "Blinks: a blink that lies between two frames is not seen; below 15 frames a second many are"
    " missed. A minute: by the time in which the eyes were seen.",
    "Valence and arousal: means over time, derived from the expressions and facial actions.",
)


def columns_of(part: IntervalSummary) -> list[tuple[str, Cell]]:
    """Return name and cell of what was measured of anybody in an interval."""
    found = [person.measured for person in part.people]
    return [(name, cell) for name, cell in MEASURED if any(map(cell, found))]


def measures_parts(part: IntervalSummary) -> list[str]:
    """Return what measures say in an interval as HTML; nothing where there are none."""
    columns = columns_of(part)
    if not columns:
        return []
    rows = [
        [one_line(person.name), *(cell(person.measured) or "-" for _, cell in columns)]
        for person in part.people
    ]
    return [heading("Measures", 3), figures(["", *(name for name, _ in columns)], rows)]


def _number(value: float | None, digits: int, unit: str = "") -> str:
    return "" if value is None else f"{value:.{digits}f}{unit}"
