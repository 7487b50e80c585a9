"""A session as a report sees it, whether it comes from its own file or from an exported table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fer_desktop.domain.expression_summary import Interval, IntervalSummary, summarize
from fer_desktop.domain.observations import Observations
from fer_desktop.recording.session_facts import SessionFacts
from fer_desktop.recording.session_format import Mark, UsedModel

INTERVALS_MAX: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observed:
    """A session: what was observed, and what is known of it besides.

    Attributes:
        name: what it is called.
        source: name of the camera or file, without secrets.
        started_utc: ISO 8601; empty where that is not known.
        facts: what the user says of it.
        models: those that read it; none where that is not known.
        marks: what was marked in it.
        caveats: what is to be known of its frames, such as that some are missing; sentences.
        seen: what was observed.
    """

    name: str
    source: str
    started_utc: str = ""
    facts: SessionFacts = field(default_factory=SessionFacts)
    models: tuple[UsedModel, ...] = ()
    marks: tuple[Mark, ...] = ()
    caveats: tuple[str, ...] = ()
    seen: Observations

    def summaries(self, *, usable_only: bool = False) -> tuple[IntervalSummary, ...]:
        """Return what the session says as a whole, and in each marked interval.

        Args:
            usable_only: whether faces that cannot be read well are left out, where that was
                measured; they still count as seen.
        """
        seen = self.seen.usable_only() if usable_only else self.seen
        return summarize(seen, marked_intervals(self.marks))


def marked_intervals(marks: Sequence[Mark]) -> list[Interval]:
    """Return the marks that have an end, in the order of time, of very many the first."""
    found = [
        Interval(mark.text or "(no text)", mark.timestamp_us, mark.end_us)
        for mark in sorted(marks, key=lambda mark: mark.timestamp_us)
        if mark.end_us is not None and mark.end_us > mark.timestamp_us
    ]
    return found[:INTERVALS_MAX]
