"""The pictures that a model read wrongly although it was sure."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from fer_desktop.ui.look.wording import confidence_text, label_text
from trainer.contract.figures import Mistake

_SIDE_PX: Final = 96
_CELL: Final = QSize(150, 150)


class MistakesView(QListWidget):
    """Thumbnails, the most confident mistake first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(_SIDE_PX, _SIDE_PX))
        self.setGridSize(_CELL)
        self.setWordWrap(True)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setAccessibleName(self.tr("Most confident mistakes"))

    def show_mistakes(self, mistakes: Sequence[Mistake]) -> None:
        """Show mistakes; their pictures are read now and needed no longer."""
        self.clear()
        for mistake in mistakes:
            face = QPixmap(str(mistake.picture)).scaled(
                _SIDE_PX,
                _SIDE_PX,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            text = self.tr("{truth}, predicted\n{answer} {confidence}").format(
                truth=label_text(mistake.truth),
                answer=label_text(mistake.predicted),
                confidence=confidence_text(mistake.confidence),
            )
            item = QListWidgetItem(QIcon(face), text, self)
            item.setToolTip(mistake.name)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
