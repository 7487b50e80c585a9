"""How far the analysis of a file is, and when it will be done."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.pipeline.events import AnalysisProgress
from fer_desktop.recording.session_loading import LoadedSession
from fer_desktop.ui.look.wording import clock_text, translate

_WINDOW_S: Final = 8.0  # over which the speed is measured
_LEAST_S: Final = 1.0  # before which nothing is said of the time left


@dataclass(frozen=True, slots=True)
class AnalysisState:
    """What is to be said of an analysis.

    Attributes:
        frames, total: done so far, and about how many are wanted.
        edge_us: up to where it has come on the source's clock; -1 before the first frame.
        faces: different ones so far.
        left_s: seconds until it is done; None where that is not known.
        is_paused: whether the user lets it rest.
        is_over: whether nothing more comes.
        is_whole: whether it is over and every wanted frame was analysed.
    """

    frames: int = 0
    total: int | None = None
    edge_us: int = -1
    faces: int = 0
    left_s: float | None = None
    is_paused: bool = False
    is_over: bool = False
    is_whole: bool = False

    @property
    def share(self) -> float | None:
        """The part that is done, 0 to 1."""
        if self.is_whole:
            return 1.0
        return min(1.0, self.frames / self.total) if self.total else None

    def text(self) -> str:
        """Return it as one short line."""
        share = self.share
        percent = f"{int(100 * share)} %" if share is not None else f"{self.frames:,}"
        if self.is_whole:
            return translate("Analysis", "analysed")
        if self.is_over:
            return translate("Analysis", "analysed to {percent}").format(percent=percent)
        if self.is_paused:
            return translate("Analysis", "analysis paused at {percent}").format(percent=percent)
        if self.left_s is None:
            return translate("Analysis", "analysing, {percent}").format(percent=percent)
        return translate("Analysis", "analysing, {percent}, {time} left").format(
            percent=percent, time=clock_text(self.left_s)
        )


def state_of_past(past: LoadedSession, selection: FrameSelection) -> AnalysisState:
    """Return how far the analysis of a past session came."""
    summary = past.summary
    return AnalysisState(
        frames=summary.frames,
        total=selection.count(summary.info.source),
        edge_us=int(past.times_us[-1]),
        faces=summary.faces,
        is_over=True,
        is_whole=summary.is_complete,
    )


class AnalysisWatch:
    """Works out the speed of one analysis from its progress."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._seen: deque[tuple[float, int]] = deque()
        self.state = AnalysisState()

    def reset(self) -> None:
        """Begin with another file."""
        self._seen.clear()
        self.state = AnalysisState()

    def take(self, progress: AnalysisProgress) -> None:
        """Take in how far it has come."""
        now_s = self._now_s()
        if progress.is_paused or progress.frames == 0:
            self._seen.clear()
        self._seen.append((now_s, progress.frames))
        while now_s - self._seen[0][0] > _WINDOW_S:
            self._seen.popleft()
        self.state = AnalysisState(
            frames=progress.frames,
            total=progress.total,
            edge_us=progress.edge_us,
            faces=progress.faces,
            left_s=self._left_s(progress),
            is_paused=progress.is_paused,
            is_over=progress.is_over,
            is_whole=self.state.is_whole and progress.is_over,
        )

    def end(self, is_whole: bool) -> None:
        """Take in that it is over."""
        state = self.state
        self.state = AnalysisState(
            state.frames, state.total, state.edge_us, state.faces, is_over=True, is_whole=is_whole
        )

    def _left_s(self, progress: AnalysisProgress) -> float | None:
        began_s, before = self._seen[0]
        elapsed_s, done = self._seen[-1][0] - began_s, progress.frames - before
        if progress.total is None or progress.is_paused or done <= 0 or elapsed_s < _LEAST_S:
            return None
        return max(0, progress.total - progress.frames) * elapsed_s / done
