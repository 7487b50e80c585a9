"""A face with what speaks for a label laid over it: as the model sees it, and in its picture."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPen,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.domain.frame import Frame
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import label_text
from fer_desktop.vision.explaining import FaceExplanation
from trainer.contract.evidence_colors import AGAINST_COLOR, FOR_COLOR, evidence_pixels

_GAP_PX: Final = 14.0
_MAP_PX: Final = 192
_LEAST_PX: Final = 190  # side of a picture
_AROUND: Final = 1.35  # how much of the picture is seen, in sides of the crop
_MARK_UNITS: Final = 0.45  # of a line's height
# Red, green and blue of a gray as bright as a colour (ITU-R BT.601), blue first.
_BRIGHTNESS: Final = (0.114, 0.587, 0.299)


@dataclass(frozen=True, slots=True, eq=False)
class _Panel:
    """One of the pictures.

    Attributes:
        image: what lies below.
        to_image: from shares of the crop's side to the image's pixels.
    """

    image: QImage
    to_image: QTransform


class EvidenceView(QWidget):
    """Two pictures of a face under the map of a label, and what its colours mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explanation: FaceExplanation | None = None
        self._panels: tuple[_Panel, ...] = ()
        self._label = ""
        self._map: QImage | None = None
        self._peaks: list[tuple[float, float, bool]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Map of the face"))

    def show_explanation(self, frame: Frame, explanation: FaceExplanation) -> None:
        """Show a face; which label the map is of is said next."""
        self._explanation = explanation
        crop = _image(explanation.crop)
        scale = QTransform.fromScale(crop.width(), crop.height())
        self._panels = (_Panel(crop, scale), _panel_of_picture(frame.pixels, explanation))
        self._map = None
        self.update()

    def show_label(self, label: str) -> None:
        """Lay the map of a label over the face."""
        self._label = label
        found = self._explanation
        if found is not None:
            at = found.preset.labels.index(label)
            evidence = found.evidence
            pixels = evidence_pixels(evidence.map(at, _MAP_PX), evidence.full(at))
            self._map = _image(pixels)
            self._peaks = evidence.peaks(at)
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._explanation, self._panels, self._map = None, (), None
        self.update()

    def sizeHint(self) -> QSize:
        """Two pictures beside each other, and lines above and below."""
        side = round(1.3 * _LEAST_PX)
        return QSize(round(2 * side + _GAP_PX), round(side + self._lines_px()))

    def heightForWidth(self, width: int) -> int:
        """Return how high the view is whose pictures fill its width."""
        return round((width - _GAP_PX) / 2 + self._lines_px())

    def minimumSizeHint(self) -> QSize:
        """As small as a face can be looked at."""
        return QSize(round(2 * _LEAST_PX + _GAP_PX), round(_LEAST_PX + self._lines_px()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint titles, pictures and legend."""
        if not self._panels:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        line = self._line_px()
        side = min((self.width() - _GAP_PX) / 2, self.height() - self._lines_px())
        titles = (self.tr("As the model sees it"), self.tr("In the picture"))
        left = (self.width() - 2 * side - _GAP_PX) / 2
        for at, (panel, title) in enumerate(zip(self._panels, titles, strict=True)):
            place = QRectF(left + at * (side + _GAP_PX), line * 1.2, side, side)
            painter.setPen(QColor(current_tokens().muted))
            elided = QFontMetricsF(self.font()).elidedText(title, Qt.TextElideMode.ElideRight, side)
            painter.drawText(QRectF(place.left(), 0, side, line), elided)
            self._paint_panel(painter, panel, place)
        legend = QRectF(left, line * 1.2 + side + line * 0.5, 2 * side + _GAP_PX, line)
        self._paint_legend(painter, legend)

    def _line_px(self) -> float:
        return QFontMetricsF(self.font()).height()

    def _lines_px(self) -> float:
        return 2.9 * self._line_px()

    def _paint_panel(self, painter: QPainter, panel: _Panel, place: QRectF) -> None:
        painter.save()
        painter.setClipRect(place)
        # The few pixels that the model gets are shown as such.
        is_fine = panel.image.width() >= place.width() / 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_fine)
        painter.drawImage(place, panel.image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        to_place = (
            panel.to_image
            * QTransform.fromScale(
                place.width() / panel.image.width(), place.height() / panel.image.height()
            )
            * QTransform.fromTranslate(place.left(), place.top())
        )
        if self._map is not None:
            painter.setTransform(to_place, combine=True)
            painter.drawImage(QRectF(0, 0, 1, 1), self._map)
            painter.restore()
            painter.save()
            painter.setClipRect(place)
            for across, down, is_for in self._peaks:
                self._paint_mark(painter, to_place.map(QPointF(across, down)), is_for)
        painter.restore()

    def _paint_mark(self, painter: QPainter, at: QPointF, is_for: bool) -> None:
        """Mark what speaks most for the label by a plus, and against it by a minus."""
        reach = _MARK_UNITS * self._line_px()
        for color, width in ((QColor("#000000"), 5.0), (QColor("#ffffff"), 2.4)):
            painter.setPen(QPen(color, width, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(at - QPointF(reach, 0), at + QPointF(reach, 0))
            if is_for:
                painter.drawLine(at - QPointF(0, reach), at + QPointF(0, reach))

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        tokens = current_tokens()
        label = label_text(self._label)
        against = self.tr("− against {label}").format(label=label)  # noqa: RUF001
        speaks_for = self.tr("for {label} +").format(label=label)
        font = QFont(self.font())
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        metrics = QFontMetricsF(font)
        most = area.width() * 0.36
        against = metrics.elidedText(against, Qt.TextElideMode.ElideRight, most)
        speaks_for = metrics.elidedText(speaks_for, Qt.TextElideMode.ElideRight, most)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, against)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, speaks_for)
        bar = QRectF(area)
        bar.setLeft(area.left() + metrics.horizontalAdvance(against) + 8)
        bar.setRight(area.right() - metrics.horizontalAdvance(speaks_for) - 8)
        bar.setTop(area.top() + area.height() * 0.2)
        bar.setHeight(area.height() * 0.6)
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        ramp.setColorAt(0, QColor(AGAINST_COLOR))
        ramp.setColorAt(0.5, QColor("#808080"))
        ramp.setColorAt(1, QColor(FOR_COLOR))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ramp)
        painter.drawRoundedRect(bar, 4, 4)


def _panel_of_picture(pixels: NDArray[np.uint8], explanation: FaceExplanation) -> _Panel:
    """Return the part of a picture around a face, in gray, so that the map's colours are seen."""
    (a, b, left), (c, d, top) = explanation.to_picture.tolist()
    side = max(1.0, _AROUND * float(np.hypot(a, c)))
    x = left + (a + b) / 2 - side / 2
    y = top + (c + d) / 2 - side / 2
    height, width = pixels.shape[:2]
    first = np.floor((x, y)).astype(int)
    count = int(np.ceil(side)) + 1
    step = max(1, count // 1024)  # no screen shows more of one face
    columns = np.clip(first[0] + np.arange(0, count, step), 0, width - 1)
    rows = np.clip(first[1] + np.arange(0, count, step), 0, height - 1)
    gray = pixels[rows[:, None], columns] @ np.array(_BRIGHTNESS)
    shown = _image(np.rint(gray).astype(np.uint8)[..., None])
    to_image = QTransform(a, c, b, d, left - float(first[0]), top - float(first[1]))
    return _Panel(shown, to_image * QTransform.fromScale(1 / step, 1 / step))


def _image(pixels: NDArray[np.uint8]) -> QImage:
    """Return a copy of pixels, shape (height, width, 1 gray, 3 RGB or 4 RGBA), as an image."""
    formats = {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }
    height, width, channels = pixels.shape
    whole = np.ascontiguousarray(pixels)
    return QImage(whole.data, width, height, width * channels, formats[channels]).copy()
