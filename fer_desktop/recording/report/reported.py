"""A session and its summaries, as reports, tables and the window take them."""

from dataclasses import dataclass

from fer_desktop.domain.expression_summary import IntervalSummary
from fer_desktop.recording.observed import Observed


@dataclass(frozen=True, slots=True, eq=False)
class Reported:
    """A session and what it says.

    Attributes:
        session: which one.
        summaries: of it as a whole, and of each marked interval.
        usable_only: whether faces that cannot be read well are left out.
    """

    session: Observed
    summaries: tuple[IntervalSummary, ...]
    usable_only: bool = False

    @classmethod
    def of(cls, session: Observed, *, usable_only: bool = False) -> "Reported":
        """Sum a session up."""
        return cls(session, session.summaries(usable_only=usable_only), usable_only)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What is to be known of its frames, sentences."""
        if not self.usable_only:
            return self.session.caveats
        left_out = "Faces that are not usable are left out of shares, means and measures."
        if not self.session.seen.knows_quality:
            left_out = (
                "Whether faces are usable was not measured: none is left out. The measure is called"
                " quality."
            )
        return (*self.session.caveats, left_out)
