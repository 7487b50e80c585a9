"""The values under the cursor, on a card beside it."""

from html import escape
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.tokens import Tokens
from fer_desktop.ui.look.wording import confidence_text, label_text
from fer_desktop.ui.timeline.content import Readout

_DISTANCE_PX: Final = 12
_COLUMN_GAP: Final = '<td width="14"></td>'
_FONT_SHARES: Final = (1.0, 0.85, 0.7)  # of the application's font, when many labels need room


class ReadoutCard(QLabel):
    """Stands over the chart and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.RichText)
        self._muted = ""
        self.hide()

    def apply_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._muted = tokens.muted
        self.setStyleSheet(
            f"background: {tokens.raised}; color: {tokens.text};"
            f"border: 1px solid {tokens.border}; border-radius: 6px; padding: 4px;"
        )

    def show_readout(self, readout: Readout, x: int, bounds: QRect) -> None:
        """Show values beside a place: in as many columns as the height asks for, or smaller."""
        for share in _FONT_SHARES:
            self._fill(readout, bounds.height(), share)
            if self.width() <= bounds.width():
                break
        left = x + _DISTANCE_PX
        if left + self.width() > bounds.right():
            left = x - _DISTANCE_PX - self.width()
        self.move(QPoint(max(bounds.left(), left), bounds.top()))
        self.show()

    def _fill(self, readout: Readout, height: int, font_share: float) -> None:
        font = QApplication.font()
        font.setPointSizeF(font.pointSizeF() * font_share)
        self.setFont(font)
        for columns in range(1, len(readout.values) + len(readout.measured) + 2):
            self.setText(self._html(readout, columns))
            self.adjustSize()
            if self.height() <= height:
                break

    def _html(self, readout: Readout, columns: int) -> str:
        every = [
            _cells(label_color(label), label_text(label), confidence_text(value))
            for label, value in readout.values
        ]
        every += [_cells(label_color(name), name, number) for name, number in readout.measured]
        rows = -(-len(every) // columns)
        lines = [
            f'<tr><td colspan="{4 * columns}" style="color: {self._muted}; white-space: pre">'
            f"{escape(readout.title)}</td></tr>"
        ]
        for row in range(rows):
            lines.append(f"<tr>{_COLUMN_GAP.join(every[row::rows])}</tr>")
        return f'<table cellspacing="0" cellpadding="1">{"".join(lines)}</table>'


def _cells(color: QColor, name: str, number: str) -> str:
    return (
        f'<td style="color: {color.name()}">■&nbsp;</td>'
        f"<td>{escape(name)}&nbsp;&nbsp;</td>"
        f'<td align="right">{escape(number).replace(" ", "&nbsp;")}</td>'
    )
