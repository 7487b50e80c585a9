"""Sentences with a sign each, and the files that they are about."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.tokens import current_tokens
from fer_desktop.ui.training.pictures.findings import Finding

_DETAILS_PX: Final = 96
_MOST_DETAILS: Final = 2_000  # nobody reads more, and the box would become slow


class FindingList(QWidget):
    """One row a sentence; a button shows the files below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings: tuple[Finding, ...] = ()
        self._rows = QWidget(self)
        self.details = QPlainTextEdit(self)
        self.details.setReadOnly(True)
        self.details.setFixedHeight(_DETAILS_PX)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setAccessibleName(self.tr("Files"))
        self.details.hide()
        self.buttons: list[QToolButton] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._layout.addWidget(self._rows)
        self._layout.addWidget(self.details)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is shown."""
        return self._findings

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show other sentences."""
        self._findings = tuple(findings)
        self.details.hide()
        self._layout.removeWidget(self._rows)
        self._rows.hide()
        self._rows.deleteLater()
        self._rows = QWidget(self)
        self._layout.insertWidget(0, self._rows)
        grid = QGridLayout(self._rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.buttons = []
        for row, finding in enumerate(findings):
            sign = QLabel(self._rows)
            sign.setPixmap(_sign(finding.kind))
            text = QLabel(finding.text, self._rows)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            policy = text.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
            text.setSizePolicy(policy)
            grid.addWidget(sign, row, 0)
            grid.addWidget(text, row, 1)
            if finding.details:
                grid.addWidget(self._make_button(finding), row, 2)
        self._rows.show()

    def _make_button(self, finding: Finding) -> QToolButton:
        button = QToolButton(self._rows)
        button.setText(self.tr("Show files"))
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # No taller than the line it stands in.
        button.setStyleSheet(f"padding: 1px 8px; border: 1px solid {current_tokens().border};")
        button.setAccessibleName(self.tr("Show files: {text}").format(text=finding.text))
        button.clicked.connect(lambda wanted: self._show_details(button, finding, wanted))
        self.buttons.append(button)
        return button

    def _show_details(self, chosen: QToolButton, finding: Finding, wanted: bool) -> None:
        for button in self.buttons:
            button.setChecked(button is chosen and wanted)
        lines = list(finding.details[:_MOST_DETAILS])
        if len(finding.details) > len(lines):
            more = self.tr("and {count} more")
            lines.append(more.format(count=f"{len(finding.details) - len(lines):,}"))
        self.details.setPlainText("\n".join(lines))
        self.details.setVisible(wanted)


def _sign(kind: str) -> QPixmap:
    tokens = current_tokens()
    color = {"good": tokens.good, "warning": tokens.warning, "error": tokens.error}
    drawing = kind if kind in ("warning", "error") else "info"
    return icon(drawing, color.get(kind, tokens.accent)).pixmap(18, 18)
