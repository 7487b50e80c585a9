"""Every colour of the window that is not a label's."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QGuiApplication, QPalette


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as ``#rrggbb``.

    Attributes:
        window, surface, raised: backgrounds, from the farthest to the nearest.
        border, track: outlines, and the empty part of a bar.
        text, muted: what is read first, and what is read second.
        accent, on_accent: what can be acted on, and text upon it.
        backdrop: what surrounds the picture.
        good, warning, error: states, never the only sign of them.
    """

    dark: bool
    window: str
    surface: str
    raised: str
    border: str
    track: str
    text: str
    muted: str
    accent: str
    on_accent: str
    backdrop: str
    good: str
    warning: str
    error: str


LIGHT: Final = Tokens(
    dark=False,
    window="#f3f4f6",
    surface="#ffffff",
    raised="#e9ebee",
    border="#ccd1d7",
    track="#e3e6ea",
    text="#1c2024",
    muted="#59636e",
    accent="#2b6cb0",
    on_accent="#ffffff",
    backdrop="#dfe2e6",
    good="#2e7d4f",
    warning="#9a6200",
    error="#b3372f",
)
DARK: Final = Tokens(
    dark=True,
    window="#1b1e22",
    surface="#23272c",
    raised="#2e333a",
    border="#414852",
    track="#343a42",
    text="#e9ebee",
    muted="#a2abb5",
    accent="#6aa9e0",
    on_accent="#10161c",
    backdrop="#111316",
    good="#6cc090",
    warning="#e0b050",
    error="#ef8078",
)


def current_tokens() -> Tokens:
    """Return the colours in use, for widgets that paint themselves."""
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < 128 else LIGHT
