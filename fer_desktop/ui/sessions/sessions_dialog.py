"""Past sessions: what was analysed, to be found, shown, described, exported or deleted."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QDateTime, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.addresses import public_address
from fer_desktop.errors import FerError, StorageError
from fer_desktop.recording.joint_export import JointExport
from fer_desktop.recording.session_facts import write_facts
from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.recording.session_store import delete_session, list_sessions
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.asking_dialog import fitting_size
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.look.wording import breakable, name_text, time_text
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.sessions.exporter import Exporter
from fer_desktop.ui.sessions.facts_dialog import FactsDialog
from fer_desktop.ui.sessions.session_opener import session_name
from fer_desktop.ui.widgets.row_table import RowTable
from trainer.contract.text import counted, one_line

_MOST_NAMED: Final = 3
_NUMBERS: Final = (4, 5, 6)  # columns that are read from the right
_NAME, _FACES = 1, 6  # columns with more to say
_MOST_LETTERS: Final = 1000
_SIZE: Final = QSize(960, 500)

Export = Callable[[Sequence[tuple[str, Path]]], object]


class SessionsDialog(QDialog):
    """A table of sessions, latest first, read off the GUI thread.

    Signals:
        opened: the path of a session that is to be shown.
    """

    opened = Signal(object)

    def __init__(
        self,
        folder: Path,
        background: Background,
        export: Export,
        report: Export,
        *,
        in_use: Collection[Path] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Take the sessions' folder, what exports and reports some, and those that are in use."""
        super().__init__(parent)
        self._folder = folder
        self._background = background
        self._export = export
        self._report = report
        self._in_use = in_use
        self._all: list[SessionSummary] = []
        self._summaries: list[SessionSummary] = []
        self.setWindowTitle(self.tr("Past sessions"))
        self.resize(fitting_size(self, _SIZE))
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search name, participant, condition, notes, date"))
        self.search.setAccessibleName(self.tr("Search sessions"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.table = self._make_table()
        self.note = QLabel(self.tr("Reading the sessions…"), self)
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.open_button = QPushButton(self.tr("Open"), self)
        self.facts_button = QPushButton(self.tr("Details…"), self)
        self.export_button = QPushButton(self.tr("Export…"), self)
        self.report_button = QPushButton(self.tr("Report…"), self)
        self.delete_button = QPushButton(self.tr("Delete…"), self)
        show = QPushButton(self.tr("Show folder"), self)
        self.open_button.clicked.connect(self._on_open)
        self.facts_button.clicked.connect(self._on_facts)
        self.export_button.clicked.connect(self._on_export)
        self.report_button.clicked.connect(self._on_report)
        self.delete_button.clicked.connect(self._on_delete)
        show.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
        )
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        row = QHBoxLayout()
        for button in (
            self.open_button,
            self.facts_button,
            self.export_button,
            self.report_button,
            self.delete_button,
            show,
        ):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.note)
        layout.addLayout(row)
        self.table.setFocus()
        self._on_selection()
        self._load()

    @classmethod
    def ask(
        cls,
        parent: QWidget,
        folder: Path,
        background: Background,
        exporter: Exporter,
        settings: Settings,
        in_use: Collection[Path],
    ) -> Path | None:
        """Show the sessions until the dialog is closed; return the one that is to be shown."""
        wanted: list[Path] = []

        def export(sessions: Sequence[tuple[str, Path]]) -> None:
            exporter.ask_and_export_several(sessions, settings, dialog)

        def report(sessions: Sequence[tuple[str, Path]]) -> None:
            exporter.ask_and_report(sessions, settings, dialog)

        dialog = cls(folder, background, export, report, in_use=in_use, parent=parent)
        exporter.exported.connect(dialog.say_exported)
        exporter.reported.connect(dialog.say_reported)
        exporter.exported_several.connect(dialog.say_exported_several)
        exporter.failed.connect(dialog.say_failed)
        dialog.opened.connect(wanted.append)
        dialog.exec()
        dialog.deleteLater()
        return wanted[0] if wanted else None

    def say_exported(self, path: Path) -> None:
        """Tell that a table was written."""
        self.note.setText(self.tr("Exported to {path}").format(path=breakable(path)))

    def say_reported(self, path: Path, failures: Sequence[str]) -> None:
        """Tell that a report was written, and of which sessions it tells nothing."""
        text = self.tr("Saved the report as {path}.").format(path=breakable(path))
        self.note.setText("\n".join([text, *failures[:_MOST_NAMED]]))

    def say_exported_several(self, export: JointExport) -> None:
        """Tell that several sessions were exported, and which were not."""
        text = self.tr("Exported {sessions} to {path}.").format(
            sessions=counted(export.sessions, "session"), path=breakable(export.path)
        )
        self.note.setText("\n".join([text, *export.failures[:_MOST_NAMED]]))

    def say_failed(self, _: str, error: FerError) -> None:
        """Tell why a table was not written."""
        self.note.setText(str(error))

    def _make_table(self) -> RowTable:
        headings = [
            self.tr("Started"),
            self.tr("Name"),
            self.tr("Participant"),
            self.tr("Condition"),
            self.tr("Duration"),
            self.tr("Frames"),
            self.tr("Faces"),
            self.tr("State"),
        ]
        name = self.tr("Past sessions")
        table = RowTable(headings, name, widest=1, several=True, parent=self)
        table.itemSelectionChanged.connect(self._on_selection)
        table.cellDoubleClicked.connect(self._on_open)
        table.setToolTip(self.tr("Double-click opens a session"))
        return table

    def _load(self) -> None:
        self._background.run(
            "reading the sessions",
            self._read_sessions,
            lambda found: self._show_sessions(*found),
            lambda error: self.note.setText(str(error)),
        )

    def _read_sessions(self) -> tuple[list[SessionSummary], list[StorageError]]:
        unreadable: list[StorageError] = []
        return list_sessions(self._folder, unreadable.append), unreadable

    def _show_sessions(
        self, summaries: list[SessionSummary], unreadable: list[StorageError]
    ) -> None:
        chosen = {summary.path for summary in self._selected()}
        self._all = summaries
        self._filter()
        rows = [row for row, summary in enumerate(self._summaries) if summary.path in chosen]
        if self._summaries:
            self.table.selectRow(rows[0] if rows else 0)
        lines = [one_line(error.message) for error in unreadable[:_MOST_NAMED]]
        if len(unreadable) > _MOST_NAMED:
            rest = len(unreadable) - _MOST_NAMED
            lines.append(self.tr("{count} more cannot be read.").format(count=f"{rest:,}"))
        if not summaries and not unreadable:
            lines.append(self.tr("There are no sessions yet."))
        self.note.setText("\n".join(lines))

    def _filter(self) -> None:
        """Show the sessions in which every word of the search stands."""
        words = self.search.text().casefold().split()
        self._summaries = [
            summary
            for summary in self._all
            if all(word in self._searched(summary) for word in words)
        ]
        self.table.clearSelection()
        self.table.setRowCount(len(self._summaries))
        for row, summary in enumerate(self._summaries):
            for column, text in enumerate(self._texts(summary)):
                item = QTableWidgetItem(text)
                if column in _NUMBERS:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                item.setToolTip(_tip(summary, column) or text)
                self.table.setItem(row, column, item)
        self._on_selection()

    def _searched(self, summary: SessionSummary) -> str:
        facts = summary.facts
        source = public_address(summary.info.source.name)
        parts = (*self._texts(summary), facts.notes, source, *summary.names)
        return "\n".join(parts).casefold()

    def _texts(self, summary: SessionSummary) -> tuple[str, ...]:
        started = QDateTime.fromMSecsSinceEpoch(summary.info.started_ns // 1_000_000)
        return (
            started.toString("yyyy-MM-dd HH:mm"),
            name_text(session_name(summary)),
            name_text(summary.facts.participant),
            name_text(summary.facts.condition),
            time_text(summary.duration_us),
            f"{summary.frames:,}",
            f"{summary.faces:,}",
            self._state_text(summary),
        )

    def _state_text(self, summary: SessionSummary) -> str:
        end = summary.end
        if summary.path in self._in_use:
            return self.tr("in use")
        if end is None:
            return self.tr("interrupted")
        if end.is_whole is False:
            return self.tr("in part")
        if end.missed:
            return self.tr("{count} dropped").format(count=f"{end.missed:,}")
        return self.tr("complete")

    def _selected(self) -> list[SessionSummary]:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return [self._summaries[row] for row in rows if row < len(self._summaries)]

    def _on_selection(self) -> None:
        selected = self._selected()
        is_free = all(summary.path not in self._in_use for summary in selected)
        self.open_button.setEnabled(len(selected) == 1 and is_free)
        self.facts_button.setEnabled(len(selected) == 1)
        self.export_button.setEnabled(bool(selected))
        self.report_button.setEnabled(bool(selected))
        self.delete_button.setEnabled(bool(selected) and is_free)

    def _on_open(self) -> None:
        selected = self._selected()
        if len(selected) == 1 and selected[0].path not in self._in_use:
            self.opened.emit(selected[0].path)
            self.accept()

    def _on_facts(self) -> None:
        for summary in self._selected()[:1]:
            facts = FactsDialog.ask(self, session_name(summary), summary.facts)
            if facts is None:
                continue
            try:
                write_facts(summary.path, facts)
            except StorageError as error:
                self.note.setText(str(error))
            else:
                self._load()

    def _on_export(self) -> None:
        self._export(self._named())

    def _on_report(self) -> None:
        self._report(self._named())

    def _named(self) -> list[tuple[str, Path]]:
        return [(session_name(summary), summary.path) for summary in self._selected()]

    def _on_delete(self) -> None:
        doomed = self._selected()
        text = (
            self.tr("Delete the session of {source}? This cannot be undone.").format(
                source=name_text(session_name(doomed[0]))
            )
            if len(doomed) == 1
            else self.tr("Delete {count} sessions? This cannot be undone.").format(
                count=len(doomed)
            )
        )
        if not Confirm.ask(self, self.tr("Delete?"), text, self.tr("Delete")):
            return
        try:
            for summary in doomed:
                delete_session(summary.path)
        except StorageError as error:
            self.note.setText(str(error))
        self._load()


def _tip(summary: SessionSummary, column: int) -> str:
    """Return what else is known of a session beside a cell of its row."""
    said = {_NAME: summary.facts.notes, _FACES: ", ".join(summary.names)}
    return said.get(column, "")[:_MOST_LETTERS]
