"""What was found in the frames of a table."""

from collections import Counter
from dataclasses import dataclass, field

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.session_end import SessionEnd
from fer_desktop.domain.timeline_series import GAP_US


@dataclass(slots=True)
class Counts:
    """What was found in the frames that went by.

    Attributes:
        frames: all of them.
        frames_with_faces: those with a face.
        rows: faces, counted again in each frame.
        face_ids: the different faces.
        by_label: rows by the label that the screen showed.
        empty_rows: rows of frames without a face, where a table has them.
        hidden_rows: faces that were left out because the user has hidden them.
        gaps, longest_gap_us: stretches of over a second in which no frame came, and the longest.
        end: how the session ended; None where that is not known.
    """

    frames: int = 0
    frames_with_faces: int = 0
    rows: int = 0
    face_ids: set[int] = field(default_factory=set)
    by_label: Counter[str] = field(default_factory=Counter)
    empty_rows: int = 0
    hidden_rows: int = 0
    gaps: int = 0
    longest_gap_us: int = 0
    end: SessionEnd | None = None
    _latest_us: int | None = None

    @property
    def table_rows(self) -> int:
        """All rows of the table, with and without a face."""
        return self.rows + self.empty_rows

    @property
    def shares(self) -> dict[str, float]:
        """Of the rows with an expression, the share of each label that came."""
        rows = self.by_label.total()
        return {label: count / rows for label, count in sorted(self.by_label.items())}

    def add(self, analysis: FrameAnalysis) -> None:
        """Count a frame."""
        self.frames += 1
        self.frames_with_faces += bool(analysis.faces)
        self.rows += len(analysis.faces)
        self.face_ids.update(face.face_id for face in analysis.faces)
        self.by_label.update(face.smoothed.emotion for face in analysis.faces if face.smoothed)
        if self._latest_us is not None:
            gap_us = analysis.timestamp_us - self._latest_us
            self.gaps += gap_us > GAP_US
            self.longest_gap_us = max(self.longest_gap_us, gap_us)
        self._latest_us = analysis.timestamp_us
