"""Parts of a picture, seen from as near or as far as a face network likes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.vision.detection.face_network import FaceNetwork
from fer_desktop.vision.detection.merging import by_score, overlaps

# From here the short-range network sees FER2013's faces as the crop geometry was measured.
BEST_LOOK: Final = 2.4
_LOOK_SIDE_PX: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A part of a picture at a size that suits the networks.

    Attributes:
        pixels: BGR, contiguous.
        left, top: where the part lies in the picture; may be outside.
        scale: by how much it was enlarged.
    """

    pixels: NDArray[np.uint8]
    left: int
    top: int
    scale: float

    @classmethod
    def of(
        cls, picture: NDArray[np.uint8], region: BoundingBox, side_px: int, *, enlarge: bool
    ) -> "View":
        """Return a region with a long side of so many pixels, black where the picture ends.

        Args:
            picture: BGR.
            region: which part; may reach beyond the picture.
            side_px: the view's long side.
            enlarge: whether smaller regions are brought to this size too.
        """
        left, top, right, bottom = map(round, (region.x1, region.y1, region.x2, region.y2))
        scale = side_px / max(right - left, bottom - top, 1)
        if not enlarge:
            scale = min(scale, 1.0)
        height, width = picture.shape[:2]
        # At least one pixel, so that a sliver outside the picture is a view too.
        inside_left, inside_top = _clamped(left, width - 1), _clamped(top, height - 1)
        inside_right = max(_clamped(right, width), inside_left + 1)
        inside_bottom = max(_clamped(bottom, height), inside_top + 1)
        part = resized(picture[inside_top:inside_bottom, inside_left:inside_right], scale)
        above, below, before, after = (
            max(0, round(margin * scale))
            for margin in (
                inside_top - top,
                bottom - inside_bottom,
                inside_left - left,
                right - inside_right,
            )
        )
        if above or below or before or after:
            part = cv2.copyMakeBorder(part, above, below, before, after, cv2.BORDER_CONSTANT)
        return cls(part, min(left, inside_left), min(top, inside_top), scale)

    def faces(self, network: FaceNetwork) -> list[Detection]:
        """Return the faces that a network sees, in the picture's pixels."""
        return network.find(self.pixels, offset=(self.left, self.top), scale=self.scale)

    def mirrored(self, box: BoundingBox) -> "tuple[View, BoundingBox]":
        """Return the mirrored view and where a box lies in it."""
        edges = 2 * self.left + self.pixels.shape[1] / self.scale
        flipped = np.ascontiguousarray(self.pixels[:, ::-1])
        return (
            View(flipped, self.left, self.top, self.scale),
            BoundingBox(edges - box.x2, box.y1, edges - box.x1, box.y2),
        )


def look(
    networks: Iterable[FaceNetwork],
    picture: NDArray[np.uint8],
    box: BoundingBox,
    width: float = BEST_LOOK,
    *,
    mirrored: bool = False,
) -> list[Detection | None]:
    """Return what each network sees where a box is, None where it sees no face.

    Args:
        networks: which to ask.
        picture: BGR.
        box: where a face is supposed.
        width: of the view, in widths of the box.
        mirrored: whether to look at the mirror image; that tells only how sure a network is, for
            the places in its answer are mirrored too.
    """
    view = View.of(picture, around(box, width), _LOOK_SIDE_PX, enlarge=True)
    if mirrored:
        view, box = view.mirrored(box)
    return [_best_at(box, view.faces(network)) for network in networks]


def around(box: BoundingBox, width: float) -> BoundingBox:
    """Return a square with a box's centre and so many of its widths."""
    x, y = box.center
    half = width * max(box.width, box.height) / 2
    return BoundingBox(x - half, y - half, x + half, y + half)


def resized(picture: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Return a picture of another size, averaged on the way down; contiguous."""
    if scale == 1.0:
        return np.ascontiguousarray(picture)
    height, width = (max(1, round(size * scale)) for size in picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    answer: NDArray[np.uint8] = cv2.resize(picture, (width, height), interpolation=how)
    return answer


def _best_at(box: BoundingBox, faces: Iterable[Detection]) -> Detection | None:
    there = by_score(face for face in faces if overlaps(face.box, box))
    return there[0] if there else None


def _clamped(value: int, largest: int) -> int:
    return min(max(value, 0), largest)
