"""What a frame alone tells of its faces: where they are, and what the model reads in them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import Detection
from fer_desktop.domain.frame import Frame
from fer_desktop.settings import FaceSearch
from fer_desktop.vision.ports import EmotionClassifier, FaceDetector


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The faces of one frame.

    Attributes:
        detections: where they are.
        probabilities: what the model reads, shape (faces, labels); None if it was not asked yet.
    """

    detections: list[Detection]
    probabilities: NDArray[np.float32] | None = None


class Looker:
    """Finds the faces of frames, and reads them too if it has a classifier; for one thread.

    It knows nothing from one frame to the next, so that several may share the frames of a file. The
    answer for a frame does not depend on which others it is looked at with, to the last bit.
    """

    def __init__(
        self,
        detector: FaceDetector,
        classifier: EmotionClassifier | None = None,
        *,
        face_search: FaceSearch = "auto",
    ) -> None:
        """Take what finds faces, what reads them, and which are looked for."""
        self._detector = detector
        self._classifier = classifier
        self._face_search = face_search

    def look(self, frames: Iterable[Frame], *, still: bool = False) -> list[Seen]:
        """Return what is seen in each of some frames; the faces of all of them are read at once.

        Args:
            frames: a few.
            still: whether each stands alone: searched for small faces too unless that was chosen
                otherwise.
        """
        found = [(frame, self._find(frame, still)) for frame in frames]
        model = self._classifier
        if model is None:
            return [Seen(detections) for _, detections in found]
        crops = [model.crops(frame.pixels, faces) for frame, faces in found]
        together = np.concatenate(crops)
        rows = (
            model.read(together)
            if len(together)
            else np.empty((0, len(model.preset.labels)), np.float32)
        )
        ends = np.cumsum([len(faces) for _, faces in found])
        parts = np.split(rows, ends[:-1])
        return [Seen(faces, part) for (_, faces), part in zip(found, parts, strict=True)]

    def copies(self) -> "Copies | None":
        """Return where other threads get copies, if detector and classifier can be copied.

        They may be made when the networks of this one have been closed.
        """
        make_detector = self._detector.copier()
        if make_detector is None or self._classifier is None:
            return None
        make_classifier = self._classifier.copier()
        if make_classifier is None:
            return None
        return Copies(partial(_looker, make_detector, make_classifier, self._face_search))

    def _find(self, frame: Frame, still: bool) -> list[Detection]:
        thorough = still if self._face_search == "auto" else self._face_search == "small"
        return self._detector.detect(frame.pixels, thorough=thorough)


class Copies:
    """Lookers of the same answers for threads that work side by side, kept for the next file."""

    def __init__(self, make: Callable[[], Looker]) -> None:
        """Take what makes one, on the thread that is to use it."""
        self._make = make
        self._free: list[Looker] = []

    @contextmanager
    def one(self) -> Iterator[Looker]:
        """Lend one to the thread that asks for it."""
        try:
            looker = self._free.pop()
        except IndexError:
            looker = self._make()
        try:
            yield looker
        finally:
            self._free.append(looker)


def _looker(
    make_detector: Callable[[], FaceDetector],
    make_classifier: Callable[[], EmotionClassifier],
    face_search: FaceSearch,
) -> Looker:
    return Looker(make_detector(), make_classifier(), face_search=face_search)
