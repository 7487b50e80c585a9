"""A card for each face in view."""

import time
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.ui.viewer.face_card import FaceCard

_KEEP_S: Final = 1.0  # a face that is missed for a moment keeps its card


class FaceCards(QScrollArea):
    """The cards of all faces in view, in the order of their ids.

    Signals:
        face_chosen: id of the face whose card was chosen.
        menu_requested: id of a face, and where its menu is to appear.
    """

    face_chosen = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[int, FaceCard] = {}
        self._seen_at: dict[int, float] = {}
        self._selected: int | None = None
        self._pruning = QTimer(self)
        self._pruning.setSingleShot(True)
        self._pruning.setInterval(round(1000 * _KEEP_S))
        self._pruning.timeout.connect(self._prune)
        self._empty = QLabel(self)
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMargin(12)
        content = QWidget(self)
        self._layout = QVBoxLayout(content)
        self._layout.setContentsMargins(8, 4, 8, 8)
        self._layout.setSpacing(8)
        self._layout.addWidget(self._empty)
        self._layout.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(232)
        self.setAccessibleName(self.tr("Faces"))
        self._show_placeholder(self.tr("Faces appear here."))

    @property
    def cards(self) -> list[FaceCard]:
        """The cards, from top to bottom."""
        return [self._cards[face_id] for face_id in sorted(self._cards)]

    def show_analysis(self, analysis: FrameAnalysis) -> None:
        """Show the faces of the frame that is on screen."""
        now = time.monotonic()
        in_view = set()
        persons = {face.identity for face in analysis.faces}
        for face in analysis.faces:
            in_view.add(face.face_id)
            self._seen_at[face.face_id] = now
            if face.face_id not in self._cards:
                self._add(face)
            self._cards[face.face_id].set_face(face, gone=False)
        for face_id, card in list(self._cards.items()):
            if face_id not in in_view and card.face.identity in persons:
                self._remove(face_id)  # the person has another track now
            elif face_id not in in_view:
                card.set_face(card.face, gone=True)
        self._prune()

    def show_lost(self) -> None:
        """Dim all cards: nobody knows what the faces show now."""
        self._pruning.stop()
        for card in self._cards.values():
            card.set_face(card.face, gone=True)

    def select_face(self, face_id: int | None) -> None:
        """Let one card stand out."""
        self._selected = face_id
        for card in self._cards.values():
            card.set_selected(card.face.face_id == face_id)

    def clear(self, placeholder: str = "") -> None:
        """Remove all cards; say why there are none."""
        self._pruning.stop()
        for face_id in list(self._cards):
            self._remove(face_id)
        self._show_placeholder(placeholder or self.tr("Faces appear here."))

    def _prune(self) -> None:
        """Remove the cards of faces that have been away for long, now and later."""
        now = time.monotonic()
        for face_id, card in list(self._cards.items()):
            if card.is_gone and now - self._seen_at[face_id] >= _KEEP_S:
                self._remove(face_id)
        if any(card.is_gone for card in self._cards.values()):
            self._pruning.start()
        if not self._cards:
            self._show_placeholder(self.tr("No face in view."))
        else:
            self._empty.hide()

    def _add(self, face: FaceAnalysis) -> None:
        card = FaceCard(face)
        card.chosen.connect(self.face_chosen)
        card.menu_requested.connect(self.menu_requested)
        card.set_selected(face.face_id == self._selected)
        self._cards[face.face_id] = card
        self._layout.insertWidget(1 + sorted(self._cards).index(face.face_id), card)

    def _remove(self, face_id: int) -> None:
        card = self._cards.pop(face_id)
        del self._seen_at[face_id]
        self._layout.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _show_placeholder(self, text: str) -> None:
        self._empty.setText(text)
        self._empty.show()
