"""What a timeline is made of: its axes, its mouse and its curves."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.GraphicsScene.mouseEvents import HoverEvent, MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsSceneWheelEvent, QStyleOptionGraphicsItem, QWidget

from fer_desktop.ui.look.tokens import Tokens
from fer_desktop.ui.look.wording import confidence_text, time_text

_NOTCH: Final = 120
_LINE_PX: Final = 1.7
_HAZE_ALPHA: Final = 0.15
LABEL_OVERHANG_PX: Final = 24  # labels reach beyond their axis at its ends
_TICK_SPACING_PX: Final = 90
_LOW_PX: Final = 160
_TICK_STEPS_S: Final = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400),
)
BAND_Z, _HAZE_Z, _CURVE_Z, MARK_Z, TAG_Z = range(5)
_GRID_Z: Final = -200  # under the view box, which pyqtgraph puts at -100

Ticks = list[tuple[float, list[float]]]


class _Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis whose ticks are the lines of a grid."""

    def __init__(self, orientation: str, view_box: pg.ViewBox) -> None:
        super().__init__(orientation, linkView=view_box, pen=None, maxTickLength=0)
        self.setPen(None)
        self.enableAutoSIPrefix(False)
        self.setStyle(tickAlpha=255)
        self.setGrid(255)
        self.setZValue(_GRID_Z)

    def apply_look(self, tokens: Tokens, font: QFont) -> None:
        """Take the colours of a theme, and a font."""
        self.setTickPen(tokens.track)
        self.setTextPen(tokens.muted)
        self.setStyle(tickFont=font)

    def boundingRect(self) -> QRectF:
        reach = LABEL_OVERHANG_PX
        rect: QRectF = super().boundingRect()
        return rect.adjusted(-reach, -reach, reach, reach)


class TimeAxis(_Axis):
    """Seconds, read as minutes and hours."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__("bottom", view_box)

    def apply_look(self, tokens: Tokens, font: QFont) -> None:
        """Take the colours of a theme, and a font."""
        super().apply_look(tokens, font)
        self.setHeight(round(QFontMetricsF(font).height()) + 8)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        wanted_s = (maxVal - minVal) / max(1, int(size // _TICK_SPACING_PX))
        step_s = next((step for step in _TICK_STEPS_S if step >= wanted_s), _TICK_STEPS_S[-1])
        numbers = range(int(np.ceil(minVal / step_s)), int(maxVal / step_s) + 1)
        return [(step_s, [number * step_s for number in numbers])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [time_text(round(value * 1e6), tenths=spacing < 1) for value in values]


class ValueAxis(_Axis):
    """Values, on the left."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__("left", view_box)


