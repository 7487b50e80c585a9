"""Which frames of files are analysed, and which rows their tables have."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QWidget,
)

from fer_desktop.domain.frame_selection import EVERY_MAX, FrameSelection
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog

_LONGEST_S: Final = 1_000_000.0


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What is chosen.

    Attributes:
        selection: which frames.
        empty_rows: whether frames without a face have a row in exported tables.
    """

    selection: FrameSelection
    empty_rows: bool


class AnalysisDialog(AskingDialog[AnalysisOptions]):
    """Every n-th frame, a part of the file, rows without a face."""

    def __init__(
        self, options: AnalysisOptions, duration_us: int | None, parent: QWidget | None = None
    ) -> None:
        """Show what holds.

        Args:
            options: as they are.
            duration_us: length of the open file; None if none is open.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Analysis of files"))
        selection = options.selection
        longest_s = _LONGEST_S if duration_us is None else max(0.1, duration_us / 1e6)
        self.every = QSpinBox(self)
        self.every.setRange(1, EVERY_MAX)
        self.every.setValue(selection.every)
        self.every.setToolTip(self.tr("1 analyses every frame, 10 one of ten"))
        self.part = QCheckBox(self.tr("Only a &part of the file"), self)
        self.begin, self.end = (self._make_time(longest_s) for _ in range(2))
        self.begin.setAccessibleName(self.tr("From"))
        self.end.setAccessibleName(self.tr("To"))
        self.begin.setValue((selection.from_us or 0) / 1e6)
        self.end.setValue(longest_s if selection.to_us is None else selection.to_us / 1e6)
        self.part.setChecked(selection.from_us is not None or selection.to_us is not None)
        self.part.setEnabled(duration_us is not None)
        self.empty_rows = QCheckBox(self.tr("&Rows for frames without a face"), self)
        self.empty_rows.setToolTip(
            self.tr("Exported tables then have a row for every analysed frame: series stay aligned")
        )
        self.empty_rows.setChecked(options.empty_rows)
        form = QFormLayout()
        form.addRow(self.tr("&One frame of:"), self.every)
        form.addRow(self.part)
        form.addRow(self.tr("&From:"), self.begin)
        form.addRow(self.tr("&To:"), self.end)
        form.addRow(self.empty_rows)
        note = QLabel(
            self.tr(
                "Another choice of frames analyses the open file anew. A part holds for this file"
                " only; the rest for those to come, too."
            ),
            self,
        )
        note.setWordWrap(True)
        note.setProperty("role", "muted")
        self.part.toggled.connect(self._refresh)
        self.begin.valueChanged.connect(self.end.setMinimum)
        self._refresh()
        self.fill(form, note)

    @classmethod
    def ask(
        cls, parent: QWidget, options: AnalysisOptions, duration_us: int | None
    ) -> AnalysisOptions | None:
        """Return what was chosen; None if nothing was."""
        return cls(options, duration_us, parent).answered()

    def answer(self) -> AnalysisOptions:
        """Return what is chosen now."""
        from_us = to_us = None
        if self.part.isChecked():
            from_us = round(1e6 * self.begin.value()) or None
            is_end = self.end.value() >= self.end.maximum()
            to_us = None if is_end else round(1e6 * self.end.value())
        selection = FrameSelection(self.every.value(), from_us, to_us)
        return AnalysisOptions(selection, self.empty_rows.isChecked())

    def _make_time(self, longest_s: float) -> QDoubleSpinBox:
        time = QDoubleSpinBox(self)
        time.setDecimals(2)
        time.setSuffix(" s")
        time.setRange(0, longest_s)
        return time

    def _refresh(self) -> None:
        for time in (self.begin, self.end):
            time.setEnabled(self.part.isChecked())
