"""What was observed of the faces of a session, in columns: what summaries are reckoned from."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.measured_summary import SUMMED


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Frames and faces of a session.

    Attributes:
        labels: of the models that read it, each once.
        times_us: of all frames, rising, on the source's clock.
        rows: of each face, the position of its frame; not falling.
        people: of each face, the position in ``names`` of whom it belongs to.
        names: of the people; a face without a name is called after its number.
        face_ids: of each face.
        shown: of each face, the position of the label that the screen shows, -1 where it was not
            read.
        probabilities: shape (faces, labels): of that very frame, corrected where the face was
            calibrated; NaN where they are not known.
        unsure: of each face, 1 where the model was unsure, 0 where not, NaN where nobody knows.
        widths_px: of the faces' boxes.
        light: of each face, see ``face_quality.light_on``; NaN where it is not known.
        turned: of each face, 1 where it looks far to one side, NaN where that is not known.
        measured: what else was measured of each face, shape (faces, channels): the columns of
            ``SUMMED``, NaN where nothing was; None where nothing was measured at all.
        has_all_frames: whether frames without a face are among the frames.
    """

    labels: tuple[str, ...]
    times_us: NDArray[np.int64]
    rows: NDArray[np.int64]
    people: NDArray[np.int64]
    names: tuple[str, ...]
    face_ids: NDArray[np.int64]
    shown: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    unsure: NDArray[np.float32]
    widths_px: NDArray[np.float32]
    light: NDArray[np.float32]
    turned: NDArray[np.float32]
    measured: NDArray[np.float32] | None = None
    has_all_frames: bool = True

    def column(self, name: str) -> NDArray[np.float32]:
        """Return one of the columns named ``SUMMED``."""
        if self.measured is None:
            return np.full(len(self.rows), np.nan, np.float32)
        return self.measured[:, SUMMED.index(name)]

    @property
    def knows_quality(self) -> bool:
        """Whether it was measured which faces can be read well."""
        return bool(np.isfinite(self.column("quality_usable")).any())

    def usable_only(self) -> "Observations":
        """Return the same as if faces that are not usable had been seen, and not been read."""
        poor = self.column("quality_usable") == 0
        if self.measured is None or not poor.any():
            return self
        measured = self.measured.copy()
        measured[np.ix_(poor, [SUMMED.index(name) for name in SUMMED[1:]])] = np.nan
        probabilities = self.probabilities.copy()
        probabilities[poor] = np.nan
        return replace(
            self,
            shown=np.where(poor, -1, self.shown),
            probabilities=probabilities,
            unsure=np.where(poor, np.nan, self.unsure).astype(np.float32),
            measured=measured,
        )
