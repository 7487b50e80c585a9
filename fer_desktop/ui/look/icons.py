"""Our own line drawings, in the colours of the theme."""

from functools import cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from fer_desktop.paths import assets_dir
from fer_desktop.ui.look.tokens import current_tokens

_SIZES_PX: Final = (16, 20, 24, 32, 48, 64, 96)
_DISABLED_OPACITY: Final = 0.45


def icon(name: str, color: str = "", checked_color: str = "") -> QIcon:
    """Return a drawing in the theme's text colour, or in others."""
    tokens = current_tokens()
    usual = color or tokens.text
    return _tinted(name, usual, checked_color or usual, tokens.muted)


@cache
def _tinted(name: str, color: str, checked_color: str, disabled_color: str) -> QIcon:
    drawing = (assets_dir() / "icons" / f"{name}.svg").read_bytes()
    result = QIcon()
    for size in _SIZES_PX:
        result.addPixmap(_render(drawing, color, size, 1.0), QIcon.Mode.Normal)
        checked = _render(drawing, checked_color, size, 1.0)
        result.addPixmap(checked, QIcon.Mode.Normal, QIcon.State.On)
        result.addPixmap(
            _render(drawing, disabled_color, size, _DISABLED_OPACITY), QIcon.Mode.Disabled
        )
    return result


def _render(drawing: bytes, color: str, size_px: int, opacity: float) -> QPixmap:
    tinted = drawing.replace(b"currentColor", QColor(color).name().encode())
    pixmap = QPixmap(size_px, size_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(opacity)
    QSvgRenderer(QByteArray(tinted)).render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return pixmap
