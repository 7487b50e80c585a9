"""What people say that each face shows, as the last columns of a table."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from fer_desktop.domain.corrections import Correction, RaterLabels, raters_of, same_label
from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.recording.column import Column
from fer_desktop.recording.csv_columns import ExtraColumn

AGREED: Final = Column(
    "corrected_label",
    "text",
    "",
    "what people say that the face shows: the label that all who labelled this row agree on",
)


def of_rater(rater: str) -> Column:
    """Return the column of one of several raters."""
    meaning = f"what the rater {rater} says that the face shows"
    return Column(f"{AGREED.name}_{rater}", "text", "", meaning)


class CorrectionColumns:
    """A column with the label that raters agree on, and where there are several, one for each.

    Several sessions may go into one table: each is taken in turn.
    """

    def __init__(self, raters: Sequence[str]) -> None:
        """Take all raters of the table, each once."""
        self._raters = tuple(raters)
        self._labels: tuple[RaterLabels, ...] = ()

    @classmethod
    def of(cls, corrections: Sequence[Correction], times_us: Sequence[int]) -> "CorrectionColumns":
        """Return the columns of one session; see ``take``."""
        columns = cls(raters_of(corrections))
        columns.take(corrections, times_us)
        return columns

    def take(self, corrections: Sequence[Correction], times_us: Sequence[int]) -> None:
        """Take the session whose rows come next.

        Args:
            corrections: of it.
            times_us: of its frames.
        """
        times_us = sorted(times_us)
        self._labels = tuple(RaterLabels(corrections, name, times_us) for name in self._raters)

    def columns(self) -> list[ExtraColumn]:
        """Return the columns; none where nobody said anything."""
        if not self._raters:
            return []
        found = [ExtraColumn(AGREED, self._agreed)]
        if len(self._raters) > 1:
            found += [
                ExtraColumn(of_rater(name), partial(self._of_rater, at))
                for at, name in enumerate(self._raters)
            ]
        return found

    def _of_rater(self, at: int, frame: FrameAnalysis, face: FaceAnalysis | None) -> str:
        return "" if face is None else self._labels[at].at(face.face_id, frame.timestamp_us)

    def _agreed(self, frame: FrameAnalysis, face: FaceAnalysis | None) -> str:
        said = [self._of_rater(at, frame, face) for at in range(len(self._labels))]
        given = [label for label in said if label]
        if not given or not all(same_label(given[0], label) for label in given):
            return ""
        return given[0]
