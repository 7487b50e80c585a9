"""The sign upon the picture that it is being recorded."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from fer_desktop.ui.look.wording import clock_text, recording_text
from fer_desktop.ui.runtime.recording_tap import RecordingTap

_MARGIN_PX: Final = 12
_REFRESH_MS: Final = 500


class RecordingSign(QLabel):
    """A red sign that says what is recorded, and how long, in the picture's upper right corner."""

    def __init__(self, recorder: RecordingTap, view: QWidget) -> None:
        super().__init__(view)
        self._recorder = recorder
        self._view = view
        self.setProperty("role", "recording")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setToolTip(self.tr("The picture is being recorded"))
        self._clock = QTimer(self)
        self._clock.setInterval(_REFRESH_MS)
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

    def _on_started(self) -> None:
        self._clock.start()
        self._refresh()

    def _refresh(self) -> None:
        is_recording = self._recorder.is_recording
        if is_recording:
            text = self.tr("● REC {what}  {time}").format(
                what=recording_text(self._recorder.kind, has_sound=self._recorder.has_sound),
                time=clock_text(self._recorder.elapsed_s),
            )
            self.setText(text)
            self.setAccessibleName(self.tr("Recording: {text}").format(text=text))
            self._place()
        else:
            self._clock.stop()
        self.setVisible(is_recording)

    def _place(self) -> None:
        self.adjustSize()
        self.move(self._view.width() - self.width() - _MARGIN_PX, _MARGIN_PX)
