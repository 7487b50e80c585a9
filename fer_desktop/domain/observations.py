"""What was observed of the faces of a session, in columns: what summaries are reckoned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
    has_all_frames: bool = True
