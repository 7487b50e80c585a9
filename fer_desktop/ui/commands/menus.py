"""The menu bar and the toolbar."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from fer_desktop.addresses import public_address
from fer_desktop.files import shown_name
from fer_desktop.models.catalogue import ModelEntry
from fer_desktop.settings import Settings
from fer_desktop.ui.commands.choosers import ModelChooser, SourceChooser
from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.wording import action_text, name_text
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.source_request import SourceRequest, plugin_requests
from fer_desktop.ui.viewer.transport_bar import SPEEDS


class Menus(QObject):
    """The menu bar; the lists in it are filled from outside."""

    def __init__(
        self,
        window: QMainWindow,
        actions: Actions,
        open_request: Callable[[SourceRequest], object],
        set_speed: Callable[[float], object],
        load_model: Callable[[str], object],
    ) -> None:
        super().__init__(window)
        self._open_request = open_request
        self._load_model = load_model
        bar = window.menuBar()
        self._recent = QMenu(self.tr("Open recent"), window)
        self._cameras = QActionGroup(self)
        self._models = QActionGroup(self)
        file = bar.addMenu(self.tr("&File"))
        file.addActions([actions.open_file, actions.analyze_files])
        file.addMenu(self._recent)
        file.addActions([actions.open_network, actions.open_demo])
        file.addAction(actions.new_window)
        file.addSeparator()
        file.addActions([actions.export, actions.report, actions.snapshot, actions.import_bundle])
        file.addSeparator()
        file.addActions([actions.settings, actions.quit])
        self._source = bar.addMenu(self.tr("&Source"))
        self._first_fixed = self._source.addSeparator()
        self._source.addActions([actions.rescan, actions.start])
        self._source.addSeparator()
        self._source.addActions([actions.play, actions.step_back, actions.step_forward])
        self._source.addActions([actions.seek_back, actions.seek_forward])
        speed = self._source.addMenu(self.tr("Speed"))
        for factor in SPEEDS:
            action = speed.addAction(f"{factor:g} ×")  # noqa: RUF001 - the sign of times
            action.triggered.connect(lambda _=False, factor=factor: set_speed(factor))
        self._source.addSeparator()
        self._source.addActions([actions.pause_analysis, actions.analysis_options])
        session = bar.addMenu(self.tr("S&ession"))
        session.addActions([actions.mark, actions.record])
        recording = session.addMenu(self.tr("Record as"))
        recording.addActions(actions.record_kinds.actions())
        recording.addSeparator()
        recording.addAction(actions.record_sound)
        session.addActions([actions.summary, actions.export, actions.report])
        session.addSeparator()
        marking = session.addMenu(self.tr("Mark with a key"))
        marking.addActions(actions.mark_keys)
        marking.addSeparator()
        marking.addAction(actions.mark_keys_options)
        session.addAction(actions.marks)
        labelling = session.addMenu(self.tr("Correct the selected face"))
        labelling.addActions(actions.correction_keys)
        session.addAction(actions.corrections)
        session.addSeparator()
        session.addActions([actions.people, actions.why])
        session.addActions([actions.calibrate, actions.remove_calibration])
        session.addSeparator()
        session.addActions([actions.sessions, actions.analyze_again])
        self._model = bar.addMenu(self.tr("&Model"))
        self._model_fixed = self._model.addSeparator()
        self._model.addActions([actions.former_model, actions.last_training])
        self._model.addActions([actions.train_model, actions.train_on_corrections])
        self._model.addActions([actions.open_model, actions.manage_models])
        self._model.addAction(actions.about_model)
        self.view = bar.addMenu(self.tr("&View"))
        self.view.addAction(actions.full_screen)
        self.view.addActions([actions.zoom_in, actions.zoom_out, actions.fit])
        self.view.addSeparator()
        self.view.addActions([actions.boxes, actions.labels, actions.bars, actions.guides])
        self.view.addAction(actions.mirror)
        self.view.addSeparator()
        self.view.addAction(actions.measures)
        self.view.addSeparator()
        theme = self.view.addMenu(self.tr("Theme"))
        theme.addActions(actions.themes.actions())
        self._panels_end = self.view.addSeparator()
        self.view.addAction(actions.reset_layout)
        help_menu = bar.addMenu(self.tr("&Help"))
        help_menu.addActions([actions.shortcuts, actions.welcome, actions.show_log, actions.about])

    def add_panels(self, toggles: Sequence[QAction]) -> None:
        """List the panels that can be hidden."""
        for toggle in toggles:
            self.view.insertAction(self._panels_end, toggle)

    def show_recent(self, settings: Settings) -> None:
        """List what was opened before, latest first."""
        self._recent.clear()
        for path in settings.recent_files:
            request = SourceRequest("file", path)
            action = self._recent.addAction(action_text(request.title))
            action.setToolTip(shown_name(path))
            self._open_with(action, request)
        if settings.recent_files and settings.recent_urls:
            self._recent.addSeparator()
        for url in settings.recent_urls:
            self._open_with(
                self._recent.addAction(action_text(name_text(public_address(url)))),
                SourceRequest("stream", url),
            )
        self._recent.setEnabled(not self._recent.isEmpty())
        self._recent.setToolTipsVisible(True)

    def show_cameras(self, cameras: Sequence[SourceRequest], current: SourceRequest | None) -> None:
        """List the cameras that were found."""
        _clear(self._cameras, self._source)
        if not cameras:
            none = QAction(self.tr("No camera found"), self._cameras)
            none.setEnabled(False)
            self._source.insertAction(self._first_fixed, none)
        for request in (*cameras, *plugin_requests()):
            action = QAction(action_text(request.title), self._cameras)
            action.setCheckable(True)
            action.setChecked(request == current)
            self._open_with(action, request)
            self._source.insertAction(self._first_fixed, action)

    def show_models(self, models: Sequence[ModelEntry], in_use: str) -> None:
        """List the models that were found."""
        _clear(self._models, self._model)
        for model in models:
            action = QAction(action_text(name_text(model.name)), self._models)
            action.setCheckable(True)
            action.setChecked(model.name == in_use)
            action.setEnabled(not model.problem)
            action.triggered.connect(lambda _=False, name=model.name: self._load_model(name))
            self._model.insertAction(self._model_fixed, action)

    def _open_with(self, action: QAction, request: SourceRequest) -> None:
        action.triggered.connect(lambda: self._open_request(request))


def _clear(group: QActionGroup, menu: QMenu) -> None:
    for action in group.actions():
        menu.removeAction(action)
        group.removeAction(action)
        action.deleteLater()


class ToolBar(QToolBar):
    """What is needed all the time, with words under no icon: words beside it."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setWindowTitle(self.tr("Toolbar"))
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.source = SourceChooser([actions.open_file, actions.open_network], self)
        self.model = ModelChooser([actions.open_model], self)
        self.source.setMaximumWidth(300)
        self.model.setMaximumWidth(220)
        self.addWidget(self.source)
        for action in (actions.start, actions.record, actions.mark, actions.snapshot):
            button = self._add_button(action, Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            if action is actions.record:
                button.setProperty("role", "record")
        gap = QWidget(self)
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(gap)
        label = QLabel(self.tr("Model:"), self)
        label.setBuddy(self.model)
        self.addWidget(label)
        self.addWidget(self.model)
        self._add_button(actions.settings, Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._draw_extension()

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_extension()

    def _draw_extension(self) -> None:
        """Give the button for what a narrow window has no room for a sign that is seen."""
        button = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if button is not None:  # it is Qt's own, whose sign is black in each theme
            button.setIcon(icon("more"))
            button.setToolTip(self.tr("More"))

    def _add_button(self, action: QAction, style: Qt.ToolButtonStyle) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setToolButtonStyle(style)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(action.iconText())
        self.addWidget(button)
        return button
