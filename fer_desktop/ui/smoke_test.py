"""A run that proves that everything works together: demo clip in, first label out, the end."""

import time
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from fer_desktop.pipeline.events import EngineEvent, ModelFailed, OutputFailed, SourceFailed
from fer_desktop.ui.look.wording import expression_text
from fer_desktop.ui.runtime.bridge import Batch
from fer_desktop.ui.runtime.controller import Controller

_LIMIT_MS: Final = 180_000


class SmokeTest(QObject):
    """Closes the window at the first label, or when it is clear that there will be none.

    Attributes:
        status: exit status, 0 if a label was seen.
        line: what to print.
    """

    def __init__(self, window: QWidget, controller: Controller) -> None:
        super().__init__(window)
        self._window = window
        self._began = time.monotonic()
        self.status = 1
        self.line = "smoke test: the window was closed before the first label"
        controller.batch.connect(self._on_batch)
        controller.happened.connect(self._on_event)
        controller.request_refused.connect(lambda _, error: self._end(1, str(error)))
        QTimer.singleShot(_LIMIT_MS, self, lambda: self._end(1, "no label in time"))

    def _on_batch(self, batch: Batch) -> None:
        for analysis in batch.analyses:
            for face in analysis.faces:
                if face.smoothed is not None:
                    seconds = time.monotonic() - self._began
                    self._end(0, f"ok, first label after {seconds:.1f} s: {expression_text(face)}")
                    return

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, ModelFailed | OutputFailed | SourceFailed):
            self._end(1, str(event.error))

    def _end(self, status: int, text: str) -> None:
        self.status, self.line = status, f"smoke test: {text}"
        self._window.close()