class ShareAxis(ValueAxis):
    """Probabilities, read as percent."""

    def width_px(self, font: QFont) -> int:
        """Return how wide it must be."""
        return round(QFontMetricsF(font).horizontalAdvance(confidence_text(1))) + 10

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        steps = 2 if size < _LOW_PX else 4
        return [(1 / steps, [step / steps for step in range(steps + 1)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [confidence_text(value) for value in values]


class TimeViewBox(pg.ViewBox):  # type: ignore[misc]
    """Says in times what the mouse does; probabilities stay where they are.

    Signals:
        panned: by so many seconds.
        zoomed: by so many notches of the wheel, around a time in seconds.
        clicked: a time in seconds.
        menu_requested: a time in seconds, and where on the screen.
        hovered: where the cursor is in the scene, horizontally; None once it is gone.
    """

    panned = Signal(float)
    zoomed = Signal(float, float)
    clicked = Signal(float)
    menu_requested = Signal(float, QPoint)
    hovered = Signal(object)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.disableAutoRange()

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:
        if ev.button() is not Qt.MouseButton.LeftButton:
            ev.ignore()
            return
        ev.accept()
        self.panned.emit(self._time_s(ev.lastScenePos()) - self._time_s(ev.scenePos()))
        if ev.isFinish():
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseClickEvent(self, ev: MouseClickEvent) -> None:
        is_inside = self.sceneBoundingRect().contains(ev.scenePos())
        if ev.button() is Qt.MouseButton.LeftButton and is_inside:
            ev.accept()
            self.clicked.emit(self._time_s(ev.scenePos()))
        elif ev.button() is Qt.MouseButton.RightButton and is_inside:
            ev.accept()
            self.menu_requested.emit(self._time_s(ev.scenePos()), ev.screenPos().toPoint())

    def wheelEvent(self, ev: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        ev.accept()
        if ev.orientation() is Qt.Orientation.Horizontal:
            self.panned.emit(-ev.delta() * self.viewRect().width() / self.width())
        else:
            self.zoomed.emit(-ev.delta() / _NOTCH, self._time_s(ev.scenePos()))

    def hoverEvent(self, ev: HoverEvent) -> None:
        if ev.isExit() or ev.buttons():
            self.hovered.emit(None)
            return
        ev.acceptClicks(Qt.MouseButton.LeftButton)
        ev.acceptClicks(Qt.MouseButton.RightButton)
        ev.acceptDrags(Qt.MouseButton.LeftButton)
        self.hovered.emit(ev.scenePos().x())

    def _time_s(self, place: pg.Point) -> float:
        return float(self.mapSceneToView(place).x())


class _StrongCurve(pg.PlotCurveItem):  # type: ignore[misc]
    """A line of one-pixel lines side by side.

    Qt strokes smooth lines wider than a pixel a hundred times slower.
    """

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        pixel = 1 / painter.device().devicePixelRatio()
        lines = max(2, round(_LINE_PX / pixel))
        world = painter.worldTransform()
        for line in range(lines):
            shift = QTransform.fromTranslate(0, (line - (lines - 1) / 2) * pixel)
            painter.setWorldTransform(world * shift)
            super().paint(painter, option, widget)
        painter.setWorldTransform(world)

    def pixelPadding(self) -> float:
        return _LINE_PX


class Curve:
    """One label over time: means, before a haze of what was summarised."""

    def __init__(self, view_box: pg.ViewBox, color: QColor) -> None:
        faint = QColor(color)
        faint.setAlphaF(_HAZE_ALPHA)
        self._view_box = view_box
        self._haze = pg.PlotCurveItem(pen=pg.mkPen(faint), connect="finite")
        self._line = _StrongCurve(pen=pg.mkPen(color), connect="finite", antialias=True)
        for item, z in ((self._haze, _HAZE_Z), (self._line, _CURVE_Z)):
            item.setZValue(z)
            view_box.addItem(item, ignoreBounds=True)

    def show(
        self,
        times_s: NDArray[np.float64],
        means: NDArray[np.float32],
        extremes: NDArray[np.float32] | None,
        dot_s: float,
    ) -> None:
        """Draw it.

        Args:
            times_s: shape (points,).
            means: shape (points,), NaN where the curve is interrupted.
            extremes: lowest and highest value, shape (points, 2), if points are summaries.
            dot_s: how long a sample without neighbours is drawn.
        """
        self._line.setData(*_with_dots(times_s, means, dot_s))
        self._line.show()
        if extremes is None:
            self._haze.hide()
        else:
            self._haze.setData(np.repeat(times_s, 2), extremes.reshape(-1))
            self._haze.show()

    def hide(self) -> None:
        """Draw nothing."""
        self._line.hide()
        self._haze.hide()

    def remove(self) -> None:
        """Leave the plot."""
        self._view_box.removeItem(self._line)
        self._view_box.removeItem(self._haze)


def _with_dots(
    times_s: NDArray[np.float64], values: NDArray[np.float32], dot_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return points of a curve where those without neighbours became lines, which leave a trace."""
    is_known = np.pad(np.isfinite(values), 1)
    alone = np.flatnonzero(is_known[1:-1] & ~is_known[:-2] & ~is_known[2:])
    if not len(alone):
        return times_s, values
    times_s = np.insert(times_s, alone + 1, times_s[alone] + dot_s)
    return times_s, np.insert(values, alone + 1, values[alone])
