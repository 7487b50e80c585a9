"""What is drawn over the picture: boxes, labels and, where wanted, bars."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
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
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.palette import text_color_on
from fer_desktop.ui.look.label_colors import face_color, label_color
from fer_desktop.ui.look.wording import expression_text, label_text
from fer_desktop.ui.viewer.calibrated_mark import paint_calibrated_mark
from fer_desktop.ui.viewer.viewport import Placement

_BACKING: Final = QColor(14, 16, 18, 205)  # text reads on it whatever the picture is
_TEXT: Final = QColor("#f5f6f7")
_HALO: Final = QColor(10, 12, 14, 150)
_UNSURE_OPACITY: Final = 0.5
_SNAPSHOT_TEXT_MIN_PX: Final = 12
_BAR_SIZES: Final = (1.0, 0.8, 0.65)  # of the labels' text
_BAR_LINES: Final = 5  # length of a whole bar


@dataclass(frozen=True, slots=True)
class OverlayParts:
    """Which parts are drawn."""

    boxes: bool = True
    labels: bool = True
    bars: bool = False


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
    faces: Iterable[FaceAnalysis],
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
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = QFontMetricsF(painter.font())
    placed: list[tuple[FaceAnalysis, QRectF]] = [
        (face, placement.to_widget(face.detection.box)) for face in faces
    ]
    if parts.boxes:
        for face, rect in placed:
            _paint_box(painter, face, rect, metrics.height() / 16, face.face_id == selected)
    taken: list[QRectF] = []
    boxes = [rect for _, rect in placed]
    # The selected face's label is placed first: when there is not room for all, it stays.
    placed.sort(key=lambda item: (item[0].face_id != selected, item[0].face_id))
    if parts.labels:
        for face, rect in placed:
            # The selected face is named in full, whatever is behind.
            others = [box for box in boxes if box is not rect and face.face_id != selected]
            _paint_label(painter, face, rect, others, metrics, bounds, taken)
    if parts.bars:
        taken += boxes  # a face is never hidden
        for face, rect in placed:
            _paint_bars(painter, face, rect, bounds, taken)
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


def _paint_box(
    painter: QPainter, face: FaceAnalysis, rect: QRectF, unit: float, is_selected: bool
) -> None:
    color = face_color(face)
    width = (3.6 if is_selected else 2.2) * unit
    pen = QPen(_HALO, width + 2 * unit)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = 4 * unit
    painter.setPen(pen)
    painter.setOpacity(_UNSURE_OPACITY if face.is_unsure else 1.0)
    painter.drawRoundedRect(rect, radius, radius)
    pen = QPen(color, width)
    if face.is_unsure:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRoundedRect(rect, radius, radius)
    painter.setOpacity(1.0)


def _paint_label(
    painter: QPainter,
    face: FaceAnalysis,
    rect: QRectF,
    others: list[QRectF],
    metrics: QFontMetricsF,
    bounds: QRectF,
    taken: list[QRectF],
) -> None:
    """Write beside a box, or the face's number alone where the text would cover another face.

    Nothing is written over other labels.
    """
    number = str(face.face_id)
    margin = metrics.height() * 0.3
    height = metrics.height() + margin
    gap = margin / 2
    places: list[tuple[str, QRectF]] = []
    for words in (expression_text(face), ""):
        width = metrics.horizontalAdvance(number) + 2 * margin
        if words:
            width += metrics.horizontalAdvance(words) + 2 * margin
            width += _mark_width(face, metrics)
        places += [
            (words, tag)
            for top in (rect.top() - height - gap, rect.bottom() + gap, rect.top() + gap)
            for left in (rect.left(), rect.right() - width)
            if not _hits(tag := _inside(QRectF(left, top, width, height), bounds), taken)
        ]
    if places:
        words, tag = next((place for place in places if not _hits(place[1], others)), places[0])
        taken.append(tag)
        _paint_tag(painter, tag, number, words, face, margin)


def _paint_tag(
    painter: QPainter, tag: QRectF, number: str, words: str, face: FaceAnalysis, margin: float
) -> None:
    radius = tag.height() * 0.2
    chip = QRectF(tag)
    chip.setWidth(QFontMetricsF(painter.font()).horizontalAdvance(number) + 2 * margin)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BACKING)
    painter.drawRoundedRect(tag, radius, radius)
    color = face_color(face)
    painter.setOpacity(_UNSURE_OPACITY if face.is_unsure else 1.0)
    painter.setBrush(color)
    painter.drawRoundedRect(chip, radius, radius)
    painter.setOpacity(1.0)
    painter.setPen(_TEXT if face.is_unsure else QColor(text_color_on(color.name())))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, number)
    if words:
        painter.setPen(_TEXT)
        rest = tag.adjusted(chip.width() + margin, 0, 0, 0)
        if mark := _mark_width(face, QFontMetricsF(painter.font())):
            place = QRectF(rest.left(), rest.top(), mark - margin, rest.height())
            paint_calibrated_mark(painter, place, _TEXT)
            rest.setLeft(rest.left() + mark)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


def _mark_width(face: FaceAnalysis, metrics: QFontMetricsF) -> float:
    """Return the room for the sign of a calibrated face and what parts it from the words."""
    return metrics.height() * 1.1 if face.baseline is not None else 0.0


def _paint_bars(
    painter: QPainter,
    face: FaceAnalysis,
    rect: QRectF,
    bounds: QRectF,
    taken: list[QRectF],
) -> None:
    """Draw bars near a box, the smaller the less room there is; nothing is drawn over others."""
    if face.smoothed is None:
        return
    names = [label_text(label) for label in face.smoothed.labels]
    for share in _BAR_SIZES:
        font = _scaled(painter.font(), share)
        metrics = QFontMetricsF(font)
        line = metrics.height()
        name_width = max(metrics.horizontalAdvance(name) for name in names)
        width, height = name_width + (_BAR_LINES + 1) * line, (len(names) + 0.5) * line
        panel = _free_place(rect, QSizeF(width, height), line * 0.4, bounds, taken)
        if panel is not None:
            break
    else:
        return  # the face's card has the same bars
    taken.append(panel)
    painter.save()
    painter.setFont(font)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BACKING)
    painter.drawRoundedRect(panel, line * 0.25, line * 0.25)
    top = panel.top() + line * 0.25
    for label, name, probability in zip(
        face.smoothed.labels, names, face.smoothed.probabilities, strict=True
    ):
        painter.setPen(_TEXT)
        painter.drawText(QPointF(panel.left() + line * 0.3, top + metrics.ascent()), name)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(label_color(label))
        start = panel.left() + name_width + line * 0.6
        painter.drawRect(
            QRectF(start, top + line * 0.25, _BAR_LINES * line * probability, line * 0.5)
        )
        top += line
    painter.restore()


def _scaled(font: QFont, share: float) -> QFont:
    scaled = QFont(font)
    scaled.setPixelSize(max(1, round(QFontInfo(font).pixelSize() * share)))
    return scaled


def _free_place(
    box: QRectF, size: QSizeF, gap: float, bounds: QRectF, taken: list[QRectF]
) -> QRectF | None:
    """Return a place beside a box, else below or above it, that hits nothing."""
    beside = (box.right() + gap, box.left() - size.width() - gap)
    below = (box.bottom() + gap, box.top() - size.height() - gap)
    corners = [
        *product(beside, (box.top(), box.bottom() - size.height())),
        *product((box.left(), box.right() - size.width()), below),
    ]
    for left, top in corners:
        place = _inside(QRectF(QPointF(left, top), size), bounds)
        if bounds.contains(place) and not _hits(place, taken):
            return place
    return None


def _hits(rect: QRectF, others: list[QRectF]) -> bool:
    return any(rect.intersects(other) for other in others)


def _inside(rect: QRectF, bounds: QRectF) -> QRectF:
    moved = QRectF(rect)
    moved.moveLeft(max(bounds.left(), min(rect.left(), bounds.right() - rect.width())))
    moved.moveTop(max(bounds.top(), min(rect.top(), bounds.bottom() - rect.height())))
    return moved
