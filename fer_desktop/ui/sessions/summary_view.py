"""What a session says, as a table: a row for each person, a column for each expression."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.domain.expression_summary import Flaw, IntervalSummary, PersonSummary
from fer_desktop.recording.report.measures import columns_of
from fer_desktop.recording.report.numbers import estimate_text, percent
from fer_desktop.recording.report.reported import Reported
from fer_desktop.ui.look.wording import label_text, name_text, time_text, translate
from fer_desktop.ui.sessions.estimate_cell import ESTIMATE_ROLE, LABEL_ROLE, EstimateDelegate
from fer_desktop.ui.widgets.elided_box import ElidedBox
from fer_desktop.ui.widgets.elided_label import ElidedLabel
from trainer.contract.text import counted

_MEANS: Final = "means"
_MEASURES: Final = "measures"
_STRETCHED_MAX: Final = 9  # labels that share the room; more have as much as they need
_NAME_LETTERS: Final = 24
_LEAST_SIGNS: Final = 14


class SummaryView(QWidget):
    """Shows one summary; who makes it sees to it that it is a new one.

    Signals:
        shown: it has come on screen.
        report_wanted: a file to take home is asked for.
        usable_only_chosen: whether faces that are not usable are to be left out.
    """

    shown = Signal()
    report_wanted = Signal()
    usable_only_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reported: Reported | None = None
        self.interval = ElidedBox(self)
        self.interval.setAccessibleName(self.tr("Interval"))
        self.interval.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.interval.setMaximumWidth(260)
        self.quantity = QComboBox(self)
        self.quantity.setAccessibleName(self.tr("Quantity"))
        self.quantity.addItem(self.tr("Share of time"), "shares")
        self.quantity.addItem(self.tr("Mean probability"), _MEANS)
        self.quantity.addItem(self.tr("Measures"), _MEASURES)
        self.usable_only = QCheckBox(self.tr("Usable faces only"), self)
        self.facts = ElidedLabel(_LEAST_SIGNS, self)
        self.facts.setProperty("role", "muted")
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.report_button = QPushButton(self.tr("Report…"), self)
        self.report_button.setToolTip(self.tr("Save a report (HTML, PDF) or a table"))
        self.table = self._make_table()
        self.note = QLabel(self)
        self.note.setProperty("role", "muted")
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(self.interval)
        head.addWidget(self.quantity)
        head.addWidget(self.usable_only)
        head.addWidget(self.facts, 1)
        head.addWidget(self.report_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 6)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.note, 1)
        self.interval.currentIndexChanged.connect(self._refresh)
        self.quantity.currentIndexChanged.connect(self._refresh)
        self.report_button.clicked.connect(self.report_wanted)
        self.usable_only.clicked.connect(self.usable_only_chosen)
        self.say(self.tr("Nothing has been analysed yet."))

    def show_summary(self, reported: Reported) -> None:
        """Show a session's summary, in the interval that was chosen before if it is still there."""
        self._reported = reported
        chosen = self.interval.currentData()
        self.interval.blockSignals(True)
        self.interval.clear()
        for part in reported.summaries:
            self.interval.addItem(self._interval_text(part), part.interval)
        found = [part.interval for part in reported.summaries]
        self.interval.setCurrentIndex(found.index(chosen) if chosen in found[1:] else 0)
        self.interval.blockSignals(False)
        self._refresh()

    def say(self, text: str) -> None:
        """Show a sentence in place of numbers."""
        self._reported = None
        self.interval.clear()
        self._say(text)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it is on screen."""
        super().showEvent(event)
        self.shown.emit()

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(self)
        table.setItemDelegate(EstimateDelegate(table))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setAccessibleName(self.tr("Summary"))
        return table

    def _say(self, text: str) -> None:
        self.note.setText(text)
        has_numbers = not text
        for widget in (self.table, self.interval, self.quantity, self.usable_only, self.facts):
            widget.setVisible(has_numbers)
        self.note.setVisible(not has_numbers)
        self.report_button.setVisible(has_numbers)

    def _refresh(self) -> None:
        at = self.interval.currentIndex()
        if self._reported is None or not 0 <= at < len(self._reported.summaries):
            return
        part = self._reported.summaries[at]
        labels = self._reported.session.seen.labels
        self._say("" if part.people else self.tr("No face was seen."))
        if not part.people:
            self.interval.setVisible(len(self._reported.summaries) > 1)
            return
        facts = self._facts_text(part)
        self.facts.setText(facts)
        self.facts.setToolTip(facts)
        knows_quality = self._reported.session.seen.knows_quality
        self.usable_only.setEnabled(knows_quality)
        self.usable_only.setToolTip(
            self.tr("Leaves out faces that are too small, dark, bright, blurred, turned or covered")
            if knows_quality
            else self.tr("The measure of picture quality was not taken (View > Measures)")
        )
        if self.quantity.currentData() == _MEASURES:
            self._fill_measures(part)
        else:
            self._fill(part, labels)

    def _fill_measures(self, part: IntervalSummary) -> None:
        """Show what measures say; where there are none, how to take them."""
        columns = columns_of(part)
        if not columns:
            self.note.setText(
                self.tr(
                    "No measure was taken that can be summed up. View > Measures: eyes open, mouth"
                    " open, gaze, valence, arousal, picture quality."
                )
            )
        self.note.setVisible(not columns)
        self.table.setVisible(bool(columns))
        names = [translate("Measures", name.capitalize()) for name, _ in columns]
        self.table.setColumnCount(len(columns) + 1)
        self.table.setHorizontalHeaderLabels([self.tr("Person"), *names])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(-1)
        self.table.setRowCount(len(part.people))
        for row, person in enumerate(part.people):
            texts = [name_text(person.name), *(cell(person.measured) or "-" for _, cell in columns)]
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)

    def _fill(self, part: IntervalSummary, labels: Sequence[str]) -> None:
        head = [self.tr("Person"), self.tr("Seen"), *map(label_text, labels)]
        head += [self.tr("Unsure"), self.tr("Notes")]
        self.table.setColumnCount(len(head))
        self.table.setHorizontalHeaderLabels(head)
        last = len(head) - 1
        modes, header = QHeaderView.ResizeMode, self.table.horizontalHeader()
        for column in range(len(head)):
            is_label = 2 <= column < last - 1 and len(labels) <= _STRETCHED_MAX
            mode = modes.Stretch if is_label else modes.ResizeToContents
            header.setSectionResizeMode(column, mode)
        # Columns that share the room have no size of their own: their names would be cut.
        header.setMinimumSectionSize(
            max(map(header.sectionSizeHint, range(2, last - 1)), default=0)
        )
        self.table.setRowCount(len(part.people))
        for row, person in enumerate(part.people):
            seen = percent(person.seen_s / part.seconds) if part.seconds else ""
            texts = {0: name_text(person.name), 1: seen, len(head) - 2: percent(person.unsure)}
            texts[last] = ", ".join(map(self._flaw_text, person.flaws))
            for column, text in texts.items():
                item = QTableWidgetItem(text)
                item.setToolTip(self._quality_text(person) if column == last else text)
                self.table.setItem(row, column, item)
            estimates = person.shares
            if self.quantity.currentData() == _MEANS:
                estimates = person.means
            for at, (label, estimate) in enumerate(zip(labels, estimates, strict=True)):
                item = QTableWidgetItem()
                item.setData(ESTIMATE_ROLE, estimate)
                item.setData(LABEL_ROLE, label)
                text = f"{label_text(label)}: {estimate_text(estimate)}"
                item.setToolTip(text)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, text)
                self.table.setItem(row, 2 + at, item)
        # A long name is in the tool tip; the numbers need the room.
        most = _NAME_LETTERS * self.fontMetrics().averageCharWidth()
        header.setSectionResizeMode(0, modes.Fixed)
        name_px = max(self.table.sizeHintForColumn(0), header.sectionSizeHint(0))
        header.resizeSection(0, min(name_px, most))

    def _interval_text(self, part: IntervalSummary) -> str:
        if not part.interval.name:
            return self.tr("Whole session")
        start, end = time_text(part.interval.start_us), time_text(part.interval.end_us)
        return f"{name_text(part.interval.name)}  {start} - {end}"

    def _facts_text(self, part: IntervalSummary) -> str:
        texts = [
            self.tr("{time} analysed").format(time=time_text(round(part.seconds * 1e6))),
            counted(part.frames, "frame"),
        ]
        if part.missing is not None:
            texts.append(self.tr("no face: {share}").format(share=percent(part.missing)))
        if part.left_out:
            texts.append(self.tr("{count} more people").format(count=part.left_out))
        return "   ".join(texts)

    def _flaw_text(self, flaw: Flaw) -> str:
        texts = {
            "dark": self.tr("dark"),
            "small": self.tr("small"),
            "turned": self.tr("turned"),
            "few frames": self.tr("few frames"),
        }
        return texts[flaw]

    def _quality_text(self, person: PersonSummary) -> str:
        """Return what is known of how well a face could be read."""
        unknown = self.tr("not known")
        lines = [
            self.tr("Frames: {count}").format(count=f"{person.frames:,}"),
            self.tr("Dark: {share}").format(share=percent(person.dark) or unknown),
            self.tr("Small: {share}").format(share=percent(person.small) or unknown),
            self.tr("Turned: {share}").format(share=percent(person.turned) or unknown),
        ]
        if person.block_s is not None:
            text = self.tr("Lines over bars: 95 %, from blocks of {seconds} s")
            lines.append(text.format(seconds=f"{person.block_s:.1f}"))
        return "\n".join(lines)
