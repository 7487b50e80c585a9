"""Past sessions: what was analysed, to be found, shown, described, exported or deleted."""

import html
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QWidget

from fer_desktop.errors import FerError, StorageError
from fer_desktop.recording.joint_export import JointExport
from fer_desktop.recording.session_facts import write_facts
from fer_desktop.recording.session_lock import is_written
from fer_desktop.recording.session_reader import SessionSummary
from fer_desktop.recording.session_resuming import is_interrupted
from fer_desktop.recording.session_store import delete_session, list_sessions
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.prompts import Confirm
from fer_desktop.ui.look.wording import breakable, name_text
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.sessions.exporter import Exporter
from fer_desktop.ui.sessions.facts_dialog import FactsDialog
from fer_desktop.ui.sessions.list_dialog import ListDialog
from fer_desktop.ui.sessions.session_menu import SessionMenu
from fer_desktop.ui.sessions.session_table import SessionTable
from fer_desktop.ui.sessions.session_texts import row_texts, searched_text, session_name
from fer_desktop.ui.widgets.plain_button import plain_button
from trainer.contract.text import counted, one_line

_MOST_NAMED: Final = 3
_MOST_IN_TIP: Final = 30
_SIZE: Final = QSize(960, 500)

Export = Callable[[Sequence[tuple[str, Path]]], object]


