"""Past sessions: what was analysed, to be exported or deleted."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QDateTime, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.addresses import public_address
from fer_desktop.errors import FerError, StorageError
from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.recording.session_store import delete_session, list_sessions
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.look.wording import breakable, name_text, time_text
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.sessions.exporter import Exporter
from fer_desktop.ui.widgets.row_table import RowTable
from trainer.contract.text import one_line

_MOST_NAMED: Final = 3


class SessionsDialog(QDialog):
    """A table of sessions, latest first, read off the GUI thread."""

    def __init__(
        self,
        folder: Path,
        background: Background,
        export: Callable[[Path], Path | None],
        *,
        in_use: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Take the sessions' folder, what exports one, and the one that is being written."""
        super().__init__(parent)
        self._folder = folder
        self._background = background
        self._export = export
        self._in_use = in_use
        self._summaries: list[SessionSummary] = []
        self.setWindowTitle(self.tr("Past sessions"))
        self.resize(760, 420)
        self.table = self._make_table()
        self.note = QLabel(self.tr("Reading the sessions…"), self)
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.export_button = QPushButton(self.tr("Export CSV…"), self)
        self.delete_button = QPushButton(self.tr("Delete…"), self)
        show = QPushButton(self.tr("Show folder"), self)
        self.export_button.clicked.connect(self._on_export)
        self.delete_button.clicked.connect(self._on_delete)
        show.clicked.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
        )
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        row = QHBoxLayout()
        for button in (self.export_button, self.delete_button, show):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.note)
        layout.addLayout(row)
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
        in_use: Path | None,
    ) -> None:
        """Show the sessions until the dialog is closed."""

        def export(path: Path) -> Path | None:
            return exporter.ask_and_export(path, settings, dialog)

        dialog = cls(folder, background, export, in_use=in_use, parent=parent)
        exporter.exported.connect(dialog.say_exported)
        exporter.failed.connect(dialog.say_failed)
        dialog.exec()
        dialog.deleteLater()

    def say_exported(self, path: Path) -> None:
        """Tell that a table was written."""
        self.note.setText(self.tr("Exported to {path}").format(path=breakable(path)))

    def say_failed(self, _: str, error: FerError) -> None:
        """Tell why a table was not written."""
        self.note.setText(str(error))

    def _make_table(self) -> RowTable:
        headings = [
            self.tr("Started"),
            self.tr("Source"),
            self.tr("Frames"),
            self.tr("Faces"),
            self.tr("Duration"),
            self.tr("State"),
        ]
        name = self.tr("Past sessions")
        table = RowTable(headings, name, widest=1, several=True, parent=self)
        table.itemSelectionChanged.connect(self._on_selection)
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
        self._summaries = summaries
        self.table.setRowCount(len(summaries))
        for row, summary in enumerate(summaries):
            started = QDateTime.fromMSecsSinceEpoch(summary.info.started_ns // 1_000_000)
            if summary.path == self._in_use:
                state = self.tr("in use")
            else:
                state = self.tr("complete") if summary.is_complete else self.tr("interrupted")
            texts = (
                started.toString("yyyy-MM-dd HH:mm"),
                name_text(public_address(summary.info.source.name)),
                f"{summary.frames:,}",
                f"{summary.faces:,}",
                time_text(summary.duration_us),
                state,
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column in (2, 3, 4):
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(row, column, item)
        if summaries:
            self.table.selectRow(0)
        lines = [one_line(error.message) for error in unreadable[:_MOST_NAMED]]
        if len(unreadable) > _MOST_NAMED:
            rest = len(unreadable) - _MOST_NAMED
            lines.append(self.tr("{count} more cannot be read.").format(count=f"{rest:,}"))
        if not summaries and not unreadable:
            lines.append(self.tr("There are no sessions yet."))
        self.note.setText("\n".join(lines))

    def _selected(self) -> list[SessionSummary]:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return [self._summaries[row] for row in rows]

    def _on_selection(self) -> None:
        selected = self._selected()
        self.export_button.setEnabled(len(selected) == 1)
        is_free = all(summary.path != self._in_use for summary in selected)
        self.delete_button.setEnabled(bool(selected) and is_free)

    def _on_export(self) -> None:
        for summary in self._selected()[:1]:
            path = self._export(summary.path)
            if path is not None:
                self.note.setText(self.tr("Exporting to {path}…").format(path=breakable(path)))

    def _on_delete(self) -> None:
        doomed = self._selected()
        text = (
            self.tr("Delete the session of {source}? This cannot be undone.").format(
                source=name_text(public_address(doomed[0].info.source.name))
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
