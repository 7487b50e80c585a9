"""Between the engine and the widgets: what is open, what is wanted, and the user's choices."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection, selection_of
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.errors import FerError, ModelError, SourceError
from fer_desktop.log import get_logger
from fer_desktop.models.catalogue import resolve_model
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import (
    AnalysisEnded,
    AnalysisProgress,
    EngineEvent,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    SourceOpened,
    State,
    StateChanged,
)
from fer_desktop.pipeline.loader import DETECTOR_NAME
from fer_desktop.pipeline.meters import MeterReading
from fer_desktop.recording.session_format import Mark
from fer_desktop.recording.session_loading import LoadedSession
from fer_desktop.settings import Settings
from fer_desktop.sources.base import FileSource, FrameSource, Pacing
from fer_desktop.ui.runtime.analysis_watch import AnalysisState, AnalysisWatch
from fer_desktop.ui.runtime.bridge import Batch, ResultInbox
from fer_desktop.ui.runtime.session_log import SessionLog
from fer_desktop.ui.runtime.source_request import MakeSource, SourceRequest
from fer_desktop.ui.runtime.stopwatch import Stopwatch
from trainer.contract.preset import Preset

log = get_logger("ui")

SEEK_STEP_US: Final = 5_000_000
_BUSY: Final = frozenset(
    {State.OPENING, State.RUNNING, State.WAITING, State.PAUSED, State.RECONNECTING}
)


class Controller(QObject):
    """The window's model of what goes on.

    Attributes:
        state: where the engine stands.
        request: what was opened last, or is to be opened next.
        info: the open source.
        preset: the model in use.
        engine, device: what runs it, and what that computes on.
        model: its name, or its folder if that is not among the application's own.
        is_fallback: whether it stands in for one that could not be loaded at the start.
        loading_model: name of the model that is being loaded.
        selection: which frames of the open file are analysed.
        past: the past session that is shown; None where something is analysed.

    Signals:
        happened: an ``EngineEvent``, after the attributes took it in.
        batch: results, a ``Batch``.
        request_refused: a ``SourceRequest`` and the ``FerError`` why it cannot be opened.
        request_changed: another source was asked for.
        settings_changed: the new ``Settings``.
        speed_changed: another factor of the source's own speed.
        session_wanted: the path of a past session that is to be shown.
        session_shown: a ``LoadedSession`` that is shown from now on.
        marks_changed: the marks of the session that is shown are others.
        marked: time in microseconds and text of a mark that was recorded.
    """

    happened = Signal(object)
    batch = Signal(object)
    request_refused = Signal(object, object)
    request_changed = Signal()
    settings_changed = Signal(object)
    speed_changed = Signal(float)
    session_wanted = Signal(object)
    session_shown = Signal(object)
    marks_changed = Signal()
    marked = Signal(object, str)

    def __init__(
        self,
        engine: Engine,
        inbox: ResultInbox,
        session_log: SessionLog,
        make_source: MakeSource,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._inbox = inbox
        self._session_log = session_log
        self._make_source = make_source
        self._settings = settings
        self._session = 0
        self._remember = True
        self._awaits: Literal["", "model", "result"] = ""
        self._position_us = 0
        self._watch = Stopwatch()
        self.state = State.IDLE
        self.request: SourceRequest | None = None
        self.info: SourceInfo | None = None
        self.preset: Preset | None = None
        self.engine = ""
        self.device = ""
        self.model = ""
        self.is_fallback = False
        self._asked_model = ""
        self.loading_model = ""
        self.selection = ALL_FRAMES
        self.past: LoadedSession | None = None
        self._analysis = AnalysisWatch()
        inbox.event_ready.connect(self._on_event)
        inbox.result_ready.connect(self._on_batch)

    @property
    def settings(self) -> Settings:
        """The user's choices."""
        return self._settings

    @property
    def session_log(self) -> SessionLog:
        """The file of the present session."""
        return self._session_log

    @property
    def is_open(self) -> bool:
        """Whether a source is open, or being opened."""
        return self.state in _BUSY

    @property
    def is_playing(self) -> bool:
        """Whether time goes on in the source, or will as soon as the analysis lets it."""
        return self.state in (State.RUNNING, State.WAITING)

    @property
    def is_waiting(self) -> bool:
        """Whether a video waits for the model."""
        return self._awaits != "" and self.state is State.PAUSED

    @property
    def is_seekable(self) -> bool:
        """Whether the open source has a transport bar."""
        return self.is_open and self.info is not None and self.info.is_seekable

    @property
    def session(self) -> int:
        """The number of what is shown."""
        return self._session

    @property
    def analysis(self) -> AnalysisState | None:
        """How far the analysis of the open file is; None without one."""
        past = self.past
        if past is not None and self.is_open:
            whole, frames = past.summary.is_complete, past.summary.frames
            total = self.selection.count(past.summary.info.source)
            edge_us = int(past.times_us[-1])
            faces = past.summary.faces
            return AnalysisState(frames, total, edge_us, faces, is_over=True, is_whole=whole)
        is_file = self.info is not None and not self.info.is_live
        return self._analysis.state if is_file and self.is_open else None

    @property
    def position_us(self) -> int:
        """The source's time on screen."""
        return self._position_us

    @property
    def elapsed_s(self) -> float | None:
        """How long the source has run, pauses left out; None where none is open."""
        return self._watch.elapsed_s if self.is_open and self.info is not None else None

    def start(self) -> None:
        """Start the engine; detector and model load behind the window."""
        self._engine.start()
        self.load_model(self._settings.model)

    def reading(self) -> MeterReading:
        """Return frame rates and drops."""
        return self._engine.reading()

    def open(
        self,
        request: SourceRequest,
        *,
        remember: bool = True,
        selection: FrameSelection | None = None,
    ) -> None:
        """Open a source in place of the present one; the analysis of a file begins.

        Args:
            request: what to open.
            remember: whether it is the one to come back at the next start.
            selection: which frames of a file are analysed; None takes what the settings say.
        """
        if request.kind == "session":
            self.session_wanted.emit(Path(request.uri))
            return
        try:
            if not self._settings.welcome_accepted:
                raise SourceError(
                    "Accept the first page before opening anything.",
                    hint="Read it, tick the box and press Start.",
                )
            source, pacing = self._make_source(request, self._settings)
        except FerError as error:
            log.warning("%s cannot be opened: %s", request.kind, error)
            if not self.is_open:
                self.request = request  # to be tried again
            self.request_refused.emit(request, error)
            return
        self._leave(request, remember=remember)
        self.selection = selection or FrameSelection(self._settings.analysis_every)
        self._analysis.reset()
        self._session = self._engine.open(source, pacing, selection=self.selection)
        self._session_log.expect(self._session, self.selection)
        self._session_log.show(self._session)
        self._inbox.begin_session(self._session)
        # A video rests on its first frame until it can be read: no face of it shall be missed.
        self._awaits = "model" if pacing is not Pacing.LIVE and self.preset is None else ""
        if self._awaits:
            self._engine.pause()
        self.request_changed.emit()

    def show_session(self, loaded: LoadedSession, source: FrameSource, label: str) -> None:
        """Show a past session.

        Args:
            loaded: it.
            source: its pictures, or what stands for them.
            label: what it is called.
        """
        summary = loaded.summary
        self._leave(SourceRequest("session", str(summary.path), label=label), remember=False)
        self.selection = selection_of(summary.info.settings)
        self.past = loaded
        self._analysis.reset()
        self._session = self._engine.open(
            source, Pacing.PLAYBACK, selection=self.selection, known=loaded.known
        )
        self._session_log.show_past(self._session, summary.path, loaded.marks)
        self._inbox.begin_session(self._session)
        self._awaits = ""
        self._engine.pause()
        self.request_changed.emit()
        self.session_shown.emit(loaded)

    def _leave(self, request: SourceRequest, *, remember: bool) -> None:
        """Forget what is known of the former source."""
        self.request = request
        self._remember = remember
        self.past = None
        self.info = None
        self._position_us = 0
        self._watch.reset()

    def source_of(self, request: SourceRequest) -> FrameSource:
        """Return what reads a file; any thread may ask.

        Raises:
            SourceError: if nothing can.
        """
        return self._make_source(request, self._settings)[0]

    def analyze(self, source: FileSource, selection: FrameSelection) -> int:
        """Analyse a file that is not shown, and return the number of its session."""
        session = self._engine.analyze(source, selection=selection)
        self._session_log.expect(session, selection)
        return session

    def cancel_analysis(self, session: int) -> None:
        """Analyse a file no further; what was analysed stays."""
        self._engine.cancel_analysis(session)

    def reopen(self, selection: FrameSelection | None = None) -> None:
        """Open again what was open last; other frames of a file are analysed if that is wanted."""
        if self.request is not None:
            wanted = selection or self.selection
            self.open(self.request, remember=self._remember, selection=wanted)

    def stop(self) -> None:
        """Close the source."""
        self._engine.stop()

    def start_or_stop(self) -> None:
        """Open the source asked for, or close the open one."""
        if self.is_open:
            self.stop()
        else:
            self.reopen()

    def toggle(self) -> None:
        """Play or pause a video; start or stop anything else."""
        self._awaits = ""
        if not self.is_seekable:
            self.start_or_stop()
        elif self.is_playing:
            self._engine.pause()
        else:
            self._engine.play()

    def pause_analysis(self, is_paused: bool) -> None:
        """Let the analysis of files rest, or go on."""
        self._engine.pause_analysis(is_paused)

    def step(self, frames: int) -> None:
        """Show the frame so many frames on, or back if negative."""
        if self.is_seekable:
            self._engine.step(frames)

    def seek(self, timestamp_us: int) -> None:
        """Show the frame of a time."""
        if self.is_seekable:
            self._position_us = max(0, timestamp_us)
            self._engine.seek(self._position_us)

    def seek_by(self, delta_us: int) -> None:
        """Go on, or back if negative."""
        end_us = (self.info.duration_us or 0) if self.info is not None else 0
        self.seek(min(max(0, self._position_us + delta_us), max(0, end_us)))

    def set_speed(self, factor: float) -> None:
        """Play so many times as fast as recorded."""
        self._engine.set_speed(factor)
        self.speed_changed.emit(factor)

    def mark(self, text: str) -> bool:
        """Mark the present moment; tell whether the session could take it.

        Raises:
            StorageError: if the session can no longer be written.
        """
        was_recorded = self._session_log.mark(self._session, self._position_us, text)
        if was_recorded:
            self.marked.emit(self._position_us, text)
        return was_recorded

    def set_marks(self, marks: Sequence[Mark]) -> bool:
        """Put marks in place of those that are there; tell whether there is a session to take them.

        Raises:
            StorageError: if it cannot be written.
        """
        is_set = self._session_log.set_marks(marks)
        if is_set:
            self.marks_changed.emit()
        return is_set

    def calibrate(self, face_id: int, baseline: NeutralBaseline) -> None:
        """Read a face against its own rest, as the model in use saw it, until the source closes."""
        if self.preset is not None:
            self._engine.calibrate(self._session, face_id, baseline, self.preset.sha256)

    def remove_calibration(self, face_id: int | None = None) -> None:
        """Read a face, or all of them, as the model does."""
        self._engine.remove_calibration(face_id)

    def load_model(self, name_or_folder: str) -> None:
        """Load a model beside the one in use; empty for the one that ships with the application."""
        self.is_fallback = False
        self._ask_for_model(name_or_folder)

    def update_settings(self, settings: Settings) -> None:
        """Let other choices hold from now on."""
        former, self._settings = self._settings, settings
        if settings.smoothing_ms != former.smoothing_ms:
            self._engine.set_smoothing(settings.smoothing_ms)
        if settings.face_search != former.face_search:
            self._engine.set_face_search(settings.face_search)
        if settings.min_detection_score != former.min_detection_score:
            self._engine.set_detection_score(settings.min_detection_score)
        if settings.engine != former.engine:
            self._ask_for_model(self._asked_model)
        if settings.automatic_calibration != former.automatic_calibration:
            self._engine.set_automatic_calibration(settings.automatic_calibration)
        if settings.measures != former.measures:
            self._engine.set_measures(settings.measures)
        self.settings_changed.emit(settings)
        if _camera_mode(settings) != _camera_mode(former) and self._shows_camera():
            self.reopen()

    def _shows_camera(self) -> bool:
        return self.is_open and self.request is not None and self.request.kind == "camera"

    def _on_batch(self, batch: Batch) -> None:
        if batch.newest is not None:
            self._position_us = batch.newest.frame.timestamp_us
        if self._awaits == "result" and batch.analyses:
            self._play_if_waiting()
        self.batch.emit(batch)

    def _on_event(self, event: EngineEvent) -> None:
        match event:
            case StateChanged(state=state):
                self.state = state
                self._watch.run(state is State.RUNNING)
            case AnalysisProgress(file=self._session):
                self._analysis.take(event)
            case AnalysisEnded(file=self._session, is_whole=is_whole):
                self._analysis.end(is_whole)
            case SourceOpened(info=info):
                self._take_source(info)
            case ModelLoading(name=name):
                self.loading_model = name
            case ModelLoaded(preset=preset, engine=engine, device=device):
                self.preset, self.engine, self.device = preset, engine, device
                self.loading_model = ""
                self._keep_model(preset)
                # Not at once: the first reading may compile the network for that many faces.
                self._awaits = "result" if self._awaits else ""
            case ModelFailed(name=name, error=error):
                log.warning("%s cannot be used: %s", name, error)
                self.loading_model = ""
                self._play_if_waiting()
        self.happened.emit(event)
        if isinstance(event, ModelFailed) and event.name != DETECTOR_NAME:
            self._fall_back()

    def _ask_for_model(self, name_or_folder: str) -> None:
        self._asked_model = name_or_folder
        try:
            folder = resolve_model(name_or_folder)
        except ModelError as error:
            self._on_event(ModelFailed(Path(name_or_folder).name, error))
        else:
            self._engine.load_model(folder)

    def _keep_model(self, preset: Preset) -> None:
        self.model = self._asked_model or preset.name
        if not self.is_fallback and self._settings.model != self._asked_model:
            self.update_settings(replace(self._settings, model=self._asked_model))

    def _fall_back(self) -> None:
        """Use the application's own model if there is none at all."""
        if self.preset is None and self._asked_model:
            self.is_fallback = True
            self._ask_for_model("")

    def _play_if_waiting(self) -> None:
        if self._awaits:
            self._awaits = ""
            self._engine.play()

    def _take_source(self, info: SourceInfo) -> None:
        self.info = info
        request = self.request
        if request is None or not self._remember or request.kind == "session":
            return
        settings = replace(self._settings, source_kind=request.kind, source_uri=request.uri)
        if request.kind == "file":
            settings = settings.with_recent_file(request.uri)
        elif request.kind == "stream":
            settings = settings.with_recent_url(request.uri)
        log.info("opened %s", info.uri)
        self.update_settings(settings)


def _camera_mode(settings: Settings) -> tuple[int, int, int]:
    return settings.camera_width_px, settings.camera_height_px, settings.camera_fps
