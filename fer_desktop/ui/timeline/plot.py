"""The timeline as pyqtgraph draws it; imported once the window is on screen."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMoveEvent, QPainter
from PySide6.QtWidgets import QWidget

from fer_desktop.domain.measures import MeasureSpec
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.timeline.content import Readout, TimelineContent
from fer_desktop.ui.timeline.correction_strip import CorrectionStrip
from fer_desktop.ui.timeline.items import (
    LABEL_OVERHANG_PX,
    Curve,
    ShareAxis,
    TimeAxis,
    TimeViewBox,
)
from fer_desktop.ui.timeline.mark_items import Marks
from fer_desktop.ui.timeline.measure_row import MeasureRow
from fer_desktop.ui.timeline.readout import ReadoutCard

_SECOND_US: Final = 1_000_000
_MARGINS_PX: Final = (0, 10, LABEL_OVERHANG_PX, 0)  # left, top, right, bottom
_NEAR_PX: Final = 5
_READ_MS: Final = 33  # each reading costs a repaint, and a mouse moves more often than eyes read
_ZOOM_PER_NOTCH: Final = 1.25
_HEADROOM: Final = 0.015  # of the height, for lines at 0 and 100 %
_PLAYHEAD_Z, _CROSSHAIR_Z = 10, 11
_EXPRESSIONS_STRETCH, _MEASURE_STRETCH = 5, 2  # how the height is shared
_ABOVE_STRIP_PX: Final = 8
# Least height of the expressions with the axis of time, and of a measure, in lines of text.
_EXPRESSIONS_LINES, _ROW_LINES = 7, 4
_BETWEEN_ROWS_PX: Final = 14  # so that the ends of their axes do not touch


class TimelinePlot(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """Curves of one face over a stretch of time, which the mouse reads and moves.

    Attributes:
        strip: below the curves, what people say of the face.
        rows: one below the other, a measure of the face each.

    Signals:
        seek_requested: a time in microseconds, an object because ``int`` signals hold 32 bits.
        moved: the user chose another stretch.
        menu_requested: a time in microseconds, and where on the screen.
    """

    seek_requested = Signal(object)
    moved = Signal()
    menu_requested = Signal(object, QPoint)

    def __init__(self, content: TimelineContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._curves: dict[str, Curve] = {}
        self._axis_px = 0
        self._pointed_box: TimeViewBox | None = None
        self._pointed_x: float | None = None
        self._readout: Readout | None = None
        self._box = TimeViewBox()
        self._box.setYRange(0, 1, padding=_HEADROOM)
        self._axes = TimeAxis(self._box), ShareAxis(self._box)
        self._marks = Marks(self._box)
        self.strip = CorrectionStrip()
        self.rows: list[MeasureRow] = []
        self._playhead, self._crosshair = pg.InfiniteLine(), pg.InfiniteLine()
        self._playhead_tip = pg.ArrowItem(angle=-90, headLen=7, headWidth=5, pen=None)
        self._playhead_tip.setParentItem(self.centralWidget)
        for line, z in ((self._playhead, _PLAYHEAD_Z), (self._crosshair, _CROSSHAIR_Z)):
            line.setZValue(z)
            line.hide()
            self._box.addItem(line, ignoreBounds=True)
        self._card = ReadoutCard(self)
        self._reading = QTimer(self)
        self._reading.setSingleShot(True)
        self._reading.setInterval(_READ_MS)
        self._reading.timeout.connect(self._read)
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take the keys
        self._hear(self._box)
        self._hear(self.strip.box)
        self._box.sigResized.connect(self.refresh)
        self.apply_look()

    @property
    def readout(self) -> Readout | None:
        """The values at the cursor, if it is over the curves."""
        return self._readout

    @property
    def area(self) -> QRectF:
        """The rectangle of the curves."""
        return QRectF(self._box.mapRectToScene(self._box.rect()))

    def place(self, time_us: float, share: float) -> QPointF:
        """Return where a time and a probability lie."""
        return QPointF(self._box.mapViewToScene(QPointF(time_us / _SECOND_US, share)))

    def time_us(self, x: float) -> int:
        """Return the time at a place."""
        return round(float(self._box.mapSceneToView(QPointF(x, 0)).x()) * _SECOND_US)

    def apply_look(self) -> None:
        """Take the colours of the content, and the font."""
        tokens, font = self._content.tokens, self.font()
        self.setBackground(tokens.surface)
        for axis in self._axes:
            axis.apply_look(tokens, font)
        self._align_axes()
        self._marks.apply_look(tokens, font)
        self._playhead.setPen(tokens.accent)
        self._playhead_tip.setStyle(brush=tokens.accent)
        self._crosshair.setPen(tokens.muted)
        self._card.apply_tokens(tokens)
        self.refresh()

    def refresh(self) -> None:
        """Draw anew: samples, stretch, face, labels or marks changed."""
        stretch = self._content.stretch
        start_s, end_s = stretch.start_us / _SECOND_US, stretch.end_us / _SECOND_US
        self._box.setXRange(start_s, end_s, padding=0)
        self._draw_curves()
        self._draw_strip()
        self._draw_measures()
        self._marks.show(self._content.marks, start_s, end_s)
        self._draw_playhead()
        self._read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle_s = self._box.viewRect().center().x()
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(-1, middle_s)
        elif event.key() == Qt.Key.Key_Minus:
            self._zoom(1, middle_s)
        else:
            event.ignore()  # the window's; pyqtgraph has keys of its own

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)  # as when it is scrolled
        self.refresh()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        if self.hasFocus():
            painter.setPen(QColor(self._content.tokens.accent))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _lay_out(self) -> None:
        time_axis, share_axis = self._axes
        layout = self.centralLayout
        layout.setContentsMargins(*_MARGINS_PX)
        layout.setSpacing(0)
        layout.addItem(share_axis, 0, 0)
        layout.addItem(self._box, 0, 1)
        layout.addItem(self.strip.axis, 1, 0)
        layout.addItem(self.strip.box, 1, 1)
        layout.addItem(time_axis, 2, 1)

    def _draw_curves(self) -> None:
        content, stretch, width_px = self._content, self._content.stretch, self._box.width()
        labels, series = content.timeline.labels, content.series
        for label in [label for label in self._curves if label not in labels]:
            self._curves.pop(label).remove()
        shown: dict[str, int] = {}
        if series is not None:
            window = series.window(stretch.start_us, stretch.end_us, max(1, int(width_px)))
            known = labels[: window.values.shape[1]]
            shown = {label: i for i, label in enumerate(known) if label not in content.hidden}
            times_s = window.times_us / _SECOND_US
            dot_s = stretch.width_us / _SECOND_US / max(1.0, width_px)
        for label, column in shown.items():
            if label not in self._curves:
                self._curves[label] = Curve(self._box, label_color(label))
            extremes = None if window.extremes is None else window.extremes[:, :, column]
            self._curves[label].show(times_s, window.values[:, column], extremes, dot_s)
        for label, curve in self._curves.items():
            if label not in shown:
                curve.hide()

    def _hear(self, box: TimeViewBox) -> None:
        box.panned.connect(self._on_panned)
        box.zoomed.connect(self._zoom)
        box.clicked.connect(self._on_clicked)
        box.menu_requested.connect(self._on_menu)
        box.hovered.connect(partial(self._on_hovered, box))

    def _draw_strip(self) -> None:
        raters = self.strip.raters
        self.strip.show(self._content)
        gap_px = _ABOVE_STRIP_PX if self.strip.raters else 0
        self.centralLayout.setRowSpacing(0, gap_px)
        if raters != self.strip.raters:
            self._align_axes()

    def _draw_measures(self) -> None:
        content = self._content
        wanted = list(content.measures)
        if [row.spec for row in self.rows] != wanted:
            self._lay_out_rows(wanted)
        for row in self.rows:
            if self._is_on_screen(row):
                row.show(content, content.measured(row.spec))
        if self.rows and self._axis_width_px() != self._axis_px:
            self._align_axes()  # numbers have become longer

    def _is_on_screen(self, row: MeasureRow) -> bool:
        """Tell whether a row is not scrolled away: those that are cost as much as the others."""
        seen = self.viewport().visibleRegion().boundingRect()
        place = self.mapFromScene(row.box.sceneBoundingRect()).boundingRect()
        return bool(seen.isEmpty() or place.isEmpty() or seen.intersects(place))

    def _lay_out_rows(self, measures: Sequence[MeasureSpec]) -> None:
        """Have a row for each measure, between the expressions and the axis of time."""
        layout, (time_axis, _) = self.centralLayout, self._axes
        layout.removeItem(time_axis)
        for row in self.rows:
            for item in (row.axis, row.box):
                layout.removeItem(item)
                self.scene().removeItem(item)
        for number in range(2, layout.rowCount()):
            layout.setRowStretchFactor(number, 0)
        self.rows = [MeasureRow(spec) for spec in measures]
        layout.setRowStretchFactor(0, _EXPRESSIONS_STRETCH)
        for number, row in enumerate(self.rows, start=2):
            layout.addItem(row.axis, number, 0)
            layout.addItem(row.box, number, 1)
            layout.setRowStretchFactor(number, _MEASURE_STRETCH)
            self._hear(row.box)
        for number in range(1, len(self.rows) + 1):
            layout.setRowSpacing(number, _BETWEEN_ROWS_PX)
        layout.setRowSpacing(len(self.rows) + 1, 0)
        layout.addItem(time_axis, len(self.rows) + 2, 1)
        line_px = self.fontMetrics().height()
        least_px = (_EXPRESSIONS_LINES + _ROW_LINES * len(self.rows)) * line_px
        self.setMinimumHeight(least_px if self.rows else 0)
        self._align_axes()

    def _rows_below(self) -> "list[CorrectionStrip | MeasureRow]":
        return [self.strip, *self.rows]

    def _axis_width_px(self) -> int:
        """Return how wide the axes must be."""
        font = self.font()
        others = (row.axis_width_px(font) for row in self._rows_below())
        return max(self._axes[1].width_px(font), *others)

    def _align_axes(self) -> None:
        """Let curves of all rows begin at the same place."""
        tokens, font = self._content.tokens, self.font()
        self._axis_px = self._axis_width_px()
        self._axes[1].setWidth(self._axis_px)
        for row in self._rows_below():
            row.apply_look(tokens, font, self._axis_px)

    def _draw_playhead(self) -> None:
        time_us, stretch = self._content.playhead_us, self._content.stretch
        is_in_view = time_us is not None and stretch.start_us <= time_us <= stretch.end_us
        self._playhead.setVisible(is_in_view)
        self._playhead_tip.setVisible(is_in_view)
        if time_us is not None:
            self._playhead.setPos(time_us / _SECOND_US)
            self._playhead_tip.setPos(self.place(time_us, 1).x(), self.area.top())
        for row in self._rows_below():
            row.playhead.setVisible(is_in_view)
            row.playhead.setPos((time_us or 0) / _SECOND_US)

    def _read(self) -> None:
        """Show the values under the cursor, which may have moved beneath it."""
        self._readout = None
        if self._pointed_x is not None:
            near_us = _NEAR_PX * self._content.stretch.width_us / max(1.0, self._box.width())
            self._readout = self._content.readout(self.time_us(self._pointed_x), round(near_us))
        self._crosshair.setVisible(self._readout is not None)
        self._card.setVisible(self._readout is not None)
        for row in self._rows_below():
            row.crosshair.setVisible(self._readout is not None)
        if self._readout is not None:
            for line in (self._crosshair, *(row.crosshair for row in self._rows_below())):
                line.setPos(self._readout.time_us / _SECOND_US)
            bounds = self.rect().adjusted(round(self.area.left()) + 2, 2, -2, -2)
            x = round(self.place(self._readout.time_us, 0).x())
            self._card.show_readout(self._readout, x, bounds)

    def _zoom(self, notches: float, time_s: float) -> None:
        self._content.stretch.zoom(_ZOOM_PER_NOTCH**notches, round(time_s * _SECOND_US))
        self.refresh()
        self.moved.emit()

    def _on_panned(self, seconds: float) -> None:
        self._content.stretch.pan(round(seconds * _SECOND_US))
        self.refresh()
        self.moved.emit()

    def _on_clicked(self, time_s: float) -> None:
        if self._content.is_seekable:
            self.seek_requested.emit(max(0, round(time_s * _SECOND_US)))

    def _on_menu(self, time_s: float, at: QPoint) -> None:
        self.menu_requested.emit(max(0, round(time_s * _SECOND_US)), at)

    def _on_hovered(self, box: TimeViewBox, x: float | None) -> None:
        if x is None and box is not self._pointed_box:
            return  # the mouse has entered another row before it has left this one
        self._pointed_box, self._pointed_x = box, x
        if not self._reading.isActive():
            self._reading.start()
