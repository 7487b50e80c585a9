"""The pictures that a model read wrongly although it was sure."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from fer_desktop.training.label_fixes import REMOVED
from fer_desktop.ui.look.wording import confidence_text, label_text
from trainer.contract.figures import Mistake

_SIDE_PX: Final = 96
_CELL: Final = QSize(150, 150)


class MistakesView(QListWidget):
    """Thumbnails, the most confident mistake first; each may be chosen, to put its label right.

    Signals:
        mistake_chosen: a ``Mistake``, and where on the screen its picture is, a ``QPoint``.
    """

    mistake_chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(_SIDE_PX, _SIDE_PX))
        self.setGridSize(_CELL)
        self.setWordWrap(True)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setSelectionMode(QListWidget.SelectionMode.SingleSelection)
        self._mistakes: tuple[Mistake, ...] = ()
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)
        self.setAccessibleName(self.tr("Most confident mistakes"))

    def show_mistakes(
        self, mistakes: Sequence[Mistake], fixes: Mapping[str, str] | None = None
    ) -> None:
        """Show mistakes; their pictures are read now and needed no longer.

        Args:
            mistakes: the most confident one first.
            fixes: labels that were put right, by the pictures' names; empty for those left out.
        """
        self.clear()
        self._mistakes = tuple(mistakes)
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
            item.setToolTip(f"{mistake.name}\n{self.tr('Click a face to correct its label.')}")
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.show_fixes(fixes or {})

    def show_fixes(self, fixes: Mapping[str, str]) -> None:
        """Say of pictures that they were put right."""
        for row, mistake in enumerate(self._mistakes):
            item = self.item(row)
            text, fixed = item.text().split("\n"), fixes.get(mistake.name)
            text = text[:2]
            if fixed == REMOVED:
                text.append(self.tr("left out"))
            elif fixed is not None:
                text.append(self.tr("now {label}").format(label=label_text(fixed)))
            item.setText("\n".join(text))

    def _choose(self, item: QListWidgetItem) -> None:
        row = self.row(item)
        if 0 <= row < len(self._mistakes):
            corner = self.visualItemRect(item).center()
            self.mistake_chosen.emit(self._mistakes[row], self.viewport().mapToGlobal(corner))
