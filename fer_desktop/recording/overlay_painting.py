"""What was found in a picture drawn into it, as the window shows it."""

from collections.abc import Sequence
from statistics import median
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face_guides import AXIS_COLORS, GAZE_COLOR, face_guides
from fer_desktop.domain.overlay_layout import (
    Area,
    BarPanel,
    FaceBox,
    OverlayParts,
    Tag,
    Wording,
    lay_out,
)
from fer_desktop.domain.palette import color_for, rgb, text_color_on
from fer_desktop.domain.picture_problem import is_pale

Color = tuple[int, int, int]  # BGR

_BACKING: Final[Color] = (18, 16, 14)  # text reads on it whatever the picture is
_BACKING_OPACITY: Final = 0.8
_TEXT: Final[Color] = (247, 246, 245)
_MESH_UNITS: Final = 1.2
_GUIDE_UNITS: Final = 2.2
_NO_LABEL: Final = "#d8dce1"
# Of the picture's shorter side: the largest that is not out of proportion to the faces. Few steps,
# so that the size holds still in a video.
_TEXT_SHARES: Final = (1 / 30, 1 / 42, 1 / 60)
_TEXT_PER_FACE: Final = 0.3
_TEXT_MIN_PX: Final = 13
_LINE: Final = 1.2  # height of a line, and where its letters stand in it, in sizes of the text
_BASELINE: Final = 0.93
_WEIGHT: Final = 600
_BOXES_AND_LABELS: Final = OverlayParts()


def draw_overlay(
    pixels: NDArray[np.uint8], analysis: FrameAnalysis, parts: OverlayParts = _BOXES_AND_LABELS
) -> NDArray[np.uint8]:
    """Return a copy of a BGR picture with boxes and labels on it, or other parts."""
    picture = np.ascontiguousarray(pixels).copy()
    height, width, _ = picture.shape
    measure = _Measure(_text_size(min(height, width), analysis.faces))
    placed = [(face, _area(face)) for face in analysis.faces]
    layout = lay_out(placed, parts, measure, _WORDING, Area(0, 0, width, height))
    painter = _Painter(picture, measure)
    if parts.guides:
        for face in analysis.faces:
            painter.guides(face, layout.unit)
    for box in layout.boxes:
        painter.box(box, layout.unit)
    for tag in layout.tags:
        painter.tag(tag)
    for panel in layout.panels:
        painter.panel(panel)
    return picture


def face_text(face: FaceAnalysis) -> str:
    """Return what stands beside a face: label and confidence, or the two likeliest if unsure."""
    if face.smoothed is None:
        return ""
    if face.is_unsure:
        (first, _), (second, _) = face.smoothed.ranked()[:2]
        return f"unsure: {first} / {second}"
    return f"{face.smoothed.emotion}  {round(face.smoothed.confidence * 100)} %"


_WORDING: Final = Wording(face_text, str)


class _Measure:
    """Sizes of text in OpenCV's own scalable font.

    It has accents, other alphabets and CJK, unlike the line fonts; it is made here because it must
    not be shared between threads.
    """

    def __init__(self, size_px: int) -> None:
        import cv2

        self.font: Any = cv2.FontFace("sans")
        self._size_px = size_px

    def size_px(self, share: float = 1.0) -> int:
        """Return the size of text."""
        return max(1, round(self._size_px * share))

    def line_height(self, share: float = 1.0) -> float:
        return round(self.size_px(share) * _LINE)

    def width(self, text: str, share: float = 1.0) -> float:
        import cv2

        if not text:
            return 0.0
        size_px = self.size_px(share)
        _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), self.font, size_px, _WEIGHT)
        return float(width)


