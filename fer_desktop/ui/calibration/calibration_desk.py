"""What the main window knows of calibration: the dialog, who is calibrated, how it ends."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fer_desktop.domain.arousal import AROUSAL
from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.neutral_baseline import NeutralBaseline, neutral_index
from fer_desktop.domain.neutral_evidence import LEAST_S, evidence_s, judged_baseline
from fer_desktop.errors import CalibrationError, FerError
from fer_desktop.pipeline.events import EngineEvent, ModelLoaded
from fer_desktop.recording.session_reader import SessionReader
from fer_desktop.ui.calibration.calibration_dialog import CalibrationDialog
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.bridge import Batch
from trainer.contract.preset import Preset


class CalibrationDesk(Desk):
    """Opens the dialog, and hands to the engine what comes of it.

    Attributes:
        dialog: the open one.
    """

    def __init__(self, parts: WindowParts, selected_face: Callable[[], int | None]) -> None:
        super().__init__(parts)
        actions, controller = parts.actions, parts.controller
        self._selected_face = selected_face
        self._latest: FrameAnalysis | None = None
        self._given: set[int] = set()
        self._model_sha256 = ""
        self.dialog: CalibrationDialog | None = None
        actions.calibrate.triggered.connect(self.open)
        actions.remove_calibration.triggered.connect(self.remove_all)
        controller.batch.connect(self._on_batch)
        controller.happened.connect(self._on_event)
        controller.request_changed.connect(self._on_request)
        controller.settings_changed.connect(self._refresh)
        self._refresh()

    def status(self) -> str:
        """Return which faces in view are calibrated, empty if none is."""
        if self._latest is None or not self._controller.is_open:
            return ""
        ids = [face.sign for face in self._latest.faces if face.baseline is not None]
        return self.tr("calibrated: {faces}").format(faces=", ".join(ids)) if ids else ""

    def open(self) -> None:
        """Show the dialog for the source that is open."""
        if self.dialog is None:
            self.dialog = self._make_dialog()
            # Over the cards, so that the picture stays in sight.
            corner = self._window.mapToGlobal(self._window.rect().topRight())
            self.dialog.adjustSize()
            self.dialog.move(corner.x() - self.dialog.width() - 12, corner.y() + 76)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def remove_all(self) -> None:
        """Read every face as the model does, and estimate no rest either."""
        self._given.clear()
        self._controller.remove_calibration()
        if self._controller.settings.automatic_calibration:
            self._controller.update_settings(
                replace(self._controller.settings, automatic_calibration=False)
            )
        self._announcer.say_calibration_removed()
        self._refresh()

    def _make_dialog(self) -> CalibrationDialog:
        controller, info = self._controller, self._controller.info
        is_video = info is not None and info.is_seekable
        dialog = CalibrationDialog(is_live=not is_video, parent=self._window)
        if is_video and info is not None:
            dialog.interval.open(controller.playback.position_us, info.duration_us or 0)
        if self._latest is not None:
            dialog.show_faces(self._latest.faces)
        dialog.choose(self._selected_face())
        dialog.calibrated.connect(self._calibrate)
        dialog.interval_wanted.connect(self._read_interval)
        dialog.removal_wanted.connect(self._remove)
        dialog.finished.connect(self._forget_dialog)
        return dialog

    def _forget_dialog(self) -> None:
        self.dialog = None

    def _calibrate(self, face_id: int, baseline: NeutralBaseline) -> None:
        self._given.add(face_id)
        self._controller.calibrate(face_id, baseline)
        if self.dialog is not None:
            self.dialog.say_calibrated(face_id)
        self._refresh()

    def _remove(self, face_id: int) -> None:
        self._given.discard(face_id)
        self._controller.remove_calibration(face_id)
        self._refresh()

    def _read_interval(self, face_id: int, begin_us: int, end_us: int) -> None:
        path, preset = self._controller.session_log.path, self._controller.model.preset
        dialog, request = self.dialog, self._controller.request
        if path is None or preset is None or dialog is None:
            return

        def done(baseline: NeutralBaseline) -> None:
            if self._controller.request == request and self.dialog is dialog:
                self._calibrate(face_id, baseline)

        def failed(error: FerError) -> None:
            if self.dialog is dialog:
                dialog.say_refused(error)

        self._background.run(
            "reading the neutral interval",
            lambda: _interval_baseline(path, face_id, begin_us, end_us, preset.sha256),
            done,
            failed,
        )

    def _on_batch(self, batch: Batch) -> None:
        if self.dialog is not None:
            self.dialog.show_batch(batch)
        latest = batch.newest.analysis if batch.newest is not None else None
        if latest is not None:
            had_faces = self._has_faces()
            self._latest = latest
            if self._has_faces() != had_faces:
                self._refresh()

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, ModelLoaded):
            self._use_model(event.preset)
        self._refresh()

    def _use_model(self, preset: Preset) -> None:
        is_same = preset.sha256 == self._model_sha256  # on another engine
        self._model_sha256 = preset.sha256
        if is_same:
            return
        if self.dialog is not None:
            self.dialog.live.stop()
        if self._given:
            self._given.clear()
            self._announcer.say_calibration_ended(preset.name)

    def _on_request(self) -> None:
        self._latest = None
        self._given.clear()
        if self.dialog is not None:
            self.dialog.close()
        self._refresh()

    def _has_faces(self) -> bool:
        return self._latest is not None and bool(self._latest.faces)

    def _refresh(self) -> None:
        controller = self._controller
        info, preset = controller.info, controller.model.preset
        is_film = controller.is_open and info is not None and info.kind != "image"
        is_film = is_film and controller.past is None
        can_see = preset is not None and neutral_index(preset.labels) is not None
        self._actions.calibrate.setEnabled(is_film and can_see and self._has_faces())
        is_automatic = controller.settings.automatic_calibration
        self._actions.remove_calibration.setEnabled(bool(self._given) or is_automatic)


def _interval_baseline(
    path: Path, face_id: int, begin_us: int, end_us: int, sha256: str
) -> NeutralBaseline:
    """Return the rest of a face in an interval of a session; runs on any thread.

    Raises:
        CalibrationError: if the face is not seen at rest there.
        StorageError: if the session cannot be read.
    """
    with SessionReader(path) as reader:
        readings = reader.readings(face_id, begin_us, end_us, sha256)
        arousal = reader.numbers(AROUSAL, face_id, begin_us, end_us)
    if evidence_s([time_us for time_us, _ in readings]) < LEAST_S:
        raise CalibrationError(
            "Less than a second of the face was analysed in this interval.",
            hint="Wait until that part of the video is analysed, or choose a longer interval.",
        )
    return judged_baseline(readings, origin="interval", arousal=[value for (value,) in arousal])