class SessionsDialog(ListDialog):
    """A table of sessions, latest first, read off the GUI thread.

    Signals:
        opened: the path of a session that is to be shown.
        continued: the path of a session whose analysis is to go on.
        compared: the paths of two sessions, the earlier one first.
        bundled: names and paths of sessions that are to become a bundle.
        import_wanted: a bundle is to be brought in.
    """

    opened = Signal(object)
    continued = Signal(object)
    compared = Signal(object)
    bundled = Signal(object)
    import_wanted = Signal()

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
        super().__init__(self.tr("Past sessions"), _SIZE, parent)
        self._folder = folder
        self._background = background
        self._export = export
        self._report = report
        self._in_use = in_use
        self._all: list[SessionSummary] = []
        self._summaries: list[SessionSummary] = []
        self._said = ""
        self._written: set[Path] = set()
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search name, participant, condition, notes, date"))
        self.search.setAccessibleName(self.tr("Search sessions"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.table = SessionTable(self)
        self.table.itemSelectionChanged.connect(self._on_selection)
        self.table.cellDoubleClicked.connect(self._on_open)
        self.note.say(self.tr("Reading the sessions…"))
        self.open_button = plain_button(self.tr("Open"), self._on_open, self)
        self.open_button.setDefault(True)
        self.continue_button = plain_button(self.tr("Continue"), self._on_continue, self)
        self.continue_button.setToolTip(self.tr("Go on with an analysis that was interrupted"))
        self.facts_button = plain_button(self.tr("Details…"), self._on_facts, self)
        self.export_button = plain_button(self.tr("Export…"), self._on_export, self)
        self.report_button = plain_button(self.tr("Report…"), self._on_report, self)
        self.delete_button = plain_button(self.tr("Delete…"), self._on_delete, self)
        self.more = SessionMenu(self)
        self.more.compare.triggered.connect(self._on_compare)
        self.more.bundle.triggered.connect(lambda: self.bundled.emit(self._named()))
        self.more.bring_in.triggered.connect(self.import_wanted)
        self.more.show_folder.triggered.connect(
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
        )
        buttons = (
            self.open_button,
            self.continue_button,
            self.facts_button,
            self.export_button,
            self.report_button,
            self.delete_button,
            self.more,
        )
        self.lay_out(self.table, buttons, above=(self.search,))
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
        connect: Callable[["SessionsDialog"], object] = lambda _: None,
    ) -> Path | None:
        """Show the sessions until the dialog is closed; return the one that is to be shown.

        Args:
            parent: the window that asks.
            folder: of the sessions.
            background: reads them.
            exporter: writes tables.
            settings: say where to begin.
            in_use: sessions that cannot be opened or deleted.
            connect: gets the dialog before it is shown.
        """
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
        connect(dialog)
        dialog.exec()
        dialog.deleteLater()
        return wanted[0] if wanted else None

    def say_exported(self, path: Path) -> None:
        """Tell that a table was written."""
        self.note.say(self.tr("Exported to {path}").format(path=breakable(path)))

    def say_reported(self, path: Path, failures: Sequence[str]) -> None:
        """Tell that a report was written, and of which sessions it tells nothing."""
        text = self.tr("Saved the report as {path}.").format(path=breakable(path))
        self.note.say("\n".join([text, *failures[:_MOST_NAMED]]))

    def say_exported_several(self, export: JointExport) -> None:
        """Tell that several sessions were exported, and which were not."""
        text = self.tr("Exported {sessions} to {path}.").format(
            sessions=counted(export.sessions, "session"), path=breakable(export.path)
        )
        self.note.say("\n".join([text, *export.failures[:_MOST_NAMED]]))

    def say_failed(self, _: str, error: FerError) -> None:
        """Tell why a table was not written."""
        self.note.say_error(error)

    def reload(self, said: str = "") -> None:
        """Read the sessions again, as there are others now, and tell something under the table."""
        self._said = said
        self._load()

    def say(self, text: str) -> None:
        """Tell something under the table."""
        self.note.say(text)

    def _named(self) -> list[tuple[str, Path]]:
        return [(session_name(summary), summary.path) for summary in self._selected()]

    def _load(self) -> None:
        self._background.run(
            "reading the sessions",
            self._read_sessions,
            lambda found: self._show_sessions(*found),
            lambda error: self.note.say_error(error),
        )

    def _read_sessions(self) -> tuple[list[SessionSummary], list[StorageError]]:
        unreadable: list[StorageError] = []
        found = list_sessions(self._folder, unreadable.append)
        # Another window may be writing to some, or show them.
        self._written = {item.path for item in found if is_written(item.path)}
        return found, unreadable

    def _show_sessions(
        self, summaries: list[SessionSummary], unreadable: list[StorageError]
    ) -> None:
        chosen = {summary.path for summary in self._selected()}
        self._all = summaries
        self._filter()
        rows = [row for row, summary in enumerate(self._summaries) if summary.path in chosen]
        if self._summaries:
            self.table.selectRow(rows[0] if rows else 0)
        lines = [self._said] * bool(self._said)
        folder = f"{self._folder}{os.sep}"
        problems = [one_line(error.message.replace(folder, "")) for error in unreadable]
        tip = "<br>".join(map(html.escape, problems[:_MOST_IN_TIP]))
        self.note.setToolTip(f"<p>{tip}</p>" if tip else "")
        lines += problems[:_MOST_NAMED]
        if len(problems) > _MOST_NAMED:
            rest = len(problems) - _MOST_NAMED
            lines.append(self.tr("{count} more cannot be read.").format(count=f"{rest:,}"))
        if not summaries and not unreadable:
            lines.append(self.tr("There are no sessions yet."))
        self.note.say("\n".join(lines))

    def _filter(self) -> None:
        """Show the sessions in which every word of the search stands."""
        words = self.search.text().casefold().split()
        self._summaries = [
            summary
            for summary in self._all
            if all(word in searched_text(summary, self._texts(summary)) for word in words)
        ]
        self.table.fill([(summary, self._texts(summary)) for summary in self._summaries])
        self._on_selection()

    def _texts(self, summary: SessionSummary) -> tuple[str, ...]:
        return row_texts(summary, is_in_use=self._is_in_use(summary))

    def _is_in_use(self, summary: SessionSummary) -> bool:
        return summary.path in self._in_use or summary.path in self._written

    def _selected(self) -> list[SessionSummary]:
        rows = self.table.selected_rows()
        return [self._summaries[row] for row in rows if row < len(self._summaries)]

    def _on_selection(self) -> None:
        selected = self._selected()
        is_free = not any(map(self._is_in_use, selected))
        self.open_button.setEnabled(len(selected) == 1 and is_free)
        self.facts_button.setEnabled(len(selected) == 1)
        can_go_on = len(selected) == 1 and is_free and is_interrupted(selected[0])
        self.continue_button.setEnabled(can_go_on)
        self.export_button.setEnabled(bool(selected))
        self.report_button.setEnabled(bool(selected))
        self.more.refresh(len(selected))
        self.delete_button.setEnabled(bool(selected) and is_free)

    def _on_open(self) -> None:
        selected = self._selected()
        if len(selected) == 1 and not self._is_in_use(selected[0]):
            self.opened.emit(selected[0].path)
            self.accept()

    def _on_compare(self) -> None:
        chosen = sorted(self._selected(), key=lambda summary: summary.info.started_ns)
        if len(chosen) == 2:
            self.compared.emit(tuple(summary.path for summary in chosen))

    def _on_continue(self) -> None:
        for summary in self._selected()[:1]:
            self.continued.emit(summary.path)

    def _on_facts(self) -> None:
        for summary in self._selected()[:1]:
            facts = FactsDialog.ask(self, session_name(summary), summary.facts)
            if facts is None:
                continue
            try:
                write_facts(summary.path, facts)
            except StorageError as error:
                self.note.say_error(error)
            else:
                self._load()

    def _on_export(self) -> None:
        self._export(self._named())

    def _on_report(self) -> None:
        self._report(self._named())

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
        if any(one.path.parent != each.path.parent for each in doomed for one in each.recordings):
            text += " " + self.tr("Videos that you recorded are kept.")
        if not Confirm.ask(self, self.tr("Delete?"), text, self.tr("Delete")):
            return
        try:
            for summary in doomed:
                delete_session(summary.path)
        except StorageError as error:
            self.note.say_error(error)
        self._load()
