"""Between the engine and the widgets: what is open, what is wanted, and the user's choices."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.frame_selection import ALL_FRAMES, FrameSelection, selection_of
from fer_desktop.domain.neutral_baseline import NeutralBaseline
from fer_desktop.errors import FerError, SourceError, StorageError
from fer_desktop.log import get_logger
from fer_desktop.pipeline.engine import Engine
from fer_desktop.pipeline.events import (
    AnalysisEnded,
    AnalysisProgress,
    EngineEvent,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    Result,
    SourceOpened,
    State,
    StateChanged,
)
from fer_desktop.pipeline.former_part import FormerPart
from fer_desktop.pipeline.meters import MeterReading
from fer_desktop.recording.session_loading import LoadedSession
from fer_desktop.settings import Settings
from fer_desktop.sources.base import FileSource, FrameSource, Pacing
from fer_desktop.ui.runtime.analysis_watch import AnalysisState, AnalysisWatch, state_of_past
from fer_desktop.ui.runtime.bridge import Batch, ResultInbox
from fer_desktop.ui.runtime.engine_settings import (
    finds_other_faces,
    hand_over,
    is_other_camera_mode,
)
from fer_desktop.ui.runtime.model_in_use import ModelInUse
from fer_desktop.ui.runtime.people_keeper import PeopleKeeper
from fer_desktop.ui.runtime.playback import Playback
from fer_desktop.ui.runtime.rating import Rating
from fer_desktop.ui.runtime.session_corrections import SessionCorrections
from fer_desktop.ui.runtime.session_log import SessionLog
from fer_desktop.ui.runtime.session_marks import SessionMarks
from fer_desktop.ui.runtime.source_request import MakeSource, SourceRequest, with_last_request

log = get_logger("ui")


class Controller(QObject):
    """The window's model of what goes on.

    Attributes:
        request: what was opened last, or is to be opened next.
        playback: where the open source stands, and what plays it.
        model: which one reads the faces.
        marks, corrections: those of the session that is shown.
        selection: which frames of the open file are analysed.
        past: the past session that is shown; None where something is analysed.
        people: who is who in what is shown.

    Signals:
        happened: an ``EngineEvent``, after the attributes took it in.
        batch: results, a ``Batch``; the newest one as it is shown, the analyses as they are.
        request_refused: a ``SourceRequest`` and the ``FerError`` why it cannot be opened.
        request_changed: another source was asked for.
        settings_changed: the new ``Settings``.
        session_wanted: the path of a past session that is to be shown.
        session_shown: a ``LoadedSession`` that is shown from now on.
    """

    happened = Signal(object)
    batch = Signal(object)
    request_refused = Signal(object, object)
    request_changed = Signal()
    settings_changed = Signal(object)
    session_wanted = Signal(object)
    session_shown = Signal(object)

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
        self.playback = Playback(engine, self)
        self.model = ModelInUse(engine.load_model, self._on_event)
        self.marks = SessionMarks(session_log, self)
        self.corrections = SessionCorrections(session_log, Rating(settings.rater, self), self)
        self.request: SourceRequest | None = None
        self.selection = ALL_FRAMES
        self.past: LoadedSession | None = None
        self.people = PeopleKeeper(session_log, self)
        self._newest: Result | None = None
        self._analysis = AnalysisWatch()
        self.people.changed.connect(self._show_people)
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
    def state(self) -> State:
        """Where the engine stands."""
        return self.playback.state

    @property
    def info(self) -> SourceInfo | None:
        """The open source."""
        return self.playback.info

    @property
    def is_open(self) -> bool:
        """Whether a source is open, or being opened."""
        return self.playback.is_open

    @property
    def session(self) -> int:
        """The number of what is shown."""
        return self._session

    @property
    def analysis(self) -> AnalysisState | None:
        """How far the analysis of the open file is; None without one."""
        if not self.is_open:
            return None
        if self.past is not None:
            return state_of_past(self.past, self.selection)
        return self._analysis.state if self.info is not None and not self.info.is_live else None

    def start(self) -> None:
        """Start the engine; detector and model load behind the window."""
        self._engine.start()
        self.model.load(self._settings.model)

    def reading(self) -> MeterReading:
        """Return frame rates and drops."""
        return self._engine.reading()

    def open(
        self,
        request: SourceRequest,
        *,
        remember: bool = True,
        selection: FrameSelection | None = None,
        former: Path | None = None,
    ) -> None:
        """Open a source in place of the present one; the analysis of a file begins.

        Args:
            request: what to open.
            remember: whether it is the one to come back at the next start.
            selection: which frames of a file are analysed; None takes what the settings say.
            former: a session whose film it is; its details and marks are taken along.
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
        self._session = self._engine.open(
            source,
            pacing,
            selection=self.selection,
            before=lambda session: self._expect(session, former),
        )
        self._inbox.begin_session(self._session)
        if pacing is not Pacing.LIVE and self.model.preset is None:
            self.playback.wait_for_model()
        self.request_changed.emit()

    def _expect(self, session: int, former: Path | None) -> None:
        self._session_log.expect(session, self.selection, former=former)
        self._session_log.show(session)

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
        self._session_log.show_past(self._session, summary.path, loaded.marks, loaded.corrections)
        self.update_settings(replace(self._settings, source_session=str(summary.path)))
        self.people.begin(loaded.people)
        self._inbox.begin_session(self._session)
        self._engine.pause()
        self.request_changed.emit()
        self.session_shown.emit(loaded)

    def _leave(self, request: SourceRequest, *, remember: bool) -> None:
        """Forget what is known of the former source."""
        self.request = request
        self._remember = remember
        self.past = None
        self._newest = None
        self.playback.begin()
        self.people.begin()

    def source_of(self, request: SourceRequest) -> FrameSource:
        """Return what reads a file; any thread may ask.

        Raises:
            SourceError: if nothing can.
        """
        return self._make_source(request, self._settings)[0]

    def analyze(
        self,
        source: FileSource,
        selection: FrameSelection,
        former: FormerPart | None = None,
        session_file: Path | None = None,
    ) -> int:
        """Analyse a file that is not shown, and return the number of its session.

        Args:
            source: the file.
            selection: which of its frames.
            former: what was recorded of it before an interruption.
            session_file: where that was, and where the rest goes.
        """
        if former is not None and session_file is not None:
            forget = partial(self._session_log.begin_anew, session_file)
            former = replace(former, on_dropped=forget)
        return self._engine.analyze(
            source,
            selection=selection,
            former=former,
            before=lambda session: self._session_log.expect(session, selection, session_file),
        )

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
        if self.playback.is_seekable:
            self.playback.toggle()
        else:
            self.start_or_stop()

    def pause_analysis(self, is_paused: bool) -> None:
        """Let the analysis of files rest, or go on."""
        self._engine.pause_analysis(is_paused)

    def calibrate(self, face_id: int, baseline: NeutralBaseline) -> None:
        """Read a face against its own rest, as the model in use saw it, until the source closes."""
        if (preset := self.model.preset) is not None:
            self._engine.calibrate(self._session, face_id, baseline, preset.sha256)

    def remove_calibration(self, face_id: int | None = None) -> None:
        """Read a face, or all of them, as the model does."""
        self._engine.remove_calibration(face_id)

    def update_settings(self, settings: Settings) -> None:
        """Let other choices hold from now on."""
        former, self._settings = self._settings, settings
        is_file = self.info is not None and not self.info.is_live and self.past is None
        if is_file and finds_other_faces(former, settings):
            self.people.forget()
        hand_over(self._engine, former, settings)
        if settings.engine != former.engine:
            self.model.reload()
        self.settings_changed.emit(settings)
        if is_other_camera_mode(former, settings) and self._shows_camera():
            self.reopen()

    def _shows_camera(self) -> bool:
        return self.is_open and self.request is not None and self.request.kind == "camera"

    def _on_batch(self, batch: Batch) -> None:
        self.playback.take_batch(batch)
        if batch.newest is not None:
            self._newest = batch.newest
            batch = replace(batch, newest=self.people.shown(batch.newest))
        self.batch.emit(batch)

    def _show_people(self) -> None:
        """Tell the picture on screen again, as who is who has changed."""
        if self._newest is not None:
            newest = self.people.shown(replace(self._newest, is_new=False))
            self.batch.emit(Batch(self._session, newest, ()))

    def _on_event(self, event: EngineEvent) -> None:
        match event:
            case StateChanged(state=state):
                self.playback.take_state(state)
            case AnalysisProgress(file=self._session):
                self._analysis.take(event)
                if event.frames == 1:  # its session has a file, perhaps with marks of a former one
                    self.marks.changed.emit()
            case AnalysisEnded(file=self._session, is_whole=is_whole):
                self._analysis.end(is_whole)
                self._keep_session(is_whole=is_whole)
            case SourceOpened(info=info):
                self._take_source(info)
            case ModelLoading():
                self.model.take(event)
            case ModelLoaded():
                self.model.take(event)
                self._keep_model()
                self.playback.take_model()
            case ModelFailed():
                self.model.take(event)
                self.playback.go_on()
        self.happened.emit(event)
        if isinstance(event, ModelFailed):
            self.model.fall_back(event)

    def _keep_session(self, *, is_whole: bool) -> None:
        """Let the session of a film come back at the next start, with all that was said of it."""
        with suppress(StorageError):  # told when something is to be changed in it
            self._session_log.hold()
        path = self._session_log.path
        is_film = self.info is not None and self.info.kind == "video"
        is_whole &= self._session_log.is_recorded
        if is_whole and is_film and self._remember and path is not None:
            self.update_settings(replace(self._settings, source_session=str(path)))

    def _keep_model(self) -> None:
        """Let the model come back at the next start."""
        if not self.model.is_fallback and self._settings.model != self.model.choice:
            self.update_settings(replace(self._settings, model=self.model.choice))

    def _take_source(self, info: SourceInfo) -> None:
        self.playback.info = info
        request = self.request
        if request is None or not self._remember:
            return
        log.info("opened %s", info.uri)
        self.update_settings(with_last_request(self._settings, request))
