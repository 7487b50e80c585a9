"""Marks in a timeline: moments as dashed lines, stretches as bands, with their texts."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QGraphicsRectItem

from fer_desktop.recording.session_format import Mark
from fer_desktop.ui.look.tokens import Tokens
from fer_desktop.ui.timeline.items import BAND_Z, MARK_Z, TAG_Z
from trainer.contract.text import one_line

_SECOND_US: Final = 1_000_000
_TAG_ALPHA: Final = 0.85
_BAND_ALPHA: Final = 0.16
_GAP_PX: Final = 4
_LEAST_PX: Final = 48  # narrower, a text that is cut says nothing
# More than this cannot be told apart, and each is an item of its own.
_BANDS_MAX: Final = 500


class Marks:
    """Lines where marks begin and end, bands between them, and texts where there is room."""

    def __init__(self, view_box: pg.ViewBox) -> None:
        self._view_box = view_box
        self._lines: dict[str, pg.PlotCurveItem] = {}
        self._tags: list[pg.TextItem] = []
        self._bands: list[QGraphicsRectItem] = []
        self._color = self._backing = QColor()
        self._font = QFont()

    def apply_look(self, tokens: Tokens, font: QFont) -> None:
        """Take the colours of a theme, and a font; ``show`` comes next."""
        self._color, self._backing = QColor(tokens.text), QColor(tokens.surface)
        self._backing.setAlphaF(_TAG_ALPHA)
        self._font = font
        for item in (*self._tags, *self._lines.values()):
            self._view_box.removeItem(item)
        self._tags.clear()
        self._lines.clear()

    def show(self, marks: Sequence[Mark], start_s: float, end_s: float) -> None:
        """Draw those of the marks that lie in a stretch, which is in seconds."""
        shown = [
            mark
            for mark in marks
            if mark.timestamp_us <= end_s * _SECOND_US and _end_us(mark) >= start_s * _SECOND_US
        ]
        self._draw_lines(shown)
        self._draw_bands([mark for mark in shown if mark.end_us is not None])
        self._draw_tags(shown, start_s, end_s)

    def _draw_lines(self, marks: Sequence[Mark]) -> None:
        times_s: dict[str, list[float]] = {color: [] for color in self._lines}
        for mark in marks:
            ends_us = (
                [mark.timestamp_us] if mark.end_us is None else [mark.timestamp_us, mark.end_us]
            )
            times_s.setdefault(mark.color, []).extend(time / _SECOND_US for time in ends_us)
        for color, times in times_s.items():
            if color not in self._lines:
                pen = pg.mkPen(QColor(color) if color else self._color, style=Qt.PenStyle.DashLine)
                lines = self._lines[color] = pg.PlotCurveItem(connect="pairs", pen=pen)
                lines.setZValue(MARK_Z)
                self._view_box.addItem(lines, ignoreBounds=True)
            self._lines[color].setData(np.repeat(times, 2), np.tile([-1.0, 2.0], len(times)))

    def _draw_bands(self, marks: Sequence[Mark]) -> None:
        marks = marks[:_BANDS_MAX]
        while len(self._bands) < len(marks):
            band = QGraphicsRectItem()
            band.setPen(pg.mkPen(None))
            band.setZValue(BAND_Z)
            self._view_box.addItem(band, ignoreBounds=True)
            self._bands.append(band)
        for band, mark in zip(self._bands, marks, strict=False):
            color = QColor(mark.color) if mark.color else QColor(self._color)
            color.setAlphaF(_BAND_ALPHA)
            band.setBrush(color)
            begin_s, end_s = mark.timestamp_us / _SECOND_US, _end_us(mark) / _SECOND_US
            band.setRect(QRectF(begin_s, -1.0, end_s - begin_s, 3.0))
            band.show()
        for band in self._bands[len(marks) :]:
            band.hide()

    def _draw_tags(self, marks: Sequence[Mark], start_s: float, end_s: float) -> None:
        pixel_s = (end_s - start_s) / max(1.0, self._view_box.width())
        # A stretch that began before what is in view is named at its edge.
        named = [
            (max(start_s, mark.timestamp_us / _SECOND_US), mark.text) for mark in marks if mark.text
        ]
        used, free_from_s = 0, start_s
        for number, (time_s, text) in enumerate(named):
            if time_s < free_from_s:
                continue
            tag = self._tag(used)
            tag.setPlainText(text)
            width_s = self._width_px(tag) * pixel_s
            has_next = number + 1 < len(named)
            room_s = (named[number + 1][0] if has_next else end_s) - time_s - _GAP_PX * pixel_s
            fits_before = not has_next and time_s - width_s >= free_from_s
            if width_s > room_s >= _LEAST_PX * pixel_s and not fits_before:
                tag.setPlainText(self._elided(text, room_s / pixel_s - self._frame_px(tag)))
                width_s = self._width_px(tag) * pixel_s
            left_s = time_s if time_s + width_s <= end_s else time_s - width_s
            if left_s < free_from_s:
                continue
            tag.setPos(left_s, self._view_box.viewRect().bottom())
            tag.show()
            free_from_s = left_s + width_s + _GAP_PX * pixel_s
            used += 1
        for tag in self._tags[used:]:
            tag.hide()

    def _width_px(self, tag: pg.TextItem) -> float:
        return float(tag.textItem.boundingRect().width())

    def _frame_px(self, tag: pg.TextItem) -> float:
        return 2 * float(tag.textItem.document().documentMargin())

    def _elided(self, text: str, width_px: float) -> str:
        metrics = QFontMetricsF(self._font)
        return metrics.elidedText(one_line(text), Qt.TextElideMode.ElideRight, width_px)

    def _tag(self, number: int) -> pg.TextItem:
        if number == len(self._tags):
            tag = pg.TextItem(color=self._color, fill=self._backing)
            tag.setFont(self._font)
            tag.setZValue(TAG_Z)
            self._view_box.addItem(tag, ignoreBounds=True)
            self._tags.append(tag)
        return self._tags[number]


def _end_us(mark: Mark) -> int:
    return mark.timestamp_us if mark.end_us is None else mark.end_us
