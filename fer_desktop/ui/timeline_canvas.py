"""The part of the timeline that is drawn and that the mouse moves."""

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from fer_desktop.domain.timeline import GAP_US, Timeline
from fer_desktop.ui.face_colors import label_color
from fer_desktop.ui.time_axis import TimeAxis
from fer_desktop.ui.timeline_painter import (
    Readout,
    Scale,
    draw_curves,
    draw_grid,
    draw_marks,
    draw_playhead,
    draw_readout,
)
from fer_desktop.ui.tokens import Tokens, current_tokens
from fer_desktop.ui.wording import confidence_text

_MARGIN_PX: Final = 10
_TICK_SPACING_PX: Final = 90
_NEAR_PX: Final = 5
_ZOOM_PER_NOTCH: Final = 1.25
_NOTCH: Final = 120
_POINTS_PER_PX: Final = 1


class TimelineCanvas(QWidget):
    """Curves of one face over a stretch of time.

    Curves, grid and marks are painted into a picture that is kept until one of them changes, so
    that a moving cursor or playhead costs next to nothing.

    Attributes:
        timeline: what is drawn.
        axis: which stretch of it.
        face_id: whose curves.
        hidden: labels whose curves are switched off.
        marks: times with texts, rising.
        playhead_us: where a video stands; None without one.
        is_seekable: whether a click asks for another position.
        tokens: the colours in use.

    Signals:
        seek_requested: a time in microseconds, an object because ``int`` signals hold 32 bits.
        moved: the user chose another stretch.
    """

    seek_requested = Signal(object)
    moved = Signal()

    def __init__(self, timeline: Timeline, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = timeline
        self.axis = axis
        self.face_id: int | None = None
        self.hidden: set[str] = set()
        self.marks: list[tuple[int, str]] = []
        self.playhead_us: int | None = None
        self.is_seekable = False
        self.tokens: Tokens = current_tokens()
        self._picture: QPixmap | None = None
        self._hover_x: float | None = None
        self._press_x: float | None = None
        self._drag_x: float | None = None
        self.setMouseTracking(True)
        self.setMinimumHeight(100)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Timeline"))
        self.setAccessibleDescription(
            self.tr("Expressions of the selected face over time. Plus and minus zoom.")
        )

    def refresh(self) -> None:
        """Draw anew: samples, stretch, face, labels, marks or colours changed."""
        self._picture = None
        self.update()

    def scale(self) -> Scale:
        """Return where times and probabilities lie."""
        metrics = QFontMetricsF(self.font())
        left = metrics.horizontalAdvance(confidence_text(1)) + _MARGIN_PX
        bottom = metrics.height() + 8
        plot = QRectF(self.rect()).adjusted(left, _MARGIN_PX, -_MARGIN_PX, -bottom)
        plot.setWidth(max(1.0, plot.width()))
        return Scale(plot, self.axis.start_us, self.axis.end_us)

    def readout(self) -> Readout | None:
        """Return the values at the cursor, if it is over the curves."""
        scale, series = self.scale(), self.timeline.series(self.face_id)
        if self._hover_x is None or series is None or self._drag_x is not None:
            return None
        near_us = round(_NEAR_PX * scale.us_per_px)
        pointed_us = scale.time_us(self._hover_x)
        found = series.nearest(pointed_us, max(near_us, GAP_US // 2))
        if found is None:
            return None
        time_us, values = found
        named = [
            (label, float(value))
            for label, value in zip(self.timeline.labels, values, strict=False)
            if label not in self.hidden and np.isfinite(value)
        ]
        named.sort(key=lambda pair: -pair[1])
        near = [mark for mark in self.marks if abs(mark[0] - pointed_us) <= near_us]
        return Readout(time_us, tuple(named), near[-1][1] if near else "")

    def sizeHint(self) -> QSize:
        return QSize(900, 180)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.size() != (self.size() * ratio):
            self._picture = self._painted(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        scale = self.scale()
        if self.playhead_us is not None:
            draw_playhead(painter, scale, self.playhead_us, self.tokens)
        readout = self.readout()
        if readout is not None:
            bounds = QRectF(self.rect()).adjusted(scale.plot.left() + 2, 2, -2, -2)
            draw_readout(painter, scale, readout, bounds, self.tokens)
        if self.hasFocus():
            painter.setPen(QColor(self.tokens.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self._hover_x = x if self.scale().plot.contains(event.position()) else None
        if self._press_x is not None:
            if abs(x - self._press_x) >= QApplication.startDragDistance():
                self._drag_x = self._press_x if self._drag_x is None else self._drag_x
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            if self._drag_x is not None:
                self._pan(self._drag_x - x)
                self._drag_x = x
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._press_x = event.position().x()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        was_click = self._press_x is not None and self._drag_x is None
        self._press_x = self._drag_x = None
        self.unsetCursor()
        scale = self.scale()
        if was_click and self.is_seekable and scale.plot.contains(event.position()):
            self.seek_requested.emit(max(0, scale.time_us(event.position().x())))
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if abs(turned.x()) > abs(turned.y()):
            self._pan(-turned.x())
        else:
            self._zoom(-turned.y() / _NOTCH, event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle = self.scale().plot.center().x()
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(-1, middle)
        elif event.key() == Qt.Key.Key_Minus:
            self._zoom(1, middle)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_x = None
        self.update()

    def _pan(self, pixels: float) -> None:
        self.axis.pan(round(pixels * self.scale().us_per_px))
        self.refresh()
        self.moved.emit()

    def _zoom(self, notches: float, x: float) -> None:
        self.axis.zoom(_ZOOM_PER_NOTCH**notches, self.scale().time_us(x))
        self.refresh()
        self.moved.emit()

    def _painted(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self.tokens.surface))
        scale = self.scale()
        painter = QPainter(picture)
        painter.setFont(self.font())
        ticks = self.axis.ticks(int(scale.plot.width() // _TICK_SPACING_PX))
        draw_grid(painter, scale, ticks, self.tokens)
        series = self.timeline.series(self.face_id)
        if series is None:
            painter.setPen(QPen(QColor(self.tokens.muted)))
            text = self.tr("The expressions of a face appear here over time.")
            painter.drawText(scale.plot, Qt.AlignmentFlag.AlignCenter, text)
        else:
            points = int(scale.plot.width()) * _POINTS_PER_PX
            window = series.window(scale.start_us, scale.end_us, points)
            columns = [
                (column, label_color(label))
                for column, label in enumerate(self.timeline.labels[: window.values.shape[1]])
                if label not in self.hidden
            ]
            draw_curves(painter, scale, window, columns)
        draw_marks(painter, scale, self.marks, self.tokens)
        painter.end()
        return picture
