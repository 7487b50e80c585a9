"""The note upon a picture that its analysis has not come so far."""

from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from fer_desktop.pipeline.events import Result
from fer_desktop.ui.look.wording import time_text
from fer_desktop.ui.runtime.analysis_watch import AnalysisState

_MARGIN_PX: Final = 12
_PATIENCE_MS: Final = 300  # what is read sooner needs no note


class UnreadNote(QLabel):
    """A sign in the picture's upper left corner, while there is nothing else to see in it."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.setProperty("role", "note")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.move(_MARGIN_PX, _MARGIN_PX)
        self._unread_us: int | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PATIENCE_MS)
        self._timer.timeout.connect(self.show)
        self.hide()

    def show_for(self, result: Result, analysis: AnalysisState | None) -> None:
        """Say so if a picture of a file is not analysed, and why."""
        if result.analysis is not None or analysis is None:
            self._unread_us = None
            self._timer.stop()
            self.hide()
            return
        self._unread_us = result.frame.timestamp_us
        self.refresh(analysis)
        if not self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def refresh(self, analysis: AnalysisState) -> None:
        """Say how the analysis stands now, if there is a picture that it has not come to."""
        if self._unread_us is not None:
            self.setText(self._text(self._unread_us, analysis))
            self.adjustSize()

    def _text(self, time_us: int, analysis: AnalysisState) -> str:
        if analysis.is_over:
            return self.tr("This frame was not analysed")
        if analysis.is_paused:
            return self.tr("Not analysed yet: the analysis is paused")
        if 0 <= analysis.edge_us < time_us:
            return self.tr("Not analysed yet: the analysis is at {time}").format(
                time=time_text(analysis.edge_us)
            )
        return self.tr("Not analysed yet")
