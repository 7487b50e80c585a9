"""The picture with its transport bar, and the docks that belong to it."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.frame import SourceInfo
from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.pipeline.events import (
    AnalysisEnded,
    AnalysisProgress,
    EngineEvent,
    ModelLoaded,
    Result,
    SourceOpened,
    State,
    StateChanged,
)
from fer_desktop.recording.session_loading import LoadedSession
from fer_desktop.settings import Settings
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.bridge import Batch
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.delay_meter import DelayMeter
from fer_desktop.ui.timeline.chart import TimelineChart
from fer_desktop.ui.viewer.face_cards import FaceCards
from fer_desktop.ui.viewer.face_selection import FaceSelection
from fer_desktop.ui.viewer.frame_view import FrameView
from fer_desktop.ui.viewer.score_bars import ScoreBars
from fer_desktop.ui.viewer.transport_bar import TransportBar
from fer_desktop.ui.viewer.unread_note import UnreadNote


class Player(QObject):
    """Shows what the engine delivers, in every widget that has a part in it.

    Attributes:
        page: picture and transport bar.
        view, note, transport, cards, chart, bars: the widgets.
        bottom: chart for streams, bars for still images.
        delay: age of the picture.
    """

    def __init__(self, controller: Controller, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller = controller
        self._latest: FrameAnalysis | None = None
        self.delay = DelayMeter()
        self.view = FrameView()
        self.note = UnreadNote(self.view)
        self.transport = TransportBar(
            [actions.step_back, actions.play, actions.step_forward], actions.pause_analysis
        )
        self.transport.hide()
        self.page = QWidget(parent)
        self.page.setFocusProxy(self.view)
        layout = QVBoxLayout(self.page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.transport)
        self.cards = FaceCards()
        self.chart = TimelineChart()
        self.bars = ScoreBars()
        self.bottom = QStackedWidget()
        self.bottom.addWidget(self.chart)
        self.bottom.addWidget(self.bars)
        self.selection = FaceSelection(self)
        self._connect()
        self.use_settings(controller.settings)

    def use_settings(self, settings: Settings) -> None:
        """Show what the user wants to see."""
        self.view.set_parts(
            OverlayParts(
                settings.show_boxes,
                settings.show_labels,
                settings.show_bars,
                settings.show_guides,
            )
        )
        self.view.set_mirrored(settings.mirror and self._shows_camera())
        self._set_span()

    def _connect(self) -> None:
        controller = self._controller
        controller.batch.connect(self._on_batch)
        controller.happened.connect(self._on_event)
        controller.request_changed.connect(self._on_request)
        controller.session_shown.connect(self._on_session)
        controller.marks.added.connect(self.chart.add_mark)
        controller.marks.changed.connect(self._show_marks)
        controller.corrections.changed.connect(self._show_corrections)
        controller.settings_changed.connect(self.use_settings)
        controller.people.changed.connect(self._on_people)
        self.view.face_clicked.connect(self._choose)
        self.view.frame_painted.connect(self.delay.painted)
        self.view.went_stale.connect(self.cards.show_lost)
        self.cards.face_chosen.connect(self._choose)
        self.selection.changed.connect(self._on_selected)
        self.transport.seek_requested.connect(controller.playback.seek)
        self.transport.speed_requested.connect(controller.playback.set_speed)
        controller.playback.speed_changed.connect(self.transport.set_speed)
        self.chart.seek_requested.connect(controller.playback.seek)
        self.chart.face_chosen.connect(self.keep_person)

    def _set_span(self) -> None:
        """Let the timeline show what the user wants, or a whole video that is shorter."""
        span_s: float = self._controller.settings.timeline_span_s
        info = self._controller.info
        if info is not None and info.duration_us:
            span_s = min(span_s, info.duration_us / 1e6)
        self.chart.set_span(span_s)

    def _shows_camera(self) -> bool:
        info = self._controller.info
        return info is not None and info.kind == "camera"

    def _on_request(self) -> None:
        """Another source was asked for: what is on screen belongs to the former."""
        self.view.clear()
        self.note.hide()
        self.chart.clear()
        self.cards.clear()
        self.selection.clear()
        self.delay.reset()
        self.transport.hide()
        self._latest = None
        self.bars.set_face(None)

    def _on_event(self, event: EngineEvent) -> None:
        match event:
            case SourceOpened(info=info):
                self._begin(info)
            case StateChanged(state=State.IDLE | State.FAILED):
                self.cards.clear()
            case ModelLoaded(preset=preset):
                self.chart.set_labels(preset.labels)
            case AnalysisProgress(file=self._controller.session, frames=0):
                self.chart.forget()  # it begins, perhaps anew with other networks
                self._show_progress()
            case AnalysisProgress(file=self._controller.session) | AnalysisEnded():
                self._show_progress()

    def _on_session(self, session: LoadedSession) -> None:
        """A past session is shown: all of it is known at once."""
        self.chart.load(session.timeline, session.marks)
        self._show_corrections()

    def _show_marks(self) -> None:
        self.chart.set_marks(self._controller.marks.all())

    def _show_corrections(self) -> None:
        self.chart.set_corrections(self._controller.corrections.visible())

    def _begin(self, info: SourceInfo) -> None:
        mirrored = self._controller.settings.mirror and info.kind == "camera"
        self.view.begin(live=info.is_live, mirrored=mirrored, zoomable=info.kind == "image")
        self.chart.set_seekable(info.is_seekable)
        self._set_span()
        self.transport.begin(info.duration_us or 0, info.fps)
        self.transport.setVisible(info.is_seekable)
        self.bottom.setCurrentWidget(self.bars if info.kind == "image" else self.chart)

    def _on_batch(self, batch: Batch) -> None:
        is_live = self._controller.info is None or self._controller.info.is_live
        for analysis in batch.analyses:
            self.chart.append(analysis, is_now=is_live)
            if is_live:
                self.selection.take(self._controller.people.present.shown(analysis))
        if batch.newest is not None:
            self._show(batch.newest)
        self._show_progress()

    def _show(self, result: Result) -> None:
        """Show a picture with what is known of it."""
        self.view.set_frame(result.frame, result.analysis)
        if result.analysis is not None:
            self._latest = result.analysis
            if not result.is_new:
                self.selection.take(result.analysis)
            self.cards.show_analysis(result.analysis)
            self._show_selected()
        else:
            self.cards.show_lost()
        self.note.show_for(result, self._controller.analysis)
        if self._controller.playback.is_seekable:
            self.transport.set_position(result.frame.timestamp_us)
            self.chart.set_position(result.frame.timestamp_us)

    def _show_progress(self) -> None:
        analysis = self._controller.analysis
        if analysis is not None:
            begin_us = self._controller.selection.from_us or 0
            self.transport.set_analysed(begin_us, analysis.edge_us, is_over=analysis.is_over)
            self.note.refresh(analysis)

    def keep_person(self, number: int) -> None:
        """Select a person who need not be in view, until another one is chosen."""
        in_view = self._latest.faces if self._latest is not None else ()
        tracks = [face.face_id for face in in_view if face.identity == number]
        parts = self._controller.people.present.parts_of(number)
        tracks += [part.face_id for part, _ in reversed(parts)]
        if tracks:
            self.selection.keep(tracks[0], number)

    def _choose(self, face_id: int) -> None:
        in_view = self._latest.faces if self._latest is not None else ()
        persons = {face.face_id: face.identity for face in in_view}
        self.selection.choose(face_id, persons.get(face_id, face_id))

    def _on_people(self) -> None:
        """Who is who has changed; the picture was told again."""
        people = self._controller.people.present
        self.chart.set_people(people)
        face_id, number = self.selection.face_id, self.selection.person
        if face_id is not None and number is not None and not people.parts_of(number):
            number = people.number_of(face_id, self._controller.playback.position_us)
            self.selection.renumber(number)
        if number is not None and people.person(number).is_hidden:
            self.selection.clear()
        if self._latest is not None:
            self.selection.take(self._latest)

    def _on_selected(self, face_id: int | None) -> None:
        self.view.select_face(face_id)
        self.cards.select_face(face_id)
        self.chart.select_person(self.selection.person)
        self._show_selected()

    def _show_selected(self) -> None:
        if self.bottom.currentWidget() is self.bars:
            self.bars.set_face(self.selected_face())

    def selected_face(self) -> FaceAnalysis | None:
        """Return the selected face as it was last seen; None where it is not in the picture."""
        faces = self._latest.faces if self._latest is not None else ()
        chosen = self.selection.face_id
        return next((face for face in faces if face.face_id == chosen), None)
