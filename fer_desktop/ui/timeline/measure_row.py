"""A measure of the selected face over time, in a row of its own below the expressions."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF

from fer_desktop.domain.measure_facts import facts_of
from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.measure_texts import facts_text
from fer_desktop.ui.look.tokens import Tokens
from fer_desktop.ui.look.wording import channel_text, measured_text
from fer_desktop.ui.timeline.content import Curves, TimelineContent
from fer_desktop.ui.timeline.items import Curve, Ticks, TimeViewBox, ValueAxis

_SECOND_US: Final = 1_000_000
_LEAST_SPAN: Final = 1e-3  # of values that hold still
_MARGIN: Final = 0.08  # of the height, above and below the curves
_LINE_Z: Final = 10
_BEHIND_NAMES: Final = 0.75  # how much of a curve the names on it hide


class MeasureAxis(ValueAxis):
    """Lowest and highest value in view."""

    def __init__(self, view_box: pg.ViewBox, spec: MeasureSpec) -> None:
        super().__init__(view_box)
        self._spec = spec
        self.bounds = spec.range or (0.0, 1.0)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        return [(self.bounds[1] - self.bounds[0], list(self.bounds))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [self.text(value) for value in values]

    def text(self, value: float) -> str:
        """Return a value of the axis for reading."""
        return measured_text(self._spec, value, digits=3)


class MeasureRow:
    """Curves of a measure's channels, with their names and an axis of their own.

    Attributes:
        spec: the measure.
        box: says what the mouse does, as that of the expressions.
        axis: left of it.
    """

    def __init__(self, spec: MeasureSpec) -> None:
        """Make a row for a layout to place."""
        self.spec = spec
        self.box = TimeViewBox()
        self.axis = MeasureAxis(self.box, spec)
        self._curves = [Curve(self.box, label_color(self._name(at))) for at in self._channels]
        self._title = pg.TextItem(anchor=(0, 0))
        about = facts_text(facts_of(spec))
        for item in (self._title, self.axis):
            item.setToolTip(about)
        self.playhead, self.crosshair = pg.InfiniteLine(), pg.InfiniteLine()
        for item in (self._title, self.playhead, self.crosshair):
            item.setZValue(_LINE_Z)
            self.box.addItem(item, ignoreBounds=True)
        self.playhead.hide()
        self.crosshair.hide()

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value of the axis."""
        return self.axis.bounds

    def apply_look(self, tokens: Tokens, font: QFont, axis_width_px: int) -> None:
        """Take the colours of a theme, a font, and the width of the axis above."""
        self.axis.apply_look(tokens, font)
        self.axis.setWidth(axis_width_px)
        self.playhead.setPen(tokens.accent)
        self.crosshair.setPen(tokens.muted)
        names = "&nbsp;&nbsp;".join(
            f'<span style="color: {label_color(self._name(at)).name()}">■</span>'
            f'&nbsp;<span style="color: {tokens.muted}">{self._name(at)}</span>'
            for at in self._channels
        )
        behind = QColor(tokens.surface)
        behind.setAlphaF(_BEHIND_NAMES)
        self._title.fill = pg.mkBrush(behind)
        self._title.setHtml(names)
        self._title.setFont(font)

    def axis_width_px(self, font: QFont) -> int:
        """Return how wide its axis must be."""
        metrics = QFontMetricsF(font)
        texts = map(self.axis.text, self.bounds)
        return round(max(map(metrics.horizontalAdvance, texts))) + 10

    def show(self, content: TimelineContent, series: Curves | None) -> None:
        """Draw the stretch that is in view."""
        stretch, width_px = content.stretch, max(1.0, self.box.width())
        start_s, end_s = stretch.start_us / _SECOND_US, stretch.end_us / _SECOND_US
        self.box.setXRange(start_s, end_s, padding=0)
        if series is None:
            for curve in self._curves:
                curve.hide()
        else:
            window = series.window(stretch.start_us, stretch.end_us, int(width_px))
            times_s, dot_s = window.times_us / _SECOND_US, (end_s - start_s) / width_px
            for at, curve in enumerate(self._curves):
                extremes = None if window.extremes is None else window.extremes[:, :, at]
                curve.show(times_s, window.values[:, at], extremes, dot_s)
            self._fit(window.values if window.extremes is None else window.extremes)
        low, high = self.bounds
        self.box.setYRange(low, high, padding=_MARGIN)
        self._title.setPos(QPointF(start_s, high + _MARGIN * (high - low)))

    def _fit(self, values: np.ndarray) -> None:
        """Let the axis reach over what is in view, and as far as the measure usually goes."""
        known = values[np.isfinite(values)]
        if not len(known):
            return
        usual = self.spec.range or (float(known.max()), float(known.min()))
        low, high = min(usual[0], float(known.min())), max(usual[1], float(known.max()))
        spare = max(0.0, _LEAST_SPAN - (high - low)) / 2
        self.axis.bounds = low - spare, high + spare
        self.axis.picture = None  # drawn anew, though the box may not have changed

    @property
    def _channels(self) -> range:
        return range(len(self.spec.channels))

    def _name(self, at: int) -> str:
        return channel_text(self.spec, self.spec.channels[at])
