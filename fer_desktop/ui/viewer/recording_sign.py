"""The sign upon the picture that it is being recorded."""

import math
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from fer_desktop.ui.look.wording import clock_text, recording_text
from fer_desktop.ui.runtime.recording_tap import RecordingTap

_MARGIN_PX: Final = 12
_REFRESH_MS: Final = 500
_METER_MS: Final = 80
_METER_PX: Final = 3
_PADDING_PX: Final = 10
_QUIETEST_DB: Final = -60.0


def loudness(level: float) -> float:
    """Return how long a meter is for a level, 0 to 1: in decibels, as people hear."""
    if level <= 0.0:
        return 0.0
    return min(1.0, max(0.0, 1.0 - 20.0 * math.log10(level) / _QUIETEST_DB))


class RecordingSign(QLabel):
    """A red sign that says what is recorded, and how long, in the picture's upper right corner.

    With a microphone a bar at its lower edge shows how loud it is.
    """

    def __init__(self, recorder: RecordingTap, view: QWidget) -> None:
        super().__init__(view)
        self._recorder = recorder
        self._view = view
        self.setProperty("role", "recording")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setToolTip(self.tr("The picture is being recorded"))
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._refresh)
        recorder.started.connect(self._on_started)
        recorder.ended.connect(self._refresh)
        view.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the picture gets another size."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign, and how loud it is at the microphone."""
        super().paintEvent(event)
        if self._recorder.sound != "microphone":
            return
        width = (self.width() - 2 * _PADDING_PX) * loudness(self._recorder.level)
        bar = QRectF(_PADDING_PX, self.height() - _METER_PX, width, _METER_PX)
        with QPainter(self) as painter:
            painter.fillRect(bar, QColor("white"))

    def _on_started(self) -> None:
        hears = self._recorder.sound == "opening"
        self._clock.start(_METER_MS if hears else _REFRESH_MS)
        self._refresh()

    def _refresh(self) -> None:
        is_recording = self._recorder.is_recording
        if is_recording:
            text = self.tr("● REC {what}  {time}").format(
                what=recording_text(self._recorder.kind, self._recorder.sound),
                time=clock_text(self._recorder.elapsed_s),
            )
            if text != self.text():
                self.setText(text)
                self.setAccessibleName(self.tr("Recording: {text}").format(text=text))
                self._place()
            self.update()  # the meter
        else:
            self._clock.stop()
        self.setVisible(is_recording)

    def _place(self) -> None:
        self.adjustSize()
        self.move(self._view.width() - self.width() - _MARGIN_PX, _MARGIN_PX)
