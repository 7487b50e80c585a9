"""Some faces of one label side by side, as many in a row as there is room for."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

_COLUMNS: Final = 16  # of the trainer's sheets
_TILE_PX: Final = 56
_GAP_PX: Final = 4


class ContactSheet(QWidget):
    """Shows the tiles of a sheet that the trainer made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = QPixmap()
        self._count = 0
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def count(self) -> int:
        """Number of faces shown."""
        return self._count

    def show_sheet(self, file: Path | None, faces: int) -> None:
        """Show a sheet with at most so many faces on it; None shows nothing."""
        self._sheet = QPixmap(str(file)) if file is not None else QPixmap()
        side = self._sheet.width() // _COLUMNS
        rows = self._sheet.height() // side if side else 0
        self._count = min(faces, rows * _COLUMNS)
        self.updateGeometry()
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
        columns = self._columns(self.width())
        pitch = _TILE_PX + _GAP_PX
        for at in range(self._count):
            down, right = divmod(at, columns)
            from_down, from_right = divmod(at, _COLUMNS)
            source = QRect(from_right * side, from_down * side, side, side)
            target = QRectF(right * pitch, down * pitch, _TILE_PX, _TILE_PX)
            painter.drawPixmap(target, self._sheet, QRectF(source))

    @staticmethod
    def _columns(width: int) -> int:
        return max(1, (width + _GAP_PX) // (_TILE_PX + _GAP_PX))
