"""The list of files that are analysed one after the other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHeaderView, QProgressBar, QToolButton, QWidget

from fer_desktop.files import shown_name
from fer_desktop.ui.look.wording import name_text
from fer_desktop.ui.runtime.analysis_queue import AnalysisQueue, QueueEntry
from fer_desktop.ui.sessions.list_dialog import ListDialog
from fer_desktop.ui.widgets.drops import dropped_targets
from fer_desktop.ui.widgets.plain_button import plain_button
from fer_desktop.ui.widgets.row_table import RowTable
from trainer.contract.text import counted, one_line

_NAME, _STATE, _FRAMES, _FACES, _PROBLEM = range(5)
_SIZE: Final = QSize(820, 440)


class QueueDialog(ListDialog):
    """A table of files with their progress; it stays beside the window, and the queue outlives it.

    Signals:
        files_wanted, folder_wanted: the person wants to choose more.
        dropped: paths that were dropped on it.
        shown: an entry that the person wants to see.
        exported: entries whose tables are wanted.
    """

    files_wanted = Signal()
    folder_wanted = Signal()
    dropped = Signal(object)
    shown = Signal(object)
    exported = Signal(object)

    def __init__(self, queue: AnalysisQueue, pause: QAction, parent: QWidget | None = None) -> None:
        """Take the queue, and the action that lets all analysis rest."""
        super().__init__(self.tr("Analyse several files"), _SIZE, parent)
        self._queue = queue
        self.setAcceptDrops(True)
        headings = [
            self.tr("File"),
            self.tr("State"),
            self.tr("Frames"),
            self.tr("Faces"),
            self.tr("Problem"),
        ]
        name = self.tr("Files to analyse")
        numbers = (_FRAMES, _FACES)
        self.table = RowTable(
            headings, name, widest=_PROBLEM, several=True, numbers=numbers, parent=self
        )
        self.table.horizontalHeader().setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.itemSelectionChanged.connect(self._refresh_buttons)
        self.table.cellDoubleClicked.connect(self._on_double_click)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of all files"))
        self.add_button = plain_button(self.tr("Add files…"), self.files_wanted.emit, self)
        self.folder_button = plain_button(self.tr("Add folder…"), self.folder_wanted.emit, self)
        self.remove_button = plain_button(self.tr("Remove"), self._on_remove, self)
        self.show_button = plain_button(self.tr("Show"), self._on_show, self)
        self.export_button = plain_button(self.tr("Export tables…"), self._on_export, self)
        self.pause_button = QToolButton(self)
        self.pause_button.setDefaultAction(pause)
        self.pause_button.setProperty("role", "key")
        self.pause_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.pause_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        buttons = (
            self.add_button,
            self.folder_button,
            self.remove_button,
            self.show_button,
            self.export_button,
        )
        self.lay_out(self.table, buttons, below=(self.bar,), beside_close=(self.pause_button,))
        queue.added.connect(self._fill)
        queue.changed.connect(self._on_changed)
        self._fill()

    def say(self, text: str) -> None:
        """Tell something under the table."""
        self.note.say(text)

    def selected(self) -> list[QueueEntry]:
        """Return the chosen entries."""
        entries = self._queue.entries
        return [entries[row] for row in self._selected_rows()]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if any(isinstance(target, Path) for target in dropped_targets(event.mimeData())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Let what was dropped wait, too."""
        targets = dropped_targets(event.mimeData())
        paths = [target for target in targets if isinstance(target, Path)]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def _selected_rows(self) -> list[int]:
        return self.table.selected_rows()

    def _fill(self) -> None:
        entries = self._queue.entries
        self.table.setRowCount(len(entries))
        for row, entry in enumerate(entries):
            self._show_entry(row, entry)
        self._refresh(entries)

    def _on_changed(self, row: int) -> None:
        entries = self._queue.entries
        if row < self.table.rowCount():
            self._show_entry(row, entries[row])
        self._refresh(entries)

    def _show_entry(self, row: int, entry: QueueEntry) -> None:
        texts = (
            name_text(shown_name(entry.path.name)),
            self._state_text(entry),
            f"{entry.frames:,}" if entry.frames else "",
            f"{entry.faces:,}" if entry.frames else "",
            # The row names the file already.
            one_line(entry.problem.removeprefix(entry.path.name).strip()),
        )
        for column, text in enumerate(texts):
            item = self.table.put(row, column, text)
            if column in (_NAME, _PROBLEM):
                tip = shown_name(entry.path) if column == _NAME else one_line(entry.problem)
                item.setToolTip(tip)

    def _state_text(self, entry: QueueEntry) -> str:
        match entry.state:
            case "waiting":
                return self.tr("waiting")
            case "running" if entry.total:
                share = min(99, 100 * entry.frames // entry.total)
                return self.tr("{percent} %").format(percent=share)
            case "running":
                return self.tr("opening")
            case "done":
                return self.tr("complete")
            case "stopped":
                return self.tr("in part")
        return self.tr("failed")

    def _refresh(self, entries: Sequence[QueueEntry]) -> None:
        over = [entry for entry in entries if entry.is_over]
        running = next((entry for entry in entries if entry.state == "running"), None)
        part = 0.0
        if running is not None and running.total:
            part = min(1.0, running.frames / running.total)
        self.bar.setMaximum(max(1, 100 * len(entries)))
        self.bar.setValue(round(100 * (len(over) + part)))
        failed = sum(entry.state == "failed" for entry in entries)
        if not entries:
            text = self.tr("Add files, or drop files and folders here.")
        else:
            text = self.tr("{done} of {files} done").format(
                done=f"{len(over):,}", files=counted(len(entries), "file")
            )
            if failed:
                text += self.tr(", {failed} failed").format(failed=f"{failed:,}")
        self.note.say(text)
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        chosen = self.selected()
        self.remove_button.setEnabled(bool(chosen))
        self.show_button.setEnabled(len(chosen) == 1 and chosen[0].state != "failed")
        entries = chosen if len(chosen) > 1 else self._queue.entries
        self.export_button.setEnabled(any(entry.session_file for entry in entries))

    def _on_remove(self) -> None:
        self._queue.remove(self._selected_rows())
        self.table.clearSelection()

    def _on_show(self) -> None:
        for entry in self.selected()[:1]:
            self.shown.emit(entry)

    def _on_double_click(self, row: int, _: int) -> None:
        self.shown.emit(self._queue.entries[row])

    def _on_export(self) -> None:
        chosen = self.selected()
        entries = chosen if len(chosen) > 1 else self._queue.entries
        self.exported.emit([entry for entry in entries if entry.session_file is not None])
