"""Bars of one face's probabilities, one a label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import called_text, confidence_text, expression_text, label_text

_MOST_NAME: Final = 0.5  # of the width


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a name, a bar and a number.

    Attributes:
        name, number: for reading.
        share: how much of the bar is filled, 0 to 1.
        color: of that part.
    """

    name: str
    share: float
    number: str
    color: QColor


def paint_bars(painter: QPainter, scores: EmotionScores, area: QRectF) -> None:
    """Draw name, bar and number of every label in the painter's font, filling an area."""
    paint_bar_rows(painter, score_bars(scores), area)


def score_bars(scores: EmotionScores) -> list[Bar]:
    """Return a bar for each label."""
    return [
        Bar(label_text(label), probability, confidence_text(probability), label_color(label))
        for label, probability in zip(scores.labels, scores.probabilities, strict=True)
    ]


def paint_bar_rows(
    painter: QPainter, bars: Sequence[Bar], area: QRectF, most_name: float = _MOST_NAME
) -> None:
    """Draw rows of bars in the painter's font, filling an area.

    Args:
        painter: begun.
        bars: from top to bottom.
        area: to be filled.
        most_name: share of the width that names may take.
    """
    tokens = current_tokens()
    metrics = QFontMetricsF(painter.font())
    # Long names are cut rather than the bars left out, or numbers painted over.
    most = area.width() * most_name
    names = [metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, most) for bar in bars]
    name_width = max(metrics.horizontalAdvance(name) for name in names)
    number_width = metrics.horizontalAdvance(confidence_text(1.0))
    gap = metrics.height() * 0.5
    row_height = area.height() / len(names)
    thickness = min(row_height * 0.56, metrics.height() * 0.9)
    track = QRectF(
        area.left() + name_width + gap,
        0,
        max(0.0, area.width() - name_width - number_width - 2 * gap),
        thickness,
    )
    radius = min(thickness / 2, 4.0)
    for row, (bar, name) in enumerate(zip(bars, names, strict=True)):
        line = QRectF(area.left(), area.top() + row * row_height, area.width(), row_height)
        painter.setPen(QColor(tokens.text if name else tokens.muted))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawText(
            line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, bar.number
        )
        track.moveTop(line.top() + (row_height - thickness) / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(track, radius, radius)
        filled = QRectF(track)
        filled.setWidth(track.width() * bar.share)
        if filled.width() >= 1:
            painter.setBrush(bar.color)
            painter.drawRoundedRect(filled, min(radius, filled.width() / 2), radius)


class ScoreBars(QWidget):
    """The selected face of a still image, where streams have their timeline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face: FaceAnalysis | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Probabilities of the selected face"))

    def set_face(self, face: FaceAnalysis | None) -> None:
        """Show a face's probabilities; None shows that there are none."""
        if face != self._face:
            self._face = face
            words = f"{called_text(face.sign)}: {expression_text(face)}" if face else ""
            self.setAccessibleDescription(words)
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Leave room for a title and eight rows."""
        return QSize(280, self.fontMetrics().height() * 9)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint title and bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = current_tokens()
        area = QRectF(self.rect()).adjusted(14, 6, -14, -8)
        line = QFontMetricsF(painter.font()).height()
        face = self._face
        if face is None or face.smoothed is None:
            painter.setPen(QColor(tokens.muted))
            text = self.tr("Click a face in the picture to see its probabilities.")
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
            return
        painter.setPen(QColor(tokens.text))
        title = f"{called_text(face.sign)}   {expression_text(face)}"
        painter.drawText(QRectF(area.left(), area.top(), area.width(), line), title)
        rows = len(face.smoothed.labels)
        height = min(area.height() - line * 1.4, rows * line * 1.9)
        width = min(area.width(), 760.0)
        paint_bars(
            painter, face.smoothed, QRectF(area.left(), area.top() + line * 1.4, width, height)
        )
