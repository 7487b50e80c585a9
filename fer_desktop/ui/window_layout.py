"""How large a window is and where its panels are: kept, restored, and set aside for a while."""

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.asking_dialog import fitting_size

_DEFAULT_SIZE: Final = QSize(1280, 820)
_FACES_WIDTH: Final = 280
_TIMELINE_SHARE: Final = 0.25
_VERSION: Final = 1
_ASIDE_PX: Final = 48


class WindowLayout:
    """The layout of a window with a panel on the right and one at the bottom.

    Attributes:
        docks: right and bottom.
        furniture: all panels, also those that are hidden until they are wanted.
    """

    def __init__(self, window: QMainWindow) -> None:
        """Take the window; its panels are added next."""
        self._window = window
        self.docks: list[QDockWidget] = []
        self.furniture: list[QDockWidget] = []
        self._default = QByteArray()
        self._whole: QByteArray | None = None
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        window.setCorner(Qt.Corner.BottomRightCorner, bottom)
        window.setCorner(Qt.Corner.BottomLeftCorner, bottom)

    def add_panels(self, right: QDockWidget, bottom: QDockWidget) -> None:
        """Place the panels, and give the window its usual size."""
        self.docks = [right, bottom]
        self.furniture = [right, bottom]
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, right)
        self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, bottom)
        self._use_default_size()

    def add_hidden(self, panel: QDockWidget) -> None:
        """Place a panel that takes turns with the bottom one, and is not shown until wanted."""
        self.furniture.append(panel)
        self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, panel)
        self._put_behind(panel)

    def remember_default(self) -> None:
        """Take the layout as it is now for the one to reset to."""
        self._default = self._window.saveState(_VERSION)

    def reset(self) -> None:
        """Bring the default layout and size back."""
        self._window.restoreState(self._default, _VERSION)
        self._use_default_size()

    def restore(self, settings: Settings) -> None:
        """Bring back what was kept."""
        if settings.window_geometry:
            self._window.restoreGeometry(_from_text(settings.window_geometry))
        if settings.window_state:
            self._window.restoreState(_from_text(settings.window_state), _VERSION)
        # Where a layout was kept before there was a panel, it would have a corner for itself.
        for panel in self.furniture:
            if panel not in self.docks and panel.isHidden() and not panel.isFloating():
                self._put_behind(panel)

    def kept_in(self, settings: Settings) -> Settings:
        """Return settings that hold the layout as it is now."""
        return replace(
            settings,
            window_geometry=_to_text(self._window.saveGeometry()),
            window_state=_to_text(self._window.saveState(_VERSION)),
        )

    def set_aside(self, furniture: Iterable[QWidget]) -> None:
        """Hide parts of the window for a while."""
        if self._whole is None:
            self._whole = self._window.saveState(_VERSION)
        for widget in furniture:
            widget.hide()

    def bring_back(self) -> None:
        """Show again what was set aside, as it was."""
        layout, self._whole = self._whole, None
        if layout is not None:
            self._window.menuBar().show()
            self._window.statusBar().show()
            self._window.restoreState(layout, _VERSION)

    def _put_behind(self, panel: QDockWidget) -> None:
        bottom = self.docks[1]
        was_hidden = bottom.isHidden()
        self._window.tabifyDockWidget(bottom, panel)
        bottom.raise_()
        panel.hide()
        bottom.setHidden(was_hidden)

    def _use_default_size(self) -> None:
        size = fitting_size(self._window, _DEFAULT_SIZE)
        self._window.resize(size)
        right, bottom = self.docks
        self._window.resizeDocks([right], [_FACES_WIDTH], Qt.Orientation.Horizontal)
        height = round(size.height() * _TIMELINE_SHARE)
        self._window.resizeDocks([bottom], [height], Qt.Orientation.Vertical)


def _to_text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode("ascii")


def _from_text(text: str) -> QByteArray:
    """Return what was kept; nothing, which Qt ignores, if the settings were tampered with."""
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except ValueError:
        return QByteArray()


def move_aside(window: QMainWindow) -> None:
    """Let a window not cover another one in the same place, if there is room beside it."""
    aside = QPoint(_ASIDE_PX, _ASIDE_PX)
    room = window.screen().availableGeometry()
    if not window.isMaximized() and room.contains(window.geometry().translated(aside)):
        window.move(window.pos() + aside)
