"""What is drawn over the picture: boxes, labels and, where wanted, bars."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QImage,
    QPainter,
    QPen,
    QTransform,
)

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face_guides import AXIS_COLORS, GAZE_COLOR, Segment, face_guides
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.overlay_layout import (
    Area,
    BarPanel,
    FaceBox,
    OverlayParts,
    Tag,
    Wording,
    lay_out,
)
from fer_desktop.domain.palette import text_color_on
from fer_desktop.domain.picture_problem import is_pale
from fer_desktop.ui.look.label_colors import face_color, label_color
from fer_desktop.ui.look.wording import expression_text, label_text
from fer_desktop.ui.viewer.calibrated_mark import paint_calibrated_mark
from fer_desktop.ui.viewer.viewport import Placement

_BACKING: Final = QColor(14, 16, 18, 205)  # text reads on it whatever the picture is
_TEXT: Final = QColor("#f5f6f7")
_HALO: Final = QColor(10, 12, 14, 150)
_UNSURE_OPACITY: Final = 0.5
_MESH: Final = QColor(245, 246, 247, 150)
_MESH_UNITS: Final = 1.2
_GUIDE_UNITS: Final = 2.2
_SNAPSHOT_TEXT_MIN_PX: Final = 12
_WORDING: Final = Wording(expression_text, label_text)


@dataclass(frozen=True, slots=True)
class OverlayLook:
    """How a picture looks on screen, so that a snapshot can look the same.

    Attributes:
        parts: which parts are drawn.
        selected: id of the face with a stronger box.
        mirrored: whether left and right are exchanged.
        text_px: height of the text in pixels of the picture.
    """

    parts: OverlayParts
    selected: int | None
    mirrored: bool
    text_px: float


def paint_overlay(
    painter: QPainter,
    faces: Sequence[FaceAnalysis],
    placement: Placement,
    parts: OverlayParts,
    *,
    bounds: QRectF,
    selected: int | None = None,
) -> None:
    """Draw over a picture in the painter's font.

    Args:
        painter: begun, in the coordinates of the placement.
        faces: what to draw.
        placement: where the picture lies.
        parts: what to leave out.
        bounds: labels are kept inside it.
        selected: face id drawn with a stronger box.
    """
    measure = _Measure(painter.font())
    placed = [(face, _area(placement.to_widget(face.detection.box))) for face in faces]
    layout = lay_out(placed, parts, measure, _WORDING, _area(bounds), selected)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if parts.guides:
        for face in faces:
            _paint_guides(painter, face, placement, layout.unit)
    for box in layout.boxes:
        _paint_box(painter, box, layout.unit)
    for tag in layout.tags:
        _paint_tag(painter, tag)
    for panel in layout.panels:
        _paint_panel(painter, panel, measure)
    painter.restore()


def render_snapshot(frame: Frame, analysis: FrameAnalysis | None, look: OverlayLook) -> QImage:
    """Return a frame with its overlay as on screen; may run on any thread.

    A picture so small that its text could not be read is enlarged by a whole factor.
    """
    image = frame_image(frame).convertToFormat(QImage.Format.Format_RGB32)
    if look.mirrored:
        image = image.transformed(QTransform.fromScale(-1, 1))
    if analysis is None:
        return image
    factor = max(1, math.ceil(_SNAPSHOT_TEXT_MIN_PX / look.text_px))
    image = image.scaled(image.size() * factor, mode=Qt.TransformationMode.SmoothTransformation)
    painter = QPainter(image)
    font = QFont()
    font.setPixelSize(round(look.text_px * factor))
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    bounds = QRectF(image.rect())
    paint_overlay(
        painter,
        analysis.faces,
        Placement(bounds, factor, look.mirrored),
        look.parts,
        bounds=bounds,
        selected=look.selected,
    )
    painter.end()
    return image


def frame_image(frame: Frame) -> QImage:
    """Return a frame's pixels as an image without copying them; the frame must outlive it."""
    height, width, _ = frame.pixels.shape
    # The stride is passed because QImage would assume rows padded to four bytes.
    return QImage(
        frame.pixels.data, width, height, frame.pixels.strides[0], QImage.Format.Format_BGR888
    )


