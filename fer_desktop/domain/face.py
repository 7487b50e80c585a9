"""Faces: where they are, and which one is which."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

Point = tuple[float, float]

RIGHT_EYE = "right_eye"
LEFT_EYE = "left_eye"


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A rectangle in float pixels, origin at the picture's top left."""

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.x1, self.y1, self.x2, self.y2))):
            raise ValueError(f"box must be finite. Received: {self}")
        if self.x2 < self.x1 or self.y2 < self.y1:
            raise ValueError(f"box must not be inside out. Received: {self}")

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Area in square pixels."""
        return self.width * self.height

    @property
    def center(self) -> Point:
        """Middle point."""
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def intersection(self, other: "BoundingBox") -> float:
        """Return the area that both cover."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: "BoundingBox") -> float:
        """Return intersection over union, 0 to 1."""
        shared = self.intersection(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def clipped(self, width_px: float, height_px: float) -> "BoundingBox":
        """Return the part inside a picture of this size."""
        return BoundingBox(
            min(max(self.x1, 0.0), width_px),
            min(max(self.y1, 0.0), height_px),
            min(max(self.x2, 0.0), width_px),
            min(max(self.y2, 0.0), height_px),
        )

    def contains(self, point: Point) -> bool:
        """Tell whether a point lies inside."""
        return self.x1 <= point[0] <= self.x2 and self.y1 <= point[1] <= self.y2


@dataclass(frozen=True, slots=True)
class Detection:
    """One face found in one frame.

    Attributes:
        box: where, not clipped to the frame.
        score: the detector's confidence, 0 to 1.
        landmarks: named facial points, pixels; ``right_eye`` is the person's right.
    """

    box: BoundingBox
    score: float
    landmarks: Mapping[str, Point] = field(default_factory=dict)

    @property
    def eyes(self) -> tuple[Point, Point] | None:
        """The person's right and left eye, if the detector found both."""
        if RIGHT_EYE in self.landmarks and LEFT_EYE in self.landmarks:
            return self.landmarks[RIGHT_EYE], self.landmarks[LEFT_EYE]
        return None
