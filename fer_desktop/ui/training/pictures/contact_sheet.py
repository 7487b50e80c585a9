"""Some faces of one label side by side, as many in a row as there is room for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.domain.palette import text_color_on
from fer_desktop.training.label_fixes import REMOVED
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import label_text

_COLUMNS: Final = 16  # of the trainer's sheets
_TILE_PX: Final = 56
_GAP_PX: Final = 4
_BAND_PX: Final = 16


class ContactSheet(QWidget):
    """Shows the tiles of a sheet that the trainer made; each may be chosen, to put it right.

    Signals:
        face_chosen: the name of a picture, and where on the screen its tile ends, a ``QPoint``.
    """

    face_chosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = QPixmap()
        self._count = 0
        self._names: tuple[str, ...] = ()
        self._fixes: Mapping[str, str] = {}
        self._at = 0  # where the keys are
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def count(self) -> int:
        """Number of faces shown."""
        return self._count

    @property
    def names(self) -> tuple[str, ...]:
        """The pictures that are shown, as the trainer names them."""
        return self._names[: self._count]

    def show_sheet(self, file: Path | None, faces: int, names: Sequence[str] = ()) -> None:
        """Show a sheet.

        Args:
            file: the sheet; None shows nothing.
            faces: at most so many are on it.
            names: of its pictures; without them none can be chosen.
        """
        self._names, self._at = tuple(names), 0
        self._sheet = QPixmap(str(file)) if file is not None else QPixmap()
        side = self._sheet.width() // _COLUMNS
        rows = self._sheet.height() // side if side else 0
        self._count = min(faces, rows * _COLUMNS)
        can_choose = bool(self.names)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if can_choose else Qt.FocusPolicy.NoFocus)
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if can_choose else Qt.CursorShape.ArrowCursor
        )
        self.updateGeometry()
        self.update()

    def show_fixes(self, fixes: Mapping[str, str]) -> None:
        """Show which pictures were put right: their labels by name, empty for those left out."""
        self._fixes = fixes
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Tell the layout that narrow means tall."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return what the rows take."""
        rows = -(-self._count // self._columns(width))
        return rows * (_TILE_PX + _GAP_PX)

    def sizeHint(self) -> QSize:
        """Prefer eight in a row."""
        width = 8 * (_TILE_PX + _GAP_PX)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Take three in a row if need be."""
        return QSize(3 * (_TILE_PX + _GAP_PX), _TILE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = self._sheet.width() // _COLUMNS
        for at in range(self._count):
            from_down, from_right = divmod(at, _COLUMNS)
            source = QRect(from_right * side, from_down * side, side, side)
            target = self._tile(at)
            painter.drawPixmap(target, self._sheet, QRectF(source))
            if at < len(self._names):
                self._paint_fix(painter, target, self._names[at])
            if at == self._at and self.hasFocus() and self.names:
                painter.setPen(QPen(QColor(current_tokens().accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(target.adjusted(1, 1, -1, -1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the picture that was clicked."""
        at = self._index_at(event.position())
        if at is not None and event.button() in (
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.RightButton,
        ):
            self._choose(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which picture is under the mouse."""
        at = self._index_at(event.position())
        self.setToolTip("" if at is None else self._tip(self._names[at]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from picture to picture, and choose one."""
        columns = self._columns(self.width())
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is not None and self.names:
            if 0 <= self._at + step < len(self.names):
                self._at += step
                self.setAccessibleDescription(self._tip(self._names[self._at]))
                self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.names:
            self._choose(self._at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys are."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        super().focusOutEvent(event)
        self.update()

    def _choose(self, at: int) -> None:
        self._at = at
        self.update()
        corner = self._tile(at).bottomLeft().toPoint()
        self.face_chosen.emit(self._names[at], self.mapToGlobal(corner))

    def _tip(self, name: str) -> str:
        fixed = self._fixes.get(name)
        if fixed is None:
            return self.tr("{name}: click to correct its label").format(name=name)
        if fixed == REMOVED:
            return self.tr("{name}: left out").format(name=name)
        return self.tr("{name}: {label} from now on").format(name=name, label=label_text(fixed))

    def _tile(self, at: int) -> QRectF:
        down, right = divmod(at, self._columns(self.width()))
        pitch = _TILE_PX + _GAP_PX
        return QRectF(right * pitch, down * pitch, _TILE_PX, _TILE_PX)

    def _index_at(self, place: QPointF) -> int | None:
        return next((at for at in range(len(self.names)) if self._tile(at).contains(place)), None)

    def _paint_fix(self, painter: QPainter, tile: QRectF, name: str) -> None:
        """Cross out what is left out; write the new label upon what has another one."""
        fixed = self._fixes.get(name)
        if fixed is None:
            return
        tokens = current_tokens()
        if fixed == REMOVED:
            painter.fillRect(tile, QColor(0, 0, 0, 120))
            painter.setPen(QPen(QColor(tokens.error), 3))
            painter.drawLine(tile.topLeft(), tile.bottomRight())
            painter.drawLine(tile.topRight(), tile.bottomLeft())
            return
        band = QRectF(tile.left(), tile.bottom() - _BAND_PX, tile.width(), _BAND_PX)
        color = label_color(fixed)
        painter.fillRect(band, color)
        painter.setPen(QColor(text_color_on(color.name())))
        text = painter.fontMetrics().elidedText(
            label_text(fixed), Qt.TextElideMode.ElideRight, round(band.width()) - 4
        )
        painter.drawText(band, Qt.AlignmentFlag.AlignCenter, text)

    @staticmethod
    def _columns(width: int) -> int:
        return max(1, (width + _GAP_PX) // (_TILE_PX + _GAP_PX))
