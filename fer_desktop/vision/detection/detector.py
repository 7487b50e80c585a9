"""Finds faces: fast in a film's frame, thoroughly in a photograph."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.cores import worthwhile_threads
from fer_desktop.domain.face import Detection
from fer_desktop.paths import assets_dir
from fer_desktop.vision.detection.face_network import (
    FULL_RANGE_FILE,
    SHORT_RANGE_FILE,
    FaceNetwork,
)
from fer_desktop.vision.detection.merging import by_score, without_duplicates
from fer_desktop.vision.detection.photo_search import PhotoSearch
from fer_desktop.vision.detection.views import look

# What the networks report at all; below a detector's own minimum it is a hint to look closer.
_HINT_SCORE: Final = 0.25
# Faces narrower than this share of the picture's long side are too small for the short-range
# network: up to a sixth it finds them all and frames them alike, at an eighth four of five.
_SMALL: Final = 1 / 6
# A face that is neither certain nor large is looked at closely. Faces in photographs then had .87
# and more, all that was mistaken for one in films without faces .67 and less.
_CERTAIN_SCORE: Final = 0.75
_CONFIRMED_SCORE: Final = 0.7
_LARGE: Final = 1 / 4
# These networks are too small to keep more threads busy.
_MOST_THREADS: Final = 2


class MediaPipeFaceDetector:
    """MediaPipe's two face networks as one detector; the answer depends on the picture alone.

    The short-range network sees faces near the camera. Where it finds none, or hints at small ones,
    the full-range network looks too. A photograph is moreover searched in parts.
    """

    def __init__(
        self, *, min_score: float = 0.5, assets: Path | None = None, threads: int | None = None
    ) -> None:
        """Load the networks.

        Args:
            min_score: faces below it are not reported.
            assets: folder that holds them; the application's own unless given.
            threads: how many share a network's work; as many as are of use unless given.

        Raises:
            DetectorError: if they cannot be loaded.
        """
        folder = assets or assets_dir() / "mediapipe"
        self._min_score = min_score
        self._copier = partial(MediaPipeFaceDetector, min_score=min_score, assets=assets, threads=1)
        threads = threads or min(worthwhile_threads(), _MOST_THREADS)
        least = min(_HINT_SCORE, min_score)
        self._short_range = FaceNetwork(folder / SHORT_RANGE_FILE, least, threads)
        try:
            self._full_range = FaceNetwork(folder / FULL_RANGE_FILE, least, threads)
        except BaseException:
            self._short_range.close()
            raise
        self._photo_search = PhotoSearch(self._short_range, self._full_range)
        for network in (self._short_range, self._full_range):  # the first look takes longest
            network.find(np.zeros((128, 128, 3), np.uint8))

    def detect(self, pixels: NDArray[np.uint8], *, thorough: bool = False) -> list[Detection]:
        """Return the faces of a BGR picture, shape (height, width, 3), from left to right.

        Args:
            pixels: the picture.
            thorough: also search overlapping tiles, for still images.
        """
        picture = np.ascontiguousarray(pixels)
        if thorough:
            faces = self._photo_search.find(picture, self._min_score)
        else:
            faces = self._find_at_once(picture)
        return sorted(faces, key=lambda face: face.box.center)

    def copier(self) -> "Callable[[], MediaPipeFaceDetector] | None":
        """Return what makes one with the same answers for one thread, where networks are light."""
        return self._copier if self._short_range.is_light else None

    def close(self) -> None:
        """Release the networks; may be called twice."""
        self._short_range.close()
        self._full_range.close()

    def _find_at_once(self, picture: NDArray[np.uint8]) -> list[Detection]:
        long_side = max(picture.shape[:2])
        small_px = _SMALL * long_side
        hints = self._short_range.find(picture)
        near = by_score(face for face in hints if face.score >= self._min_score)
        if near and all(hint.box.width >= small_px for hint in hints):
            faces = near
        else:
            seen = self._full_range.find(picture)
            far = [face for face in seen if face.score >= self._min_score]
            # Each network where it frames faces best; the other's only as a last resort.
            large = [face for face in near if face.box.width >= small_px]
            small = [face for face in near if face.box.width < small_px]
            faces = [*large, *by_score(far), *small]
        large_px = _LARGE * long_side
        confirmed = [
            face
            if face.score >= _CERTAIN_SCORE or face.box.width >= large_px
            else self._confirm(picture, face)
            for face in without_duplicates(faces)
        ]
        return without_duplicates(face for face in confirmed if face is not None)

    def _confirm(self, picture: NDArray[np.uint8], face: Detection) -> Detection | None:
        """Return a doubtful face as it is seen from close by, None if it is none."""
        (seen,) = look((self._short_range,), picture, face.box)
        return seen if seen is not None and seen.score >= _CONFIRMED_SCORE else None
