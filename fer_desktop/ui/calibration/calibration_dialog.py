"""Chooses a face, and reads it against its own neutral expression from then on."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.errors import CalibrationError, FerError
from fer_desktop.ui.calibration.interval_panel import IntervalPanel
from fer_desktop.ui.calibration.live_panel import LivePanel
from fer_desktop.ui.look.wording import called_text
from fer_desktop.ui.runtime.bridge import Batch
from fer_desktop.ui.widgets.note import Note


class CalibrationDialog(QDialog):
    """Stays beside the window, so that the picture is seen and a video can be moved.

    Attributes:
        faces: those in view.
        live, interval: how a camera and a video are calibrated; one of them is shown.

    Signals:
        calibrated: face id, and its ``NeutralBaseline``.
        interval_wanted: face id, and the two times in microseconds.
        removal_wanted: id of the face that shall be read as the model does again.
    """

    calibrated = Signal(int, object)
    interval_wanted = Signal(int, object, object)
    removal_wanted = Signal(int)

    def __init__(self, *, is_live: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[int, str, bool], ...] = ()
        self.setWindowTitle(self.tr("Calibrate a face"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        meaning = QLabel(
            self.tr(
                "Neutral faces differ from person to person. The scores of a calibrated face "
                "are corrected for its own neutral expression until the source is closed. "
                "Calibrate again when the lighting or the camera position changes. Exported "
                "tables contain the uncorrected scores as well."
            ),
            self,
        )
        meaning.setWordWrap(True)
        meaning.setProperty("role", "muted")
        self.faces = QComboBox(self)
        self.faces.setAccessibleName(self.tr("Face"))
        self.faces.currentIndexChanged.connect(self._on_face)
        self.live = LivePanel(self)
        self.interval = IntervalPanel(self)
        self.live.setVisible(is_live)
        self.interval.setVisible(not is_live)
        self.note = Note(parent=self)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().height() + 4)
        self.remove_button = QPushButton(self.tr("Remove calibration"), self)
        self.remove_button.setAutoDefault(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self.remove_button, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow(self.tr("Fa&ce:"), self.faces)
        layout = QVBoxLayout(self)
        layout.addWidget(meaning)
        layout.addLayout(form)
        layout.addWidget(self.live)
        layout.addWidget(self.interval)
        layout.addWidget(self.note)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(440)
        self.live.begun.connect(lambda: self.note.say(""))
        self.live.begun.connect(self._refresh)
        self.live.calibrated.connect(self.calibrated)
        self.live.refused.connect(self.say_refused)
        self.interval.wanted.connect(self._on_interval)
        self.remove_button.clicked.connect(self._on_remove)
        self._refresh()

    @property
    def face_id(self) -> int | None:
        """The chosen face."""
        face_id: int | None = self.faces.currentData()
        return face_id

    def choose(self, face_id: int | None) -> None:
        """Choose a face, if it is in view."""
        index = self.faces.findData(face_id)
        if index >= 0:
            self.faces.setCurrentIndex(index)

    def show_batch(self, batch: Batch) -> None:
        """Take in what the engine delivers."""
        if batch.newest is None:
            return  # numbers of frames that are not shown
        self.interval.set_position(batch.newest.frame.timestamp_us)
        self.live.show_batch(batch)
        if batch.newest.analysis is not None and not self.live.is_busy:
            self.show_faces(batch.newest.analysis.faces)

    def show_faces(self, faces: Sequence[FaceAnalysis]) -> None:
        """Offer the faces in view."""
        shown = tuple((face.face_id, face.sign, _is_given(face)) for face in faces)
        if shown == self._shown:
            return
        self._shown = shown
        chosen = self.face_id
        self.faces.blockSignals(True)
        self.faces.clear()
        for face_id, sign, is_calibrated in shown:
            text = self.tr("{face} (calibrated)") if is_calibrated else "{face}"
            self.faces.addItem(text.format(face=called_text(sign)), face_id)
        self.faces.setCurrentIndex(max(0, self.faces.findData(chosen)) if shown else -1)
        self.faces.blockSignals(False)
        self._on_face()

    def say_calibrated(self, face_id: int) -> None:
        """Tell that a face is read against its own rest from now on."""
        text = self.tr("{face} is calibrated. Its scores are corrected from now on.")
        signs = {known: sign for known, sign, _ in self._shown}
        self.note.say(text.format(face=called_text(signs.get(face_id, str(face_id)))))
        self._refresh()

    def say_refused(self, error: FerError) -> None:
        """Tell why a face is not calibrated."""
        kept = self.tr("Its scores have not changed.")
        self.note.say_error(CalibrationError(f"{error} {kept}"))
        self._refresh()

    def _on_face(self) -> None:
        self.live.set_face(self.face_id)
        self._refresh()

    def _on_interval(self, begin_us: int, end_us: int) -> None:
        if self.face_id is not None:
            self.interval_wanted.emit(self.face_id, begin_us, end_us)

    def _on_remove(self) -> None:
        if self.face_id is not None:
            self.note.say("")
            self.removal_wanted.emit(self.face_id)

    def _refresh(self) -> None:
        has_face = self.face_id is not None
        is_busy = self.live.is_busy
        self.faces.setEnabled(has_face and not is_busy)
        self.live.start_button.setEnabled(has_face)
        self.interval.button.setEnabled(has_face)
        given = {face_id for face_id, _, is_given in self._shown if is_given}
        self.remove_button.setEnabled(not is_busy and self.face_id in given)
        self.faces.setPlaceholderText("" if has_face else self.tr("No face in view"))


def _is_given(face: FaceAnalysis) -> bool:
    return face.baseline is not None and face.baseline.origin != "automatic"
