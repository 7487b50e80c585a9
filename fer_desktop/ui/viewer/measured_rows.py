"""What else is measured of a face, as rows of a name and a number."""

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.measures import CHANNELS_MAX, MeasureSpec
from fer_desktop.domain.picture_problem import QUALITY, problem_of
from fer_desktop.ui.look.measure_texts import problem_text
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.look.wording import channel_text, measure_text, measured_text


class Row(NamedTuple):
    """Name and number of a channel, and the key of its measure."""

    name: str
    text: str
    key: str


def measured_rows(face: FaceAnalysis) -> list[Row]:
    """Return name and number of each channel that is worth a row."""
    rows: list[Row] = []
    for spec, numbers in face.measurements:
        if spec == QUALITY:
            problem = problem_of(face)
            if problem is not None:
                rows.append(Row(measure_text(spec.key), problem_text(problem), spec.key))
        elif len(spec.channels) <= CHANNELS_MAX:
            rows += [
                Row(name, measured_text(spec, number), spec.key)
                for name, number in zip(_names(spec), numbers, strict=True)
            ]
    return rows


@lru_cache(maxsize=64)
def _names(spec: MeasureSpec) -> tuple[str, ...]:
    """Return the names of a measure's channels, which are wanted for each face of each frame."""
    return tuple(channel_text(spec, channel) for channel in spec.channels)


def row_at(rows: list[Row], area: QRectF, at: QPointF) -> Row | None:
    """Return which of some rows that are painted in an area lies at a place."""
    if not rows or not area.contains(at):
        return None
    return rows[min(len(rows) - 1, int((at.y() - area.top()) / area.height() * len(rows)))]


def paint_rows(painter: QPainter, rows: list[Row], area: QRectF, font: QFont) -> None:
    """Paint rows from the top of an area: names on the left, numbers on the right."""
    if not rows:
        return
    tokens = current_tokens()
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    height = area.height() / len(rows)
    for at, (name, number, _) in enumerate(rows):
        line = QRectF(area.left(), area.top() + at * height, area.width(), height)
        painter.setPen(QColor(tokens.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        room = line.width() - metrics.horizontalAdvance(f"  {number}")
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            line,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(name, Qt.TextElideMode.ElideRight, room),
        )
