"""One face found several times becomes one detection."""

from collections.abc import Iterable
from typing import Final

from fer_desktop.domain.face import BoundingBox, Detection

_SAME_FACE_IOU: Final = 0.3
_SAME_FACE_COVERED: Final = 0.7


def overlaps(one: BoundingBox, other: BoundingBox) -> bool:
    """Tell whether two boxes cover about the same place."""
    return one.iou(other) > _SAME_FACE_IOU


def without_duplicates(detections: Iterable[Detection]) -> list[Detection]:
    """Return each face once: the first of equals, so put the better ones first."""
    kept: list[Detection] = []
    for detection in detections:
        if not any(_is_same_face(detection.box, other.box) for other in kept):
            kept.append(detection)
    return kept


def by_score(detections: Iterable[Detection]) -> list[Detection]:
    """Return detections, the surest first."""
    return sorted(detections, key=lambda detection: -detection.score)


def _is_same_face(one: BoundingBox, other: BoundingBox) -> bool:
    """Tell whether two boxes are about one face: they overlap, or one lies inside the other."""
    shared = one.intersection(other)
    if shared == 0:  # nearly always, and the rest takes longer
        return False
    return overlaps(one, other) or shared > _SAME_FACE_COVERED * min(one.area, other.area)
