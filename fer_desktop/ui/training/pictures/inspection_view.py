"""What is in the pictures: bars, a contact sheet, and what is wrong with them."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.errors import FerError
from fer_desktop.training.inspection import Inspection
from fer_desktop.training.label_fixes import REMOVED, LabelFixes
from fer_desktop.ui.look.wording import breakable, label_text
from fer_desktop.ui.training.fix_menu import FixMenu
from fer_desktop.ui.training.pictures.contact_sheet import ContactSheet
from fer_desktop.ui.training.pictures.finding_list import FindingList
from fer_desktop.ui.training.pictures.findings import findings
from fer_desktop.ui.training.pictures.label_map_view import LabelMapView
from fer_desktop.ui.widgets.label_bars import LabelBars
from fer_desktop.ui.widgets.note import Note
from trainer.contract.text import counted

_BARS_PX: Final = (210, 310)


class InspectionView(QWidget):
    """Shows an inspection; a click on a bar shows faces of that label.

    Signals:
        map_wanted: the labels shall have other names (see ``LabelMapView``).
        fixes_cleared: all that was put right about single pictures was taken back.
    """

    map_wanted = Signal(str)
    fixes_cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Inspection | None = None
        self.heading = QLabel(self)
        self.heading.setProperty("role", "heading")
        self.place = QLabel(self)
        self.place.setProperty("role", "muted")
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.place.setWordWrap(True)
        self.layout_line = QLabel(self)
        self.layout_line.setProperty("role", "muted")
        self.layout_line.setTextFormat(Qt.TextFormat.PlainText)
        self.layout_line.setWordWrap(True)
        self.labels_button = QPushButton(self.tr("Rename labels"), self)
        self.labels_button.setCheckable(True)
        self.labels_button.setAutoDefault(False)
        self.labels_button.setToolTip(
            self.tr("Join labels that mean the same, rename them or leave them out")
        )
        self.labels = LabelMapView(self)
        self.labels.hide()
        self.labels_button.toggled.connect(self._show_labels)
        self.labels.map_wanted.connect(self.map_wanted)
        self.bars = LabelBars(self)
        narrowest, widest = _BARS_PX
        self.bars.setMinimumWidth(narrowest)
        self.bars.setMaximumWidth(widest)
        self.sheet_title = QLabel(self)
        self.sheet_title.setProperty("role", "muted")
        self.sheet_title.setWordWrap(True)
        self.sheet = ContactSheet(self)
        self.sheet.face_chosen.connect(self._ask_fix)
        self._label = ""  # whose faces are shown
        self._fixes: LabelFixes | None = None
        self.fixes_note = Note(parent=self)
        self.undo_button = QPushButton(self.tr("Undo all"), self)
        self.undo_button.setAutoDefault(False)
        self.undo_button.setToolTip(self.tr("Take back all corrected labels of these pictures"))
        self.undo_button.clicked.connect(self._undo)
        self.findings = FindingList(self)
        self.bars.chosen.connect(self.choose)
        self._lay_out()

    def show_inspection(
        self, path: Path, found: Inspection, fixes: LabelFixes | None = None
    ) -> None:
        """Show what was found in a folder or csv.

        Args:
            path: the folder or csv.
            found: what is in it.
            fixes: what was put right about single pictures, and takes more of it.
        """
        self._found, self._fixes = found, fixes
        text = self.tr("{pictures} of {expressions}").format(
            pictures=counted(found.total, "picture"),
            expressions=counted(len(found.counts), "expression"),
        )
        self.heading.setText(text)
        self.place.setText(breakable(path))
        self.layout_line.setText(found.layout)
        self.layout_line.setVisible(bool(found.layout))
        self.labels.show_labels(found.mapping)
        self.labels_button.setChecked(False)
        self.labels_button.setVisible(bool(found.mapping))
        self.bars.show_counts({name: count.total for name, count in found.counts.items()})
        self.findings.show_findings(findings(found))
        if found.counts:
            self.choose(next(iter(found.counts)))
            self.setFocusProxy(self.bars.bars[0])

    def _show_fixes(self) -> None:
        fixes = self._fixes.labels if self._fixes is not None else {}
        self.sheet.show_fixes(fixes)
        removed = sum(label == REMOVED for label in fixes.values())
        text = self.tr(
            "{corrected} corrected, {removed} left out; your files stay as they are."
        ).format(
            corrected=counted(len(fixes) - removed, "label"), removed=counted(removed, "picture")
        )
        can_fix = bool(self.sheet.names) and self._fixes is not None
        hint = self.tr("Click a face to correct its label.") if can_fix else ""
        self.fixes_note.say(text if fixes else hint)
        self.undo_button.setVisible(bool(fixes))

    def _ask_fix(self, name: str, place: QPoint) -> None:
        if self._found is None or self._fixes is None:
            return
        fixed = self._fixes.labels.get(name)
        fix = FixMenu.ask(self, place, self._found.counts, self._label, fixed)
        if fix is not None:
            self._change(lambda fixes: fixes.set(name, fix.label))

    def _undo(self) -> None:
        if self._change(lambda fixes: fixes.clear()):
            self.fixes_cleared.emit()

    def _change(self, change: Callable[[LabelFixes], object]) -> bool:
        if self._fixes is None:
            return False
        try:
            change(self._fixes)
        except FerError as error:
            self.fixes_note.say_error(error)
            return False
        self._show_fixes()
        return True

    def choose(self, label: str) -> None:
        """Show faces of a label."""
        if self._found is None:
            return
        count = self._found.counts[label]
        self.bars.choose(label)
        self._label = label
        names = self._found.sheet_names.get(label, ())
        self.sheet.show_sheet(self._found.sheets.get(label), count.total, names)
        self._show_fixes()
        self.sheet.setAccessibleName(
            self.tr("Faces labelled {label}").format(label=label_text(label))
        )
        text = self.tr(
            "{label}: {train} for training, {validation} for validation, {test} for testing"
        )
        self.sheet_title.setText(
            text.format(
                label=label_text(label),
                train=f"{count.train:,}",
                validation=f"{count.validation:,}",
                test=f"{count.test:,}",
            )
        )

    def _show_labels(self, shown: bool) -> None:
        self.labels.setVisible(shown)
        if shown:  # once it has its place
            QTimer.singleShot(0, self.labels, lambda: self._scroll.ensureWidgetVisible(self.labels))

    def refresh_icons(self) -> None:
        """Draw the signs in the colours of the theme."""
        self.findings.show_findings(self.findings.findings)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.sheet_title)
        right.addWidget(self.sheet)
        fixes = QHBoxLayout()
        fixes.addWidget(self.fixes_note, 1)
        fixes.addWidget(self.undo_button)
        right.addLayout(fixes)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.bars, 2)
        row.addLayout(right, 3)
        inside = QWidget(self)
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(10)
        layout.addWidget(self.heading)
        layout.addWidget(self.place)
        layout.addWidget(self.layout_line)
        layout.addWidget(self.findings)
        layout.addLayout(row)
        button_row = QHBoxLayout()
        button_row.addWidget(self.labels_button)
        button_row.addStretch(1)
        layout.addLayout(button_row)
        layout.addWidget(self.labels)
        layout.addStretch(1)
        scroll = self._scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
