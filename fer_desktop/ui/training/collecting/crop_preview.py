"""The camera's picture with what is cut out of it."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from fer_desktop.domain.face import BoundingBox
from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.pipeline.events import Result
from fer_desktop.training.frame_quality import crop_corners
from fer_desktop.ui.look.tokens import DARK
from fer_desktop.ui.viewer.frame_view import FrameView

_HALO = QColor(10, 12, 14, 150)


class CollectPicture(FrameView):
    """A frame without labels, under the outline of the crop."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_parts(OverlayParts(boxes=False, labels=False))
        self._corners: Sequence[tuple[float, float]] = ()
        self._is_fit = True
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_result(self, result: Result) -> None:
        """Show a frame and, if there is one face in it, the crop."""
        faces = result.analysis.faces if result.analysis is not None else ()
        self._corners = crop_corners(faces[0].detection) if len(faces) == 1 else ()
        self.set_frame(result.frame, result.analysis)

    def show_fitness(self, is_fit: bool) -> None:
        """Show whether the frame can be used; not by the colour alone, a text says it too."""
        self._is_fit = is_fit
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint picture and outline."""
        super().paintEvent(event)
        placement = self.placement()
        if placement is None or not self._corners or not self.overlay_is_shown:
            return
        outline = QPolygonF(
            [
                QPointF(placement.to_widget(BoundingBox(x, y, x, y)).topLeft())
                for x, y in self._corners
            ]
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # On video the bright colours read best, whatever the theme.
        pen = QPen(QColor(DARK.good if self._is_fit else DARK.warning), 3)
        if not self._is_fit:
            pen.setStyle(Qt.PenStyle.DashLine)
        for one in (QPen(_HALO, 6), pen):
            one.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(one)
            painter.drawPolygon(outline)
        painter.end()
