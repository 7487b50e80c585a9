"""Keeps actions and status line true to what goes on."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

from fer_desktop.pipeline.events import AnalysisProgress, EngineEvent, State
from fer_desktop.ui.look.wording import runs_on_text
from fer_desktop.ui.messages.status_line import StatusFacts, StatusLine
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.bridge import Batch
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.delay_meter import DelayMeter
from fer_desktop.ui.runtime.recording_tap import RecordingTap

_REFRESH_MS: Final = 500


class StateKeeper(QObject):
    """Says what can be done now, and how it goes."""

    def __init__(
        self,
        controller: Controller,
        actions: Actions,
        line: StatusLine,
        delay: DelayMeter,
        recorder: RecordingTap,
        training_status: Callable[[], str],
        calibration_status: Callable[[], str],
        queue_status: Callable[[], str],
        sending_status: Callable[[], str],
        listening_status: Callable[[], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._training_status = training_status
        self._calibration_status = calibration_status
        self._queue_status = queue_status
        self._sending_status = sending_status
        self._listening_status = listening_status
        self._controller = controller
        self._actions = actions
        self._line = line
        self._delay = delay
        self._recorder = recorder
        self._has_picture = False
        self._has_detector = True
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh_line)
        self._timer.start(_REFRESH_MS)
        controller.happened.connect(self._on_event)
        controller.batch.connect(self._on_batch)
        controller.request_changed.connect(self._on_request)
        actions.pause_analysis.toggled.connect(self.refresh)
        recorder.started.connect(self.refresh)
        recorder.ended.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Bring everything up to date."""
        self._refresh_actions()
        self.refresh_line()

    def refresh_line(self) -> None:
        """Show the present figures."""
        controller = self._controller
        info = controller.info if controller.is_open else None
        shows_rates = info is not None and info.is_live and controller.playback.is_playing
        has_clock = info is not None and info.kind != "image" and controller.past is None
        analysis = controller.analysis
        self._line.show_facts(
            StatusFacts(
                state=self._state_text(),
                sending=self._sending_status(),
                listening=self._listening_status(),
                size=f"{info.width_px}×{info.height_px}" if info else "",  # noqa: RUF001
                reading=controller.reading() if shows_rates else None,
                analysis=analysis.text() if analysis is not None else "",
                queue=self._queue_status(),
                delay_ms=self._delay.delay_ms() if info and info.is_live else None,
                device=self._device_text(),
                elapsed_s=controller.playback.elapsed_s if has_clock else None,
                calibration=self._calibration_status(),
                training=self._training_status(),
            )
        )

    def _refresh_actions(self) -> None:
        actions, controller = self._actions, self._controller
        is_open, is_seekable = controller.is_open, controller.playback.is_seekable
        kind = controller.info.kind if controller.info is not None and is_open else ""
        actions.start.setText(self.tr("Stop") if is_open else self.tr("Start"))
        actions.start.setIconText(actions.start.text())
        actions.start.setToolTip(
            f"{self.tr('Stop the source') if is_open else self.tr('Start the source')} (F6)"
        )
        actions.set_drawing(actions.start, "stop" if is_open else "play")
        actions.start.setEnabled(is_open or controller.request is not None)
        actions.set_drawing(actions.play, "pause" if controller.playback.is_playing else "play")
        for action in (
            actions.step_back,
            actions.step_forward,
            actions.seek_back,
            actions.seek_forward,
        ):
            action.setEnabled(is_seekable)
        for action in (actions.zoom_in, actions.zoom_out, actions.fit):
            action.setEnabled(kind == "image")
        actions.snapshot.setEnabled(is_open and self._has_picture)
        for action in (actions.mark, *actions.numbered):
            action.setEnabled(is_open)
        analysis = controller.analysis
        is_analysing = analysis is not None and not analysis.is_over
        is_paused = actions.pause_analysis.isChecked()
        is_analysing = is_analysing or bool(self._queue_status())
        actions.pause_analysis.setEnabled(is_analysing or is_paused)
        text = self.tr("Resume analysis") if is_paused else self.tr("Pause analysis")
        actions.pause_analysis.setText(text)
        actions.pause_analysis.setIconText(text)
        actions.record.setEnabled(kind not in ("", "image") or self._recorder.is_recording)
        is_recording = self._recorder.is_recording
        actions.record.setChecked(is_recording)
        actions.record.setText(self.tr("Stop recording") if is_recording else self.tr("Record"))
        actions.record.setIconText(actions.record.text())
        actions.about_model.setEnabled(controller.model.preset is not None)

    def _state_text(self) -> str:
        controller = self._controller
        kind = controller.info.kind if controller.info is not None else ""
        match controller.state:
            case State.IDLE:
                text = self.tr("Stopped") if controller.request is not None else self.tr("Ready")
            case State.OPENING:
                text = self.tr("Opening…")
            case State.RUNNING if kind in ("camera", "stream"):
                text = self.tr("Live")
            case State.PAUSED if controller.past is not None:
                text = self.tr("Past session")
            case State.RUNNING if controller.playback.is_seekable:
                text = self.tr("Playing")
            case State.RUNNING | State.PAUSED if (
                kind == "image" and not controller.playback.is_seekable
            ):
                text = self.tr("Image")
            case State.RUNNING:
                text = self.tr("Running")
            case State.WAITING:
                text = self.tr("Waiting for the analysis…")
            case State.PAUSED if controller.playback.is_waiting:
                text = self.tr("Waiting for the model…")
            case State.PAUSED:
                text = self.tr("Paused")
            case State.RECONNECTING:
                text = self.tr("Waiting for the source…")
            case State.STOPPING:
                text = self.tr("Stopping…")
            case _:
                text = self.tr("Failed")
        return f"{text} · {self.tr('recording')}" if self._recorder.is_recording else text

    def _device_text(self) -> str:
        if self._controller.model.loading:
            return self.tr("loading {model}…").format(model=self._controller.model.loading)
        if not self._has_detector:
            return self.tr("loading the face detector…")
        return runs_on_text(self._controller.model.engine, self._controller.model.device)

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, AnalysisProgress) and event.frames:
            self.refresh_line()
        else:
            self.refresh()

    def _on_request(self) -> None:
        self._has_picture = False
        self.refresh()

    def _on_batch(self, batch: Batch) -> None:
        if batch.newest is not None and batch.newest.is_new:
            self._has_detector = batch.newest.analysis is not None
        elif batch.analyses:
            self._has_detector = True
        if not self._has_picture:
            self._has_picture = True
            self._refresh_actions()