class _Painter:
    """Draws the parts of an overlay into one picture."""

    def __init__(self, picture: NDArray[np.uint8], measure: _Measure) -> None:
        self._picture = picture
        self._measure = measure

    def box(self, box: FaceBox, unit: float) -> None:
        import cv2

        left, top, right, bottom = _edges(box.area)
        start, end = (left, top), (right, bottom)
        stroke = max(1, round(box.stroke))
        halo = stroke + 2 * max(1, round(unit))
        color = _face_color(box.face)
        if not is_pale(box.face):
            cv2.rectangle(self._picture, start, end, _BACKING, halo)
            cv2.rectangle(self._picture, start, end, color, stroke)
            return
        # Dashes say "unsure" even where the dimmed colour does not.
        corners = [start, (right, top), end, (left, bottom)]
        for first, second in zip(corners, corners[1:] + corners[:1], strict=True):
            self._dashes(np.array(first), np.array(second), (halo, stroke), color)

    def guides(self, face: FaceAnalysis, unit: float) -> None:
        """Draw what was measured: the head's axes, the gaze, the mesh."""
        import cv2

        guides = face_guides(face)
        if guides is None:
            return
        if guides.mesh is not None:
            radius = max(1, round(_MESH_UNITS * unit / 2))
            for point in guides.mesh.round().astype(int).tolist():
                cv2.circle(self._picture, point, radius, _TEXT, -1, cv2.LINE_AA)
        lines = [(ray, GAZE_COLOR) for ray in guides.gaze]
        lines += zip(guides.axes, AXIS_COLORS, strict=False)
        stroke = max(1, round(_GUIDE_UNITS * unit))
        halo = stroke + 2 * max(1, round(unit))
        for width, backing in ((halo, _BACKING), (stroke, None)):
            for ends, color in lines:
                start, end = ((round(x), round(y)) for x, y in ends)
                cv2.line(self._picture, start, end, backing or _bgr(color), width, cv2.LINE_AA)

    def _dashes(
        self,
        start: NDArray[np.int_],
        end: NDArray[np.int_],
        widths: tuple[int, int],
        color: Color,
    ) -> None:
        import cv2

        halo, stroke = widths
        count = max(1, int(np.abs(end - start).sum() // (stroke * 8)))
        edges = np.linspace(start, end, 2 * count + 1).round().astype(int)
        for thickness, paint in ((halo, _BACKING), (stroke, color)):
            for first, second in zip(edges[:-1:2], edges[1::2], strict=True):
                cv2.line(self._picture, first.tolist(), second.tolist(), paint, thickness)

    def tag(self, tag: Tag) -> None:
        """Write a label, its number on a chip of the face's colour."""
        self._back(tag.area)
        left, top, right, bottom = _edges(tag.chip)
        self._picture[top:bottom, left:right] = _face_color(tag.face)
        is_dimmed = is_pale(tag.face)
        on_chip = _TEXT if is_dimmed else _bgr(text_color_on(_palette_color(tag.face)))
        middle = tag.area.top + tag.area.height / 2
        margin = (tag.chip.width - self._measure.width(tag.number)) / 2
        self._text(tag.number, tag.chip.left + margin, middle, on_chip)
        if tag.mark is not None:
            self._mark(tag.mark)
        self._text(tag.words, tag.words_left, middle, _TEXT)

    def panel(self, panel: BarPanel) -> None:
        """Draw the bars of a face."""
        import cv2

        self._back(panel.area)
        for row in panel.rows:
            middle = row.line.top + row.line.height / 2
            self._text(row.name, row.line.left, middle, _TEXT, panel.share)
            left, top, right, bottom = _edges(row.bar)
            if right > left:
                color = _bgr(color_for(row.label))
                cv2.rectangle(self._picture, (left, top), (right - 1, bottom - 1), color, -1)

    def _back(self, area: Area) -> None:
        left, top, right, bottom = _edges(area)
        backing = self._picture[top:bottom, left:right]
        backing[:] = (
            backing * (1 - _BACKING_OPACITY) + np.array(_BACKING) * _BACKING_OPACITY
        ).astype(np.uint8)

    def _mark(self, area: Area) -> None:
        """Draw the sign of a calibrated face, a neutral one, as the window does."""
        import cv2

        unit = min(area.width, area.height) / 24
        x, y = area.left + area.width / 2, area.top + area.height / 2
        pen = max(1, round(2.2 * unit))

        def at(across: float, down: float) -> tuple[int, int]:
            return round(x + across * unit), round(y + down * unit)

        cv2.circle(self._picture, at(0, 0), round(9.5 * unit), _TEXT, pen, cv2.LINE_AA)
        cv2.line(self._picture, at(-4, 4), at(4, 4), _TEXT, pen, cv2.LINE_AA)
        for across in (-3.4, 3.4):
            cv2.circle(self._picture, at(across, -2.6), max(1, pen // 2), _TEXT, -1, cv2.LINE_AA)

    def _text(
        self, text: str, left: float, middle: float, color: Color, share: float = 1.0
    ) -> None:
        import cv2

        if text:
            size_px = self._measure.size_px(share)
            origin = (round(left), round(middle + size_px * (_BASELINE - _LINE / 2)))
            cv2.putText(self._picture, text, origin, color, self._measure.font, size_px, _WEIGHT)


def _text_size(side_px: int, faces: Sequence[FaceAnalysis]) -> int:
    sizes = [max(_TEXT_MIN_PX, round(side_px * share)) for share in _TEXT_SHARES]
    if not faces:
        return sizes[0]
    fitting_px = _TEXT_PER_FACE * median(face.detection.box.width for face in faces)
    return next((size for size in sizes if size <= fitting_px), sizes[-1])


def _area(face: FaceAnalysis) -> Area:
    box = face.detection.box
    return Area(box.x1, box.y1, box.width, box.height)


def _edges(area: Area) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom in whole pixels."""
    return round(area.left), round(area.top), round(area.right), round(area.bottom)


def _palette_color(face: FaceAnalysis) -> str:
    return color_for(face.smoothed.emotion) if face.smoothed is not None else _NO_LABEL


def _face_color(face: FaceAnalysis) -> Color:
    blue, green, red = _bgr(_palette_color(face))
    return (blue * 3 // 5, green * 3 // 5, red * 3 // 5) if is_pale(face) else (blue, green, red)


def _bgr(color: str) -> Color:
    red, green, blue = rgb(color)
    return blue, green, red
