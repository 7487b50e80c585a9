"""One card per face: who it is, what it shows, and how sure the model is."""

import time
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.ui.look.label_colors import face_color
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import called_text, confidence_text, expression_text, label_text
from fer_desktop.ui.viewer.calibrated_mark import paint_calibrated_mark
from fer_desktop.ui.viewer.measured_rows import measured_rows, paint_rows
from fer_desktop.ui.viewer.score_bars import paint_bars

_KEEP_S: Final = 1.0  # a face that is missed for a moment keeps its card
_STRIPE_PX: Final = 6
_PADDING_PX: Final = 10
_NAME_SHARE: Final = 0.4  # of the headline, where there is a name instead of a number


class FaceCard(QWidget):
    """A face, painted in one go.

    Signals:
        chosen: the face's id, when the card was clicked or Enter was pressed on it.
        menu_requested: the face's id, and where a menu of what can be said of it is to appear.
    """

    chosen = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self, face: FaceAnalysis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face = face
        self._rows = measured_rows(face)
        self._selected = False
        self._gone = False
        self._headline = QFont(self.font())
        self._headline.setPointSizeF(self.font().pointSizeF() * 1.35)
        self._headline.setWeight(QFont.Weight.DemiBold)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._describe()

    @property
    def face(self) -> FaceAnalysis:
        """What the card shows."""
        return self._face

    @property
    def is_gone(self) -> bool:
        """Whether the face is out of sight."""
        return self._gone

    @property
    def is_selected(self) -> bool:
        """Whether the timeline shows this face."""
        return self._selected

    def set_face(self, face: FaceAnalysis, *, gone: bool) -> None:
        """Show newer numbers, or that the face is out of sight."""
        if face == self._face and gone == self._gone:
            return
        former = self._face.smoothed is None, len(self._rows)
        self._face, self._rows = face, measured_rows(face)
        resized = former != (face.smoothed is None, len(self._rows))
        self._gone = gone
        if resized:
            self.updateGeometry()
        self._describe()
        self.update()

    def set_selected(self, selected: bool) -> None:
        """Stand out among the others."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    def sizeHint(self) -> QSize:
        """Leave room for one headline and a row a label."""
        height = QFontMetricsF(self._headline).height() + 2 * _PADDING_PX
        if self._face.smoothed is not None:
            height += self.fontMetrics().height() * 1.12 * len(self._face.smoothed.labels) + 6
        height += self._rows_height()
        return QSize(220, round(height))

    def _rows_height(self) -> float:
        return self.fontMetrics().height() * 1.12 * len(self._rows)

    def minimumSizeHint(self) -> QSize:
        """Never squeeze the rows."""
        return QSize(180, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint stripe, headline and bars."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        outlined = self._selected or self.hasFocus()
        painter.setPen(
            QPen(QColor(tokens.accent if outlined else tokens.border), 2 if outlined else 1)
        )
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(frame, 8, 8)
        painter.setOpacity(0.45 if self._gone else 1.0)
        color = face_color(self._face)
        stripe = frame.adjusted(5, 7, 0, -7)
        stripe.setWidth(_STRIPE_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(stripe, 3, 3)
        inner = frame.adjusted(_STRIPE_PX + 14, _PADDING_PX - 2, -_PADDING_PX, -_PADDING_PX + 2)
        self._paint_headline(painter, inner)
        rows = QRectF(inner)
        rows.setTop(inner.bottom() - self._rows_height())
        paint_rows(painter, self._rows, rows, self.font())
        inner.setBottom(rows.top())
        if self._face.smoothed is not None:
            painter.setFont(self.font())
            top = inner.top() + QFontMetricsF(self._headline).height() + 4
            paint_bars(
                painter,
                self._face.smoothed,
                QRectF(inner.left(), top, inner.width(), inner.bottom() - top),
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the click, so that its release comes here too."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the face."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.chosen.emit(self._face.face_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the face by Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self._face.face_id)
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the face's menu, by mouse or key."""
        self.menu_requested.emit(self._face.face_id, event.globalPos())
        event.accept()

    def _paint_headline(self, painter: QPainter, area: QRectF) -> None:
        tokens = current_tokens()
        metrics = QFontMetricsF(self._headline)
        painter.setFont(self._headline)
        line = QRectF(area.left(), area.top(), area.width(), metrics.height())
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        elided = Qt.TextElideMode.ElideRight
        number = metrics.elidedText(self._face.sign, elided, _NAME_SHARE * line.width())
        painter.setPen(QColor(tokens.muted))
        painter.drawText(line, left, number)
        line.setLeft(line.left() + metrics.horizontalAdvance(number + "  "))
        if self._face.baseline is not None:
            side = metrics.height() * 0.72
            place = QRectF(line.left(), line.top(), side, line.height())
            paint_calibrated_mark(painter, place, QColor(tokens.accent))
            line.setLeft(place.right() + metrics.horizontalAdvance(" "))
        scores = self._face.smoothed
        if scores is None:
            painter.setFont(self.font())
            painter.drawText(line, left, self.tr("not classified yet"))
            return
        if self._face.is_unsure:
            self._paint_unsure(painter, line, [label for label, _ in scores.ranked()[:2]])
            return
        painter.setPen(QColor(tokens.text))
        confidence = confidence_text(scores.confidence)
        painter.drawText(line, right, confidence)
        rest = line.width() - metrics.horizontalAdvance(f"  {confidence}")
        label = label_text(scores.emotion)
        painter.drawText(line, left, metrics.elidedText(label, elided, rest))

    def _paint_unsure(self, painter: QPainter, line: QRectF, likeliest: list[str]) -> None:
        unsure = self.tr("unsure")
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, unsure)
        rest = QRectF(line)
        rest.setLeft(line.left() + QFontMetricsF(self._headline).horizontalAdvance(unsure) + 10)
        painter.setFont(self.font())
        words = QFontMetricsF(self.font()).elidedText(
            " / ".join(map(label_text, likeliest)), Qt.TextElideMode.ElideRight, rest.width()
        )
        painter.drawText(rest, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _describe(self) -> None:
        words = expression_text(self._face) or self.tr("not classified yet")
        if self._face.baseline is not None:
            words = f"{words}, {self.tr('calibrated')}"
        self.setAccessibleName(f"{called_text(self._face.sign)}: {words}")
        self.setToolTip(self._tip())

    def _tip(self) -> str:
        show = self.tr("Show this face in the timeline (Enter)")
        tip = f"{show}\n{self.tr('Right-click: name, merge, split or hide it')}"
        if self._face.name:
            tip = f"{called_text(self._face.sign)}\n{tip}"
        baseline = self._face.baseline
        if baseline is None:
            return tip
        if baseline.origin == "automatic":
            why = self.tr("Calibrated automatically, from an estimate of its neutral expression")
        else:
            why = self.tr("Calibrated: corrected for its own neutral expression")
        return f"{why}\n{tip}"


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
