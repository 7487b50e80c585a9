"""Where the picture lies in its widget: letterboxed, mirrored, zoomed and panned."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

from fer_desktop.domain.face import BoundingBox

MAX_ZOOM: Final = 32.0


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture's place.

    Attributes:
        rect: what the picture covers, widget coordinates; may reach beyond the widget.
        scale: widget units for one picture pixel.
        mirrored: whether left and right are exchanged.
    """

    rect: QRectF
    scale: float
    mirrored: bool = False

    def to_widget(self, box: BoundingBox) -> QRectF:
        """Return a box of the picture in widget coordinates."""
        left = self.rect.x() + box.x1 * self.scale
        if self.mirrored:
            left = self.rect.right() - box.x2 * self.scale
        top = self.rect.y() + box.y1 * self.scale
        return QRectF(left, top, box.width * self.scale, box.height * self.scale)

    def point_to_widget(self, x: float, y: float) -> QPointF:
        """Return a point of the picture in widget coordinates."""
        across = x * self.scale
        left = self.rect.right() - across if self.mirrored else self.rect.x() + across
        return QPointF(left, self.rect.y() + y * self.scale)

    def to_picture(self, point: QPointF) -> tuple[float, float]:
        """Return a point of the widget in picture pixels."""
        across = self.rect.right() - point.x() if self.mirrored else point.x() - self.rect.x()
        return across / self.scale, (point.y() - self.rect.y()) / self.scale

    def transform(self) -> QTransform:
        """Return the map under which the picture is drawn into ``rect``."""
        if not self.mirrored:
            return QTransform()
        return QTransform(-1, 0, 0, 1, self.rect.left() + self.rect.right(), 0)


class Viewport:
    """Zoom and pan, kept while picture and widget change their sizes."""

    def __init__(self) -> None:
        self._zoom = 1.0
        self._middle = (0.5, 0.5)  # the picture's point in the widget's middle, relative

    @property
    def is_fitted(self) -> bool:
        """Whether the whole picture is in view."""
        return self._zoom == 1.0

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom = 1.0
        self._middle = (0.5, 0.5)

    def place(self, picture: QSizeF, widget: QSizeF, *, mirrored: bool = False) -> Placement:
        """Return where a picture of this size lies in a widget of that size."""
        scale = self._fit_scale(picture, widget) * self._zoom
        width, height = picture.width() * scale, picture.height() * scale
        left = _along(widget.width(), width, self._middle[0])
        top = _along(widget.height(), height, self._middle[1])
        return Placement(QRectF(left, top, width, height), scale, mirrored)

    def zoom_at(self, factor: float, point: QPointF, picture: QSizeF, widget: QSizeF) -> None:
        """Zoom so that what lies under a point of the widget stays there."""
        before = self.place(picture, widget)
        across = (point.x() - before.rect.x()) / before.rect.width()
        down = (point.y() - before.rect.y()) / before.rect.height()
        self._zoom = min(max(self._zoom * factor, 1.0), MAX_ZOOM)
        after = self.place(picture, widget).rect
        self._middle = (
            across + (widget.width() / 2 - point.x()) / after.width(),
            down + (widget.height() / 2 - point.y()) / after.height(),
        )
        self._keep_in_view(picture, widget)

    def pan(self, moved: QPointF, picture: QSizeF, widget: QSizeF) -> None:
        """Drag the picture along."""
        rect = self.place(picture, widget).rect
        self._middle = (
            self._middle[0] - moved.x() / rect.width(),
            self._middle[1] - moved.y() / rect.height(),
        )
        self._keep_in_view(picture, widget)

    def _keep_in_view(self, picture: QSizeF, widget: QSizeF) -> None:
        rect = self.place(picture, widget).rect
        self._middle = (
            (widget.width() / 2 - rect.x()) / rect.width(),
            (widget.height() / 2 - rect.y()) / rect.height(),
        )

    @staticmethod
    def _fit_scale(picture: QSizeF, widget: QSizeF) -> float:
        return max(min(widget.width() / picture.width(), widget.height() / picture.height()), 1e-6)


def _along(available: float, length: float, middle: float) -> float:
    """Return where a length begins so that nothing of the widget is left empty needlessly."""
    if length <= available:
        return (available - length) / 2
    return min(0.0, max(available - length, available / 2 - middle * length))
