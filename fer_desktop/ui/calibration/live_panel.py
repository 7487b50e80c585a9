"""A person in front of the camera looks neutral for three seconds."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from fer_desktop.errors import CalibrationError
from fer_desktop.ui.calibration.neutral_watch import DURATION_US, READY_US, NeutralWatch, Trouble
from fer_desktop.ui.look.wording import face_text, translate
from fer_desktop.ui.runtime.bridge import Batch

_SILENCE_MS: Final = 3000
_PROGRESS_STEPS: Final = 1000


class LivePanel(QWidget):
    """Counts down, shows progress, and judges the face meanwhile.

    Signals:
        begun: an attempt begins.
        calibrated: face id, and its ``NeutralBaseline``.
        refused: the ``CalibrationError`` why the attempt failed.
    """

    begun = Signal()
    calibrated = Signal(int, object)
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face_id: int | None = None
        self._watch: NeutralWatch | None = None
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(_SILENCE_MS)
        self._silence.timeout.connect(self._on_silence)
        self.prompt = QLabel(self)
        self.prompt.setProperty("role", "heading")
        self.prompt.setWordWrap(True)
        self.prompt.setMinimumHeight(2 * self.prompt.fontMetrics().height() + 10)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, _PROGRESS_STEPS)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the calibration"))
        self.start_button = QPushButton(self.tr("Start"), self)
        self.start_button.clicked.connect(self._on_clicked)
        row = QHBoxLayout()
        row.addWidget(self.progress, 1)
        row.addWidget(self.start_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.prompt)
        layout.addLayout(row)
        self._rest()

    @property
    def is_busy(self) -> bool:
        """Whether an attempt is going on."""
        return self._watch is not None

    def set_face(self, face_id: int | None) -> None:
        """Choose who is to be calibrated."""
        self._face_id = face_id

    def stop(self) -> None:
        """End an attempt without a word."""
        self._rest()

    def show_batch(self, batch: Batch) -> None:
        """Take in what the engine delivers."""
        watch = self._watch
        if watch is None:
            return
        self._silence.start()
        newest = batch.newest
        if newest is not None and newest.analysis is not None and watch.is_ready:
            watch.look(newest.frame.pixels, newest.analysis)
        for analysis in batch.analyses:
            watch.take(analysis)
        if watch.is_done:
            self._finish(watch)
        else:
            self._show(watch)

    def _on_clicked(self) -> None:
        if self.is_busy:
            self._rest()
        elif self._face_id is not None:
            self._watch = NeutralWatch(self._face_id)
            self.start_button.setText(self.tr("Stop"))
            self._silence.start()
            self._show(self._watch)
            self.begun.emit()

    def _rest(self) -> None:
        self._watch = None
        self._silence.stop()
        self.progress.setValue(0)
        self.start_button.setText(self.tr("Start"))
        self.prompt.setText(self.tr("Look at the camera with a relaxed face and press Start."))

    def _show(self, watch: NeutralWatch) -> None:
        self.progress.setValue(round(_PROGRESS_STEPS * watch.progress))
        if watch.is_ready:
            left = DURATION_US * (1 - watch.progress)
            text = self.tr("Keep a neutral face: {seconds}")
        else:
            left = READY_US - watch.elapsed_us
            text = self.tr("Look at the camera. Starting in {seconds}")
        self.prompt.setText(text.format(seconds=-int(-left // 1_000_000)))

    def _finish(self, watch: NeutralWatch) -> None:
        self._rest()
        try:
            if watch.trouble is not None:
                raise trouble_error(watch.trouble, watch.face_id)
            baseline = watch.baseline()
        except CalibrationError as error:
            self.refused.emit(error)
        else:
            self.calibrated.emit(watch.face_id, baseline)

    def _on_silence(self) -> None:
        self._rest()
        self.refused.emit(
            CalibrationError(
                self.tr("The camera is not sending a picture."), hint=self.tr("Try again later.")
            )
        )


def trouble_error(trouble: Trouble, face_id: int) -> CalibrationError:
    """Return what went wrong while a face was watched, and what helps."""
    face = face_text(face_id)
    match trouble:
        case Trouble.GONE:
            text = translate("Calibration", "{face} left the picture.")
            hint = translate("Calibration", "Stay in view and choose the face again.")
        case Trouble.MOVED:
            text = translate("Calibration", "{face} moved too much.")
            hint = translate("Calibration", "Hold still and try again.")
        case Trouble.TURNED:
            text = translate("Calibration", "{face} turned away.")
            hint = translate("Calibration", "Look at the camera and try again.")
        case Trouble.TOO_FAR:
            text = translate("Calibration", "{face} is too far away.")
            hint = translate("Calibration", "Move closer and try again.")
        case Trouble.CUT_OFF:
            text = translate("Calibration", "{face} is cut off by the edge of the picture.")
            hint = translate("Calibration", "Move to the centre and try again.")
        case Trouble.TOO_DARK:
            text = translate("Calibration", "{face} is too dark.")
            hint = translate("Calibration", "Put more light on the face and try again.")
        case Trouble.TOO_BRIGHT:
            text = translate("Calibration", "{face} is too bright.")
            hint = translate("Calibration", "Put less light on the face and try again.")
        case Trouble.BLURRED:
            text = translate("Calibration", "{face} is blurred.")
            hint = translate("Calibration", "Hold still or wipe the lens, then try again.")
        case Trouble.LIVELY:
            text = translate("Calibration", "{face} is smiling or looks surprised.")
            hint = translate("Calibration", "Relax, close your mouth and try again.")
    return CalibrationError(text.format(face=face), hint=hint)
