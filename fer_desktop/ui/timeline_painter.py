"""How the timeline is drawn: grid, curves, marks and the values under the cursor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from fer_desktop.domain.timeline import TimelineWindow
from fer_desktop.ui.face_colors import label_color
from fer_desktop.ui.tokens import Tokens
from fer_desktop.ui.wording import confidence_text, label_text, time_text

_LINE_PX: Final = 1.7
_HAZE_ALPHA: Final = 0.15
_SWATCH_PX: Final = 10.0
_PAD_PX: Final = 8.0
_POINT_BYTES: Final = 16
_AlignCenter: Final = Qt.AlignmentFlag.AlignCenter
_AlignLeft: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_AlignRight: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Scale:
    """Where times and probabilities lie in the widget.

    Attributes:
        plot: the rectangle of the curves.
        start_us, end_us: times at its left and right edge.
    """

    plot: QRectF
    start_us: int
    end_us: int

    @property
    def us_per_px(self) -> float:
        """How much time a pixel covers."""
        return (self.end_us - self.start_us) / self.plot.width()

    def x(self, time_us: float) -> float:
        """Return where a time lies."""
        return self.plot.left() + (time_us - self.start_us) / self.us_per_px

    def xs(self, times_us: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return where times lie."""
        return self.plot.left() + (times_us - self.start_us) / self.us_per_px

    def y(self, probability: float) -> float:
        """Return where a probability lies."""
        return self.plot.bottom() - probability * self.plot.height()

    def ys(self, probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return where probabilities lie."""
        return self.plot.bottom() - probabilities.astype(np.float64) * self.plot.height()

    def time_us(self, x: float) -> int:
        """Return the time at a place."""
        return round(self.start_us + (x - self.plot.left()) * self.us_per_px)


@dataclass(frozen=True, slots=True)
class Readout:
    """What stands beside the cursor.

    Attributes:
        time_us: the time of the sample that is read.
        values: labels with probabilities, likeliest first.
        mark: text of the mark under the cursor.
    """

    time_us: int
    values: tuple[tuple[str, float], ...]
    mark: str = ""

    @property
    def title(self) -> str:
        """Time and mark."""
        time = time_text(self.time_us, tenths=True)
        return f"{time}  {self.mark}" if self.mark else time

    def text(self) -> str:
        """Return all of it, a line each."""
        lines = [f"{label_text(label)} {confidence_text(value)}" for label, value in self.values]
        return "\n".join([self.title, *lines])


def draw_grid(
    painter: QPainter, scale: Scale, ticks: tuple[list[int], bool], tokens: Tokens
) -> None:
    """Draw the lines of the axes and what they say."""
    plot, metrics = scale.plot, QFontMetricsF(painter.font())
    line, text = QPen(QColor(tokens.track), 0), QPen(QColor(tokens.muted), 0)
    shares = (0.0, 0.5, 1.0) if plot.height() < 160 else (0.0, 0.25, 0.5, 0.75, 1.0)
    for share in shares:
        y = round(scale.y(share))
        painter.setPen(line)
        painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
        painter.setPen(text)
        label = QRectF(0, y - metrics.height() / 2, plot.left() - 6, metrics.height())
        painter.drawText(label, _AlignRight, confidence_text(share))
    times_us, tenths = ticks
    free_from = 0.0
    for time_us in times_us:
        x = round(scale.x(time_us))
        painter.setPen(line)
        painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
        words = time_text(time_us, tenths=tenths)
        width = metrics.horizontalAdvance(words)
        left = min(x - width / 2, plot.right() - width)
        if left >= free_from:
            painter.setPen(text)
            place = QRectF(left, plot.bottom() + 4, width + 1, metrics.height())
            painter.drawText(place, _AlignCenter, words)
            free_from = left + width + 12


def draw_curves(
    painter: QPainter, scale: Scale, window: TimelineWindow, columns: Sequence[tuple[int, QColor]]
) -> None:
    """Draw columns of a window, each in its colour: means, before a haze of what was summarised."""
    pixel = 1 / painter.device().devicePixelRatio()
    # Qt strokes lines wider than a pixel a hundred times slower than one-pixel lines side by side.
    offsets = [line * pixel for line in range(max(2, round(_LINE_PX / pixel)))]
    xs = scale.xs(window.times_us)
    painter.save()
    painter.setClipRect(scale.plot.adjusted(0, -2, 0, 2))
    if window.extremes is not None:
        zigzag_xs = np.repeat(xs, 2)
        for column, color in columns:
            haze = QColor(color)
            haze.setAlphaF(_HAZE_ALPHA)
            painter.setPen(_pen(haze))
            ys = scale.ys(window.extremes[:, :, column].reshape(-1))
            for start, stop in _runs(np.isfinite(ys)):
                painter.drawPolyline(_polygon(zigzag_xs[start:stop], ys[start:stop]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(0, -_LINE_PX / 2)
    for column, color in columns:
        painter.setPen(_pen(color))
        ys = scale.ys(window.values[:, column])
        for start, stop in _runs(np.isfinite(ys)):
            polygon = _polygon(xs[start:stop], ys[start:stop])
            for offset in offsets:
                painter.translate(0, offset)
                painter.drawPolyline(polygon)
                painter.translate(0, -offset)
    painter.restore()


def draw_marks(
    painter: QPainter, scale: Scale, marks: Iterable[tuple[int, str]], tokens: Tokens
) -> None:
    """Draw marks as dashed lines, with their text where there is room."""
    plot, metrics = scale.plot, QFontMetricsF(painter.font())
    pen = QPen(QColor(tokens.text), 1, Qt.PenStyle.DashLine)
    free_from = plot.left()
    for time_us, text in marks:
        if not scale.start_us <= time_us <= scale.end_us:
            continue
        x = round(scale.x(time_us)) + 0.5
        painter.setPen(pen)
        painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
        width = metrics.horizontalAdvance(text) + 8
        left = x + 2 if x + 2 + width <= plot.right() else x - 2 - width
        if text and left >= free_from:
            draw_tag(painter, QPointF(left, plot.top()), text, tokens)
            free_from = left + width + 4


def draw_tag(painter: QPainter, top_left: QPointF, text: str, tokens: Tokens) -> None:
    """Draw one line of text on a backing."""
    metrics = QFontMetricsF(painter.font())
    place = QRectF(top_left.x(), top_left.y(), metrics.horizontalAdvance(text) + 8, 0)
    place.setHeight(metrics.height() + 2)
    backing = QColor(tokens.surface)
    backing.setAlphaF(0.85)
    painter.fillRect(place, backing)
    painter.setPen(QColor(tokens.text))
    painter.drawText(place, _AlignCenter, text)


def draw_playhead(painter: QPainter, scale: Scale, time_us: int, tokens: Tokens) -> None:
    """Draw where a video stands."""
    if not scale.start_us <= time_us <= scale.end_us:
        return
    x, top = round(scale.x(time_us)) + 0.5, scale.plot.top()
    color = QColor(tokens.accent)
    painter.setPen(QPen(color, 1))
    painter.drawLine(QLineF(x, top, x, scale.plot.bottom()))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon([QPointF(x - 5, top - 7), QPointF(x + 5, top - 7), QPointF(x, top)])
    painter.restore()


def draw_readout(
    painter: QPainter, scale: Scale, readout: Readout, bounds: QRectF, tokens: Tokens
) -> None:
    """Draw the cursor's line and the values there, in as many columns as the height asks for."""
    x = round(scale.x(readout.time_us)) + 0.5
    painter.setPen(QPen(QColor(tokens.muted), 1))
    painter.drawLine(QLineF(x, scale.plot.top(), x, scale.plot.bottom()))
    metrics = QFontMetricsF(painter.font())
    line = metrics.height() + 2
    rows = max(1, int((bounds.height() - 2 * _PAD_PX - line - 2) // line))
    rows = -(-len(readout.values) // max(1, -(-len(readout.values) // rows)))  # columns alike
    columns = -(-len(readout.values) // max(1, rows))
    name_px = _widest(metrics, [label_text(label) for label, _ in readout.values])
    value_px = metrics.horizontalAdvance(confidence_text(1))
    column_px = _SWATCH_PX + 6 + name_px + 10 + value_px
    width = max(
        columns * (column_px + 2 * _PAD_PX) - 2 * _PAD_PX,
        metrics.horizontalAdvance(readout.title),
    )
    box = QRectF(0, 0, width + 2 * _PAD_PX, (rows + 1) * line + 2 * _PAD_PX)
    left = x + 12 if x + 12 + box.width() <= bounds.right() else x - 12 - box.width()
    box.moveTo(max(bounds.left(), left), bounds.top())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.border), 1))
    backing = QColor(tokens.raised)
    backing.setAlphaF(0.96)
    painter.setBrush(backing)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    painter.setPen(QColor(tokens.muted))
    inner = box.adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)
    painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), line), _AlignLeft,
                     readout.title)  # fmt: skip
    for index, (label, value) in enumerate(readout.values):
        column, row = divmod(index, rows)
        left = inner.left() + column * (column_px + 2 * _PAD_PX)
        place = QRectF(left, inner.top() + (row + 1) * line, column_px, line)
        swatch = QRectF(left, place.center().y() - _SWATCH_PX / 2, _SWATCH_PX, _SWATCH_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(label_color(label))
        painter.drawRoundedRect(swatch, 2, 2)
        painter.setPen(QColor(tokens.text))
        painter.drawText(place.adjusted(_SWATCH_PX + 6, 0, 0, 0), _AlignLeft, label_text(label))
        painter.drawText(place, _AlignRight, confidence_text(value))
    painter.restore()


def _widest(metrics: QFontMetricsF, texts: Sequence[str]) -> float:
    return max((metrics.horizontalAdvance(text) for text in texts), default=0.0)


def _pen(color: QColor) -> QPen:
    pen = QPen(color, 1)
    pen.setCosmetic(True)
    return pen


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _polygon(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> QPolygonF:
    """Return points as Qt wants them, without an object for each."""
    if len(xs) == 1:  # a line of one point leaves no trace
        xs, ys = xs + np.array([-0.5, 0.5]), np.repeat(ys, 2)
    polygon = QPolygonF()
    polygon.resize(len(xs))
    memory = VoidPtr(polygon.data(), len(xs) * _POINT_BYTES, True)
    points = np.frombuffer(memory, np.float64).reshape(-1, 2)
    points[:, 0], points[:, 1] = xs, ys
    return polygon
