"""Light and dark: the look of the application, following the system unless the user chose."""

from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from fer_desktop.settings import Theme
from fer_desktop.ui.look.style_sheet import style_sheet
from fer_desktop.ui.look.tokens import DARK, LIGHT, Tokens

_MIN_POINT_SIZE: Final = 10


class ThemeManager(QObject):
    """Gives the application its look.

    Attributes:
        tokens: the colours in use.

    Signals:
        changed: the new ``Tokens``.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication, choice: Theme = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        app.setStyle("Fusion")
        font = app.font()
        if font.pointSize() < _MIN_POINT_SIZE:
            font.setPointSize(_MIN_POINT_SIZE)
            app.setFont(font)
        self.tokens = self._wanted()
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    def choose(self, choice: Theme) -> None:
        """Follow the system, or stay light or dark."""
        self._choice = choice
        self._update()

    def _on_system_changed(self) -> None:
        self._update()

    def _update(self) -> None:
        wanted = self._wanted()
        if wanted is not self.tokens:
            self.tokens = wanted
            self._apply()
            self.changed.emit(wanted)

    def _wanted(self) -> Tokens:
        if self._choice == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            return DARK if scheme is Qt.ColorScheme.Dark else LIGHT
        return DARK if self._choice == "dark" else LIGHT

    def _apply(self) -> None:
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens))


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for target, color in {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.raised if tokens.dark else tokens.surface,
        role.AlternateBase: tokens.window,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.error,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.raised,
        role.Midlight: tokens.raised,
        role.Mid: tokens.border,
        role.Dark: tokens.border,
        role.Shadow: tokens.border,
    }.items():
        palette.setColor(target, QColor(color))
    faded = QColor(tokens.muted)
    faded.setAlphaF(0.6)
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, faded)
    return palette