def _paint_guides(painter: QPainter, face: FaceAnalysis, placement: Placement, unit: float) -> None:
    guides = face_guides(face)
    if guides is None:
        return
    if guides.mesh is not None:
        painter.setPen(QPen(_MESH, max(1.0, _MESH_UNITS * unit)))
        painter.drawPoints([placement.point_to_widget(x, y) for x, y in guides.mesh.tolist()])
    lines: list[tuple[Segment, str]] = [(ray, GAZE_COLOR) for ray in guides.gaze]
    lines += zip(guides.axes, AXIS_COLORS, strict=False)
    for color, more in ((_HALO, 2.0), (None, 0.0)):
        for (start, end), own in lines:
            pen = QPen(color or QColor(own), (_GUIDE_UNITS + more) * unit)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLine(placement.point_to_widget(*start), placement.point_to_widget(*end))


class _Measure:
    """Sizes of text in a font."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics: dict[float, QFontMetricsF] = {}

    def font(self, share: float) -> QFont:
        """Return the font in a share of its size."""
        scaled = QFont(self._font)
        if share != 1.0:
            scaled.setPixelSize(max(1, round(QFontInfo(self._font).pixelSize() * share)))
        return scaled

    def line_height(self, share: float = 1.0) -> float:
        return self._of(share).height()

    def width(self, text: str, share: float = 1.0) -> float:
        return self._of(share).horizontalAdvance(text)

    def _of(self, share: float) -> QFontMetricsF:
        if share not in self._metrics:
            self._metrics[share] = QFontMetricsF(self.font(share))
        return self._metrics[share]


def _paint_box(painter: QPainter, box: FaceBox, unit: float) -> None:
    pen = QPen(_HALO, box.stroke + 2 * unit)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rect, radius = _rect(box.area), 4 * unit
    painter.setPen(pen)
    painter.setOpacity(_UNSURE_OPACITY if is_pale(box.face) else 1.0)
    painter.drawRoundedRect(rect, radius, radius)
    pen = QPen(face_color(box.face), box.stroke)
    if is_pale(box.face):
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRoundedRect(rect, radius, radius)
    painter.setOpacity(1.0)


def _paint_tag(painter: QPainter, tag: Tag) -> None:
    radius = tag.area.height * 0.2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BACKING)
    painter.drawRoundedRect(_rect(tag.area), radius, radius)
    color = face_color(tag.face)
    painter.setOpacity(_UNSURE_OPACITY if is_pale(tag.face) else 1.0)
    painter.setBrush(color)
    painter.drawRoundedRect(_rect(tag.chip), radius, radius)
    painter.setOpacity(1.0)
    painter.setPen(_TEXT if is_pale(tag.face) else QColor(text_color_on(color.name())))
    painter.drawText(_rect(tag.chip), Qt.AlignmentFlag.AlignCenter, tag.number)
    if tag.mark is not None:
        paint_calibrated_mark(painter, _rect(tag.mark), _TEXT)
    painter.setPen(_TEXT)
    words = QRectF(QPointF(tag.words_left, tag.area.top), QPointF(tag.area.right, tag.area.bottom))
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, tag.words)


def _paint_panel(painter: QPainter, panel: BarPanel, measure: _Measure) -> None:
    line = measure.line_height(panel.share)
    painter.save()
    painter.setFont(measure.font(panel.share))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BACKING)
    painter.drawRoundedRect(_rect(panel.area), line * 0.25, line * 0.25)
    ascent = QFontMetricsF(painter.font()).ascent()
    for row in panel.rows:
        painter.setPen(_TEXT)
        painter.drawText(QPointF(row.line.left, row.line.top + ascent), row.name)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(label_color(row.label))
        painter.drawRect(_rect(row.bar))
    painter.restore()


def _area(rect: QRectF) -> Area:
    return Area(rect.left(), rect.top(), rect.width(), rect.height())


def _rect(area: Area) -> QRectF:
    return QRectF(area.left, area.top, area.width, area.height)
