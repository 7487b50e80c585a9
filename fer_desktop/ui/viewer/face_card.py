"""The card of one face: who it is, what it shows, and how sure the model is."""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.ui.look.label_colors import face_color
from fer_desktop.ui.look.measure_texts import measure_description
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import called_text, confidence_text, expression_text, label_text
from fer_desktop.ui.viewer.calibrated_mark import paint_calibrated_mark
from fer_desktop.ui.viewer.measured_rows import measured_rows, paint_rows, row_at
from fer_desktop.ui.viewer.score_bars import paint_bars

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
        frame, inner = self._frame(), self._inner()
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
        self._paint_headline(painter, inner)
        rows = self._rows_area()
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

    def event(self, event: QEvent) -> bool:
        """Explain the measure under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row = row_at(self._rows, self._rows_area(), QPointF(event.pos()))
            if row is not None and (text := measure_description(row.key)):
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)

    def _frame(self) -> QRectF:
        return QRectF(self.rect()).adjusted(1, 1, -1, -1)

    def _inner(self) -> QRectF:
        aside, above = _PADDING_PX, _PADDING_PX - 2
        return self._frame().adjusted(_STRIPE_PX + 14, above, -aside, -above)

    def _rows_area(self) -> QRectF:
        area = self._inner()
        area.setTop(area.bottom() - self._rows_height())
        return area

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
