"""Which stretch of time the timeline shows."""

from typing import Final

_SECOND_US: Final = 1_000_000
_SHORTEST_US: Final = 1 * _SECOND_US
_LEAD: Final = 0.1  # of the span, before a position sought back to


class VisibleStretch:
    """What is in view: it follows the present until the user moves it.

    Attributes:
        start_us, end_us: what is visible.
        is_following: whether the present stays in view.
        span_us: how much is visible while following.
    """

    def __init__(self, span_us: int) -> None:
        self.span_us = max(span_us, _SHORTEST_US)
        self.reset()

    def reset(self) -> None:
        """Begin a session: nothing is known yet, and the present is followed."""
        self.start_us, self.end_us = 0, self.span_us
        self.is_following = True
        self._shows_all = False
        self._first_us, self._last_us = 0, 0

    @property
    def width_us(self) -> int:
        """How much is visible."""
        return self.end_us - self.start_us

    def advance(self, first_us: int, last_us: int, now_us: int) -> None:
        """Take in how far the session reaches and where its present is."""
        self._first_us, self._last_us = min(first_us, now_us), max(last_us, now_us)
        if self.is_following:
            self._follow(now_us)
        elif self._shows_all:
            self.start_us, self.end_us = self._first_us, max(self.end_us, self._last_us)

    def follow(self, now_us: int) -> None:
        """Show the last stretch, and go on doing so."""
        self.is_following, self._shows_all = True, False
        self._follow(now_us)

    def show_all(self) -> None:
        """Show the whole session, and go on doing so while it grows."""
        self.is_following, self._shows_all = False, True
        self.start_us = self._first_us
        self.end_us = max(self._last_us, self._first_us + _SHORTEST_US)

    def pan(self, delta_us: int) -> None:
        """Move the visible stretch, not beyond the session."""
        self.is_following = self._shows_all = False
        self._place(self.start_us + delta_us, self.width_us)

    def zoom(self, factor: float, anchor_us: int) -> None:
        """Show more (factor above 1) or less time; what is at the anchor stays there."""
        session_us = self._last_us - self._first_us
        widest_us = max(session_us, self.span_us)
        width_us = min(max(round(self.width_us * factor), _SHORTEST_US), widest_us)
        share = (anchor_us - self.start_us) / self.width_us
        self.is_following = False
        self._shows_all = factor > 1 and width_us >= session_us
        self._place(round(anchor_us - share * width_us), width_us)

    def _follow(self, now_us: int) -> None:
        start_us = self.start_us
        if now_us < start_us:
            start_us = now_us - round(self.span_us * _LEAD)
        self.start_us = max(self._first_us, start_us, now_us - self.span_us)
        self.end_us = self.start_us + self.span_us

    def _place(self, start_us: int, width_us: int) -> None:
        latest_us = max(self._first_us, self._last_us - width_us)
        self.start_us = min(max(start_us, self._first_us), latest_us)
        self.end_us = self.start_us + width_us
