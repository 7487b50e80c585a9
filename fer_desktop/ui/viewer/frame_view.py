"""The picture: painted straight from the frame, with what was found in it."""

import math
import time
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontInfo,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.viewer.overlay import OverlayLook, frame_image, paint_overlay
from fer_desktop.ui.viewer.viewport import Placement, Viewport

_OVERLAY_AGE_MS: Final = 250
_OVERLAY_AGE_MAX_MS: Final = 1000
_ZOOM_STEP: Final = 1.25
_LEAST_SIZE: Final = 160, 90  # so that a screen of 800 x 500 has room for all of the window
_LARGE_PX: Final = 4_000_000  # such pictures are thinned out before Qt scales them


class FrameView(QWidget):
    """Shows the newest frame, letterboxed, under its overlay.

    Signals:
        face_clicked: the id of a face that was clicked.
        menu_requested: the id of a face, and where its menu is to appear.
        frame_painted: the ``Frame`` that was just painted, once for each frame.
        went_stale: a live source has brought no frame for a while.
    """

    face_clicked = Signal(int)
    menu_requested = Signal(int, QPoint)
    frame_painted = Signal(object)
    went_stale = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._analysis: FrameAnalysis | None = None
        self._image: QImage | None = None
        self._image_step = 1
        self._painted: Frame | None = None
        self._viewport = Viewport()
        self._parts = OverlayParts()
        self._selected: int | None = None
        self._mirrored = False
        self._zoomable = False
        self._pressed_at: QPointF | None = None
        self._dragged = False
        self._shown_at = 0.0
        self._expiry = QTimer(self)
        self._expiry.setSingleShot(True)
        self._expiry.setTimerType(Qt.TimerType.PreciseTimer)
        self._expiry.timeout.connect(self._on_overlay_expired)
        self._is_live = False
        self._expired = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(*_LEAST_SIZE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Picture"))
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() * 1.2, 12.0))
        font.setWeight(QFont.Weight.DemiBold)
        self._overlay_font = font

    @property
    def frame(self) -> Frame | None:
        """The frame on screen."""
        return self._frame

    @property
    def analysis(self) -> FrameAnalysis | None:
        """What was found in the frame on screen."""
        return self._analysis

    @property
    def parts(self) -> OverlayParts:
        """What the overlay shows."""
        return self._parts

    @property
    def look(self) -> OverlayLook:
        """How the picture looks when the whole of it is in view."""
        size = self._picture_size()
        scale = Viewport().place(size, QSizeF(self.size())).scale if size is not None else 1.0
        text_px = QFontInfo(self._overlay_font).pixelSize() / scale
        return OverlayLook(self._parts, self._selected, self._mirrored, text_px)

    @property
    def overlay_is_shown(self) -> bool:
        """Whether boxes are drawn; on live sources they go when no new frame comes."""
        return self._analysis is not None and not self._expired

    def begin(self, *, live: bool, mirrored: bool, zoomable: bool) -> None:
        """Prepare for another source."""
        self.clear()
        self._is_live = live
        self._mirrored = mirrored
        self._zoomable = zoomable
        self._viewport.fit()

    def clear(self) -> None:
        """Forget the frame."""
        self._frame = self._analysis = self._image = self._painted = None
        self._expiry.stop()
        self.update()

    def set_frame(self, frame: Frame, analysis: FrameAnalysis | None) -> None:
        """Show a frame; its pixels are not copied."""
        self._frame = frame
        self._analysis = analysis
        self._image = None
        self._expired = False
        if self._is_live:
            self._expiry.start(self._overlay_lifetime_ms())
        self.update()

    def set_parts(self, parts: OverlayParts) -> None:
        """Choose what the overlay shows."""
        self._parts = parts
        self.update()

    def set_mirrored(self, mirrored: bool) -> None:
        """Exchange left and right, as in a mirror."""
        self._mirrored = mirrored
        self.update()

    def select_face(self, face_id: int | None) -> None:
        """Draw one face's box stronger."""
        if face_id != self._selected:
            self._selected = face_id
            self.update()

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in (positive) or out, around a point of the widget or its middle."""
        size = self._picture_size()
        if size is None or not self._zoomable:
            return
        middle = QPointF(self.rect().center()) if at is None else at
        self._viewport.zoom_at(_ZOOM_STEP**steps, middle, size, QSizeF(self.size()))
        self._image = None
        self.update()

    def fit(self) -> None:
        """Show the whole picture again."""
        self._viewport.fit()
        self._image = None
        self.update()

    def placement(self) -> Placement | None:
        """Return where the picture lies now."""
        size = self._picture_size()
        if size is None:
            return None
        return self._viewport.place(size, QSizeF(self.size()), mirrored=self._mirrored)

    def face_at(self, point: QPointF) -> FaceAnalysis | None:
        """Return the face under a point of the widget; the smallest of several."""
        placement = self.placement()
        if placement is None or self._analysis is None:
            return None
        spot = placement.to_picture(point)
        hits = [face for face in self._analysis.faces if face.detection.box.contains(spot)]
        return min(hits, key=lambda face: face.detection.box.area, default=None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint backdrop, picture and overlay."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_tokens().backdrop))
        placement = self.placement()
        if placement is not None and self._frame is not None:
            self._paint_picture(painter, self._frame, placement)
            if self._analysis is not None and self.overlay_is_shown:
                painter.setFont(self._overlay_font)
                paint_overlay(
                    painter,
                    self._analysis.faces,
                    placement,
                    self._parts,
                    bounds=QRectF(self.rect()).intersected(placement.rect),
                    selected=self._selected,
                )
        painter.end()
        if self._frame is not None and self._painted is not self._frame:
            self._painted = self._frame
            self.frame_painted.emit(self._frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let a large picture be thinned out anew."""
        super().resizeEvent(event)
        self._image = None

    def changeEvent(self, event: QEvent) -> None:
        """Repaint in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom a still image around the pointer."""
        if not self._zoomable:
            event.ignore()
            return
        self.zoom(event.angleDelta().y() / 120, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click or a drag began."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
            self._dragged = False
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan a zoomed picture."""
        size = self._picture_size()
        if self._pressed_at is None or size is None:
            return
        moved = event.position() - self._pressed_at
        if self._dragged or moved.manhattanLength() > 5:
            self._dragged = True
            if not self._viewport.is_fitted:
                self._viewport.pan(moved, size, QSizeF(self.size()))
                self._pressed_at = event.position()
                self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select the face under a click."""
        if self._pressed_at is not None and not self._dragged:
            face = self.face_at(event.position())
            if face is not None:
                self.face_clicked.emit(face.face_id)
        self._pressed_at = None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the face under the mouse, or of the selected one by key."""
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            face = self.face_at(QPointF(event.pos()))
        else:
            faces = self._analysis.faces if self._analysis is not None else ()
            face = next((one for one in faces if one.face_id == self._selected), None)
        if face is not None:
            self.menu_requested.emit(face.face_id, event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole of a zoomed picture."""
        if not self._viewport.is_fitted:
            self.fit()

    def _picture_size(self) -> QSizeF | None:
        return QSizeF(*self._frame.size_px) if self._frame is not None else None

    def _paint_picture(self, painter: QPainter, frame: Frame, placement: Placement) -> None:
        step = self._thinning(frame, placement)
        if self._image is None or step != self._image_step:
            self._image = _drawable(frame, step)
            self._image_step = step
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, placement.scale < 8)
        painter.setTransform(placement.transform(), True)
        painter.drawImage(placement.rect, self._image)
        painter.restore()

    def _thinning(self, frame: Frame, placement: Placement) -> int:
        width, height = frame.size_px
        if width * height < _LARGE_PX:
            return 1
        return max(1, math.floor(0.5 / (placement.scale * self.devicePixelRatioF())))

    def _overlay_lifetime_ms(self) -> int:
        """Return 250 ms, or longer where frames come more slowly, so that boxes do not blink."""
        now = time.monotonic()
        interval_ms = (now - self._shown_at) * 1000
        self._shown_at = now
        if interval_ms > _OVERLAY_AGE_MAX_MS:
            return _OVERLAY_AGE_MS
        return max(_OVERLAY_AGE_MS, round(interval_ms * 1.5))

    def _on_overlay_expired(self) -> None:
        self._expired = True
        self.update()
        self.went_stale.emit()


def _drawable(frame: Frame, step: int) -> QImage:
    """Return the frame in the format that Qt scales fastest, thinned out if large."""
    if step == 1:
        image = frame_image(frame)
        width, height = frame.size_px
        # Converting copies: worth it for speed, not for the memory of a very large picture.
        if width * height < _LARGE_PX:
            return image.convertToFormat(QImage.Format.Format_RGB32)
        return image
    pixels = np.ascontiguousarray(frame.pixels[::step, ::step])
    height, width, _ = pixels.shape
    image = QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_BGR888)
    return image.convertToFormat(QImage.Format.Format_RGB32)
