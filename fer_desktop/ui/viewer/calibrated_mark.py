"""The sign of a face that is read against its own neutral expression: a neutral face."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen


def paint_calibrated_mark(painter: QPainter, area: QRectF, color: QColor) -> None:
    """Draw the sign as large as the area's shorter side, in its middle."""
    side = min(area.width(), area.height())
    center, unit = area.center(), side / 24
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(color, 2.2 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(center, 9.5 * unit, 9.5 * unit)
    mouth = QPointF(4 * unit, 4 * unit), QPointF(-4 * unit, 4 * unit)
    painter.drawLine(QLineF(center + mouth[0], center + mouth[1]))
    for x in (-3.4, 3.4):
        painter.drawPoint(center + QPointF(x * unit, -2.6 * unit))
    painter.restore()
