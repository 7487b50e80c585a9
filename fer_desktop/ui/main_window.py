"""The window: menus, toolbar, picture, docks and status line."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QKeyCombination, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStatusBar, QVBoxLayout, QWidget

from fer_desktop.models.catalogue import available_models
from fer_desktop.paths import APP_NAME
from fer_desktop.pipeline.events import (
    EngineEvent,
    ModelFailed,
    ModelLoaded,
    ModelLoading,
    StateChanged,
)
from fer_desktop.settings import Settings
from fer_desktop.ui.calibration.calibration_desk import CalibrationDesk
from fer_desktop.ui.commands.dropped_files import DroppedFiles
from fer_desktop.ui.commands.handlers import Commands
from fer_desktop.ui.commands.menus import Menus, ToolBar
from fer_desktop.ui.commands.state_keeper import StateKeeper
from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.theme import ThemeManager
from fer_desktop.ui.look.tokens import Tokens
from fer_desktop.ui.messages.announcer import Announcer
from fer_desktop.ui.messages.desk import WindowParts
from fer_desktop.ui.messages.message_bar import MessageBar
from fer_desktop.ui.messages.status_line import StatusLine
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.recording_tap import RecordingTap
from fer_desktop.ui.runtime.source_request import SourceRequest, plugin_requests
from fer_desktop.ui.sessions.correction_desk import CorrectionDesk
from fer_desktop.ui.sessions.people_desk import PeopleDesk
from fer_desktop.ui.sessions.queue_desk import QueueDesk
from fer_desktop.ui.sessions.summary_desk import SummaryDesk
from fer_desktop.ui.sessions.unfinished_desk import UnfinishedDesk
from fer_desktop.ui.training.corrected.corrected_desk import CorrectedDesk
from fer_desktop.ui.training.training_desk import MakePictures, TrainingDesk
from fer_desktop.ui.viewer.pages import Pages
from fer_desktop.ui.viewer.player import Player
from fer_desktop.ui.viewer.recording_sign import RecordingSign
from fer_desktop.ui.viewer.welcome_page import WelcomeDialog
from fer_desktop.ui.widgets.drops import dropped_targets
from fer_desktop.ui.window_layout import WindowLayout


class MainWindow(QMainWindow):
    """Puts the parts together and keeps their layout.

    Attributes:
        acts, player, pages, messages, status, announcer, commands, queue, unfinished, people,
            dropped, toolbar, menus, training, calibration, corrections, corrected, summary: what it
            consists of.
        parts: what its desks work with.
        cameras: those that were found.

    Signals:
        first_painted: the window is on screen.
    """

    first_painted = Signal()

    def __init__(
        self,
        controller: Controller,
        theme: ThemeManager,
        background: Background,
        recorder: RecordingTap,
        make_pictures: MakePictures,
        sending_status: Callable[[], str],
        listening_status: Callable[[], str],
    ) -> None:
        super().__init__()
        self._controller = controller
        self._theme = theme
        self._recorder = recorder
        self.cameras: list[SourceRequest] = []
        self._asks = True
        self.setWindowTitle(APP_NAME)
        self.setWindowIcon(icon("fer_desktop"))
        self.setAcceptDrops(True)
        self.acts = Actions(self)
        self.addActions([*self.acts, *self.acts.numbered])
        self.player = Player(controller, self.acts, self)
        self.pages = Pages(controller, self.acts, self.player.page, self)
        self.messages = MessageBar(self)
        self.announcer = Announcer(self.messages, controller, self.acts, self)
        self.parts = WindowParts(self, self.acts, controller, self.announcer, background)
        self.commands = Commands(self.parts, self.player.view, recorder)
        self.queue = QueueDesk(self.parts, self.commands.exporter)
        self.unfinished = UnfinishedDesk(
            self.parts, self.commands.exporter, self.commands.bundles, recorder
        )
        self.people = PeopleDesk(self.parts, self.player)
        self.commands.sessions.continued.connect(
            lambda file, session: self.queue.go_on({file: session})
        )
        self.dropped = DroppedFiles(self.commands.open_target, self.queue.add, self.announcer, self)
        self.menus = Menus(
            self, self.acts, controller.open, controller.playback.set_speed, controller.model.load
        )
        self.toolbar = ToolBar(self.acts, self)
        self.status = StatusLine(self)
        RecordingSign(recorder, self.player.view)
        self.training = TrainingDesk(self.parts, make_pictures)
        self.corrected = CorrectedDesk(self.parts, self.training.open_with)
        self.calibration = CalibrationDesk(self.parts, lambda: self.player.selection.face_id)
        self.corrections = CorrectionDesk(self.parts, self.player.selected_face)
        self.summary = SummaryDesk(self.parts, self.commands.save_report)
        self._keeper = StateKeeper(
            controller,
            self.acts,
            self.status,
            self.player.delay,
            recorder,
            self.training.status,
            self.calibration.status,
            self.queue.status,
            sending_status,
            listening_status,
            self,
        )
        self._layout = WindowLayout(self)
        self._fill()
        self._connect()
        self._layout.remember_default()
        self._layout.restore(controller.settings)
        self._on_settings(controller.settings)
        if self.pages.welcome is not None:
            self._layout.set_aside(self._layout.furniture)

    @property
    def docks(self) -> Sequence[QDockWidget]:
        """The panels: faces, and timeline."""
        return self._layout.docks

    def set_cameras(self, cameras: Sequence[SourceRequest]) -> None:
        """Offer the cameras that were found."""
        self.cameras = list(cameras)
        self.toolbar.source.set_cameras([*cameras, *plugin_requests()])
        self.menus.show_cameras(cameras, self._controller.request)

    def refresh_models(self) -> None:
        """Offer the models that are there now."""
        models = available_models()
        preset = self._controller.model.preset
        in_use = self._controller.model.name if preset is not None else ""
        is_loading = preset is None and bool(self._controller.model.loading)
        self.toolbar.model.show_models(models, in_use, is_loading=is_loading)
        self.menus.show_models(models, in_use)

    def close_unasked(self) -> None:
        """Close without a question, as nobody may be there to answer it."""
        self._asks = False
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Obey keys that no focused control wanted."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
        if event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.acts.full_screen.trigger()
            return
        for action, key in self.acts.bare.items():
            if key == pressed:
                if action.isEnabled() and (action.autoRepeat() or not event.isAutoRepeat()):
                    action.trigger()
                return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, folders and links."""
        if dropped_targets(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        targets = dropped_targets(event.mimeData())
        if targets:
            event.acceptProposedAction()
            # Later, so that the program it came from is not held up by a message of ours.
            QTimer.singleShot(0, self, lambda: self.dropped.open(targets))

    def showEvent(self, event: QShowEvent) -> None:
        """Tell when the window is on screen."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.first_painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the layout among the settings, unless something is not to be interrupted."""
        if self._asks and not self._may_close() and self._asks:  # not after a signal meanwhile
            event.ignore()
            return
        self.training.shut_down()
        if self.isFullScreen():
            self.acts.full_screen.trigger()
        self._layout.bring_back()
        self._controller.update_settings(self._layout.kept_in(self._controller.settings))
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the menu's tick true when the window manager changes the window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.acts.full_screen.setChecked(self.isFullScreen())

    def _may_close(self) -> bool:
        return self.training.may_close() and self.unfinished.may_close()

    def _fill(self) -> None:
        center = QWidget(self)
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.messages)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(center)
        self.addToolBar(self.toolbar)
        bar = QStatusBar(self)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self.status, 1)
        self.setStatusBar(bar)
        self._layout.add_panels(
            self._panel("faces", self.tr("Faces"), self.player.cards),
            self._panel("timeline", self.tr("Timeline"), self.player.bottom),
        )
        self._summary_dock = self._panel("summary", self.tr("Summary"), self.summary.view)
        self._layout.add_hidden(self._summary_dock)
        self.menus.add_panels([dock.toggleViewAction() for dock in self._layout.furniture])
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Let Tab go from the toolbar to the picture, and from there to the panels."""
        parts = (self.toolbar, self.messages, self.pages, self.player.cards, self.player.bottom)
        controls = [
            control
            for part in parts
            for control in part.findChildren(QWidget)
            if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.window() is self
        ]
        for former, latter in pairwise(controls):
            QWidget.setTabOrder(former, latter)

    def _panel(self, name: str, title: str, content: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(content)
        return dock

    def _connect(self) -> None:
        controller, acts = self._controller, self.acts
        acts.quit.triggered.connect(self.close)
        acts.full_screen.triggered.connect(self._on_full_screen)
        acts.reset_layout.triggered.connect(self._layout.reset)
        acts.summary.triggered.connect(self._show_summary)
        acts.welcome.triggered.connect(lambda: WelcomeDialog.ask(self, self.pages.model_sentence()))
        self.pages.welcome_accepted.connect(self._layout.bring_back)
        self.toolbar.source.chosen.connect(self._on_source_chosen)
        self.toolbar.model.chosen.connect(self._on_model_chosen)
        self.commands.models_changed.connect(self.refresh_models)
        self.training.models_changed.connect(self.refresh_models)
        controller.request_changed.connect(self._on_request)
        controller.request_refused.connect(self._on_request)  # the toolbar shows what is open
        controller.settings_changed.connect(self._on_settings)
        self._recorder.started.connect(self._show_title)
        self._recorder.ended.connect(self._show_title)
        controller.happened.connect(self._on_event)
        self.player.bottom.currentChanged.connect(self._name_bottom_dock)
        self._theme.changed.connect(self._on_theme)
        self._on_theme(self._theme.tokens)

    def _show_summary(self) -> None:
        self._summary_dock.show()
        self._summary_dock.raise_()

    def _name_bottom_dock(self) -> None:
        has_chart = self.player.bottom.currentWidget() is self.player.chart
        title = self.tr("Timeline") if has_chart else self.tr("Selected face")
        self.docks[1].setWindowTitle(title)

    def _on_source_chosen(self, request: SourceRequest) -> None:
        self._controller.open(request)
        self.player.view.setFocus()

    def _on_model_chosen(self, name: str) -> None:
        self._controller.model.load(name)
        self.player.view.setFocus()

    def _on_request(self) -> None:
        request = self._controller.request
        self.toolbar.source.set_request(request)
        self.menus.show_cameras(self.cameras, request)
        self._show_title()

    def _show_title(self) -> None:
        """Name what is open, and say so if it is recorded."""
        parts = [APP_NAME]
        request = self._controller.request
        if request is not None and self._controller.is_open:
            parts.insert(0, request.title)
        if self._recorder.is_recording:
            parts.insert(0, self.tr("● Recording"))
        self.setWindowTitle(" – ".join(parts))  # noqa: RUF001

    def _on_settings(self, settings: Settings) -> None:
        self._theme.choose(settings.theme)
        self.menus.show_recent(settings)
        self.refresh_models()

    def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, ModelLoading | ModelLoaded | ModelFailed):
            self.refresh_models()
        elif isinstance(event, StateChanged):
            self._show_title()

    def _on_theme(self, tokens: Tokens) -> None:
        self.acts.refresh_icons()
        self.toolbar.source.refresh()
        self.messages.refresh()
        self.player.chart.apply_theme(tokens.dark)

    def _on_full_screen(self, wanted: bool) -> None:
        if wanted:
            furniture = (self.menuBar(), self.toolbar, self.statusBar(), *self._layout.furniture)
            self._layout.set_aside(furniture)
        else:
            self._layout.bring_back()
        # The other states stay: a maximized window is maximized again after it.
        full = Qt.WindowState.WindowFullScreen
        self.setWindowState(self.windowState() | full if wanted else self.windowState() & ~full)
        self.player.view.setFocus()
