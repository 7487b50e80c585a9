"""Play, step and seek, under the picture of a video."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)

from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import time_text

SPEEDS: Final = (0.25, 0.5, 1.0, 1.5, 2.0, 4.0)
_LINE_PX: Final = 3
_TICK_US: Final = 1000  # the slider counts milliseconds: its range is 32 bits


class SeekSlider(QSlider):
    """A slider that jumps to where it is clicked, and shows how far the file is analysed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._analysed = (0, 0)

    def set_analysed(self, begin: int, end: int) -> None:
        """Show which values are analysed."""
        if (begin, end) != self._analysed:
            self._analysed = begin, end
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a line under what is analysed."""
        super().paintEvent(event)
        left, right = (self._x_of(value) for value in self._analysed)
        if right > left:
            line = QRectF(left, self.height() - _LINE_PX, right - left, _LINE_PX)
            QPainter(self).fillRect(line, QColor(current_tokens().accent))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the handle under the pointer, then drag as usual."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setValue(self._value_at(event.position().x()))
            self.sliderMoved.emit(self.value())
        super().mousePressEvent(event)

    def _value_at(self, x: float) -> int:
        left, width = self._span()
        return QStyle.sliderValueFromPosition(
            self.minimum(), self.maximum(), round(x) - left, width
        )

    def _x_of(self, value: int) -> int:
        left, width = self._span()
        return left + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), value, width)

    def _span(self) -> tuple[int, int]:
        """Return where the middle of the handle can be: from where on, and how far."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        style, control = self.style(), QStyle.ComplexControl.CC_Slider
        groove = style.subControlRect(control, option, QStyle.SubControl.SC_SliderGroove, self)
        handle = style.subControlRect(control, option, QStyle.SubControl.SC_SliderHandle, self)
        return groove.x() + handle.width() // 2, max(1, groove.width() - handle.width())


class TransportBar(QWidget):
    """Controls of a source that has a beginning and an end.

    Signals:
        seek_requested: time in microseconds; an object because ``int`` signals hold 32 bits.
        speed_requested: factor.
    """

    seek_requested = Signal(object)
    speed_requested = Signal(float)

    def __init__(
        self,
        buttons: Sequence[QAction],
        pause_analysis: QAction | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Take the actions of the buttons, and the one that lets the analysis rest."""
        super().__init__(parent)
        self._duration_us = 0
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        for action in buttons:
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(action.iconText())
            layout.addWidget(button)
        self._slider = SeekSlider(self)
        self._slider.setAccessibleName(self.tr("Position"))
        self._slider.setToolTip(self.tr("Position (Shift+Left, Shift+Right: 5 seconds)"))
        self._slider.setTracking(True)
        self._slider.sliderMoved.connect(self._on_moved)
        self._slider.actionTriggered.connect(self._on_action)
        layout.addWidget(self._slider, 1)
        self._time = QLabel(self)
        self._time.setAccessibleName(self.tr("Time and duration"))
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addSpacing(6)
        layout.addWidget(self._time)
        self._speed = QComboBox(self)
        self._speed.setAccessibleName(self.tr("Speed"))
        self._speed.setToolTip(self.tr("Speed"))
        for factor in SPEEDS:
            self._speed.addItem(f"{factor:g} ×", factor)  # noqa: RUF001 - the sign of times
        self._speed.activated.connect(
            lambda index: self.speed_requested.emit(self._speed.itemData(index))
        )
        layout.addSpacing(6)
        layout.addWidget(self._speed)
        self._pause = QToolButton(self)
        self._pause.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pause.hide()
        if pause_analysis is not None:
            self._pause.setDefaultAction(pause_analysis)
            self._pause.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            self._pause.setAccessibleName(pause_analysis.iconText())
        layout.addWidget(self._pause)
        self.begin(0, None)

    def begin(self, duration_us: int, fps: float | None) -> None:
        """Prepare for a source of this length."""
        self._duration_us = max(0, duration_us)
        self._slider.setRange(0, self._duration_us // _TICK_US)
        self._slider.setSingleStep(max(1, round(1000 / fps)) if fps else 40)
        self._slider.setPageStep(5000)
        self._speed.setCurrentIndex(SPEEDS.index(1.0))
        self.set_analysed(0, -1, is_over=False)
        widest = time_text(self._duration_us, tenths=True).translate(str.maketrans("1", "0"))
        metrics = self._time.fontMetrics()
        self._time.setMinimumWidth(metrics.horizontalAdvance(f"{widest} / {widest}") + 4)
        self.set_position(0)

    def set_position(self, timestamp_us: int) -> None:
        """Show where the source is, unless the user is dragging."""
        if not self._slider.isSliderDown():
            self._slider.setValue(timestamp_us // _TICK_US)
        self._show_time(timestamp_us)

    def set_analysed(self, begin_us: int, edge_us: int, *, is_over: bool) -> None:
        """Show up to where the file is analysed, and offer a rest until that is over."""
        self._slider.set_analysed(begin_us // _TICK_US, max(begin_us, edge_us) // _TICK_US)
        self._pause.setVisible(self._pause.defaultAction() is not None and not is_over)

    def set_speed(self, factor: float) -> None:
        """Show the speed."""
        self._speed.setCurrentIndex(self._speed.findData(factor))

    def _show_time(self, timestamp_us: int) -> None:
        self._time.setText(
            f"{time_text(timestamp_us, tenths=True)} / {time_text(self._duration_us, tenths=True)}"
        )

    def _on_moved(self, value: int) -> None:
        self._show_time(value * _TICK_US)
        self.seek_requested.emit(value * _TICK_US)

    def _on_action(self, action: int) -> None:
        if action != QSlider.SliderAction.SliderMove.value:
            self._on_moved(self._slider.sliderPosition())
