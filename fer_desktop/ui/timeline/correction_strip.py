"""What people say of the face, in a strip below the curves: a line for each rater."""

from collections.abc import Sequence
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QGraphicsRectItem

from fer_desktop.domain.corrections import Correction, raters_of
from fer_desktop.domain.palette import text_color_on
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.tokens import Tokens
from fer_desktop.ui.look.wording import label_text
from fer_desktop.ui.timeline.content import TimelineContent
from fer_desktop.ui.timeline.items import Ticks, TimeViewBox, ValueAxis
from trainer.contract.text import one_line

_SECOND_US: Final = 1_000_000
_LINE_Z: Final = 10
_PADDING_PX: Final = 4
_MOMENT_PX: Final = 4
_SHARE: Final = 0.86  # of a line's height
_RATERS_MAX: Final = 6  # more leave no room for the curves
_NAME_MAX: Final = 8
# More than this cannot be told apart, and each is an item of its own.
_ITEMS_MAX: Final = 400


class _RaterAxis(ValueAxis):
    """Names of raters."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        super().__init__(view_box)
        self.names: Sequence[str] = ()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        return [(1.0, [at + 0.5 for at in range(len(self.names))])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [self.names[int(value)] for value in values]


class CorrectionStrip:
    """Coloured stretches with the labels that raters gave; without any it takes no room.

    Attributes:
        box: says what the mouse does, as that of the expressions.
        axis: left of it, with the names of the raters.
        playhead, crosshair: lines through all rows.
    """

    def __init__(self) -> None:
        """Make a row for a layout to place."""
        self.box = TimeViewBox()
        self.axis = _RaterAxis(self.box)
        self._rects: list[QGraphicsRectItem] = []
        self._texts: list[pg.TextItem] = []
        self._raters: list[str] = []
        self._font = QFont()
        self.playhead, self.crosshair = pg.InfiniteLine(), pg.InfiniteLine()
        for line in (self.playhead, self.crosshair):
            line.setZValue(_LINE_Z)
            line.hide()
            self.box.addItem(line, ignoreBounds=True)
        self._set_height()

    @property
    def raters(self) -> Sequence[str]:
        """Whose lines there are, from the top."""
        return tuple(self._raters)

    def apply_look(self, tokens: Tokens, font: QFont, axis_width_px: int) -> None:
        """Take the colours of a theme, a font, and the width of the axis above."""
        self._font = font
        self.axis.apply_look(tokens, font)
        self.axis.setTickPen(None)
        self.axis.setWidth(axis_width_px)
        self.playhead.setPen(tokens.accent)
        self.crosshair.setPen(tokens.muted)
        for text in self._texts:
            text.setFont(font)
        self._set_height()

    def axis_width_px(self, font: QFont) -> int:
        """Return how wide its axis must be."""
        metrics = QFontMetricsF(font)
        return round(max(map(metrics.horizontalAdvance, self.axis.names), default=0)) + 10

    def show(self, content: TimelineContent) -> None:
        """Draw the stretch that is in view."""
        rated = content.rated()
        self._raters = raters_of(rated)[:_RATERS_MAX]
        # The first one stands on top, and the axis counts from below.
        names = [one_line(name) for name in reversed(self._raters)]
        self.axis.names = [
            name if len(name) <= _NAME_MAX else f"{name[: _NAME_MAX - 1]}…" for name in names
        ]
        self.axis.picture = None
        self._set_height()
        start_s = content.stretch.start_us / _SECOND_US
        end_s = content.stretch.end_us / _SECOND_US
        self.box.setXRange(start_s, end_s, padding=0)
        self.box.setYRange(0, max(1, len(self._raters)), padding=0)
        pixel_s = (end_s - start_s) / max(1.0, self.box.width())
        shown = [
            one
            for one in rated
            if one.rater in self._raters
            and one.begin_us <= content.stretch.end_us
            and one.last_us >= content.stretch.start_us
        ]
        # Moments count before stretches, and are drawn upon them.
        shown = sorted(shown, key=lambda one: one.end_us is None)[-_ITEMS_MAX:]
        self._draw(shown, start_s, pixel_s)

    def _draw(self, shown: Sequence[Correction], start_s: float, pixel_s: float) -> None:
        texts = 0
        metrics = QFontMetricsF(self._font)
        for at, one in enumerate(shown):
            bottom = len(self._raters) - 1 - self._raters.index(one.rater)
            color = label_color(one.label)
            begin_s = one.begin_us / _SECOND_US
            width_s = max((one.last_us - one.begin_us) / _SECOND_US, _MOMENT_PX * pixel_s)
            margin = (1 - _SHARE) / 2
            rect = self._rect(at)
            rect.setBrush(color)
            rect.setZValue(int(one.end_us is None))
            rect.setRect(QRectF(begin_s, bottom + margin, width_s, _SHARE))
            rect.show()
            word = label_text(one.label)
            left_s = max(begin_s, start_s)
            room_px = (begin_s + width_s - left_s) / pixel_s
            if room_px > metrics.horizontalAdvance(word) + 2 * _PADDING_PX:
                text = self._text(texts)
                text.setColor(QColor(text_color_on(color.name())))
                text.setPlainText(word)
                text.setPos(left_s, bottom + 0.5)
                text.show()
                texts += 1
        for rest in (*self._rects[len(shown) :], *self._texts[texts:]):
            rest.hide()

    def _rect(self, number: int) -> QGraphicsRectItem:
        if number == len(self._rects):
            rect = QGraphicsRectItem()
            rect.setPen(pg.mkPen(None))
            self.box.addItem(rect, ignoreBounds=True)
            self._rects.append(rect)
        return self._rects[number]

    def _text(self, number: int) -> pg.TextItem:
        if number == len(self._texts):
            text = pg.TextItem(anchor=(0, 0.5))
            text.setFont(self._font)
            text.setZValue(2)
            self.box.addItem(text, ignoreBounds=True)
            self._texts.append(text)
        return self._texts[number]

    def _set_height(self) -> None:
        line_px = round(QFontMetricsF(self._font).height()) + 2 * _PADDING_PX
        height_px = line_px * len(self._raters)
        for item in (self.box, self.axis):
            item.setVisible(bool(self._raters))
            item.setMinimumHeight(height_px)
            item.setMaximumHeight(height_px)
