"""The marks of what is shown: listed, jumped to, edited, and in files of other programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from fer_desktop import paths
from fer_desktop.errors import FerError, StorageError
from fer_desktop.recording.elan_file import known_by
from fer_desktop.recording.mark_files import FoundMarks, read_marks, write_marks
from fer_desktop.recording.session_format import Mark
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.dialogs.color_box import ColorBox, color_icon
from fer_desktop.ui.dialogs.output_folders import output_folder
from fer_desktop.ui.dialogs.prompts import MarkFile, ask_to_replace
from fer_desktop.ui.dialogs.span_edit import SpanRows
from fer_desktop.ui.look.wording import breakable, time_text
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.unfinished import Making
from fer_desktop.ui.sessions.list_dialog import ListDialog
from fer_desktop.ui.widgets.plain_button import plain_button
from fer_desktop.ui.widgets.row_table import RowTable
from trainer.contract.text import counted, one_line

_TEXT_MAX: Final = 1_000
_SIZE: Final = QSize(640, 420)


class MarkDialog(AskingDialog[Mark]):
    """Text and time of one mark."""

    def __init__(self, mark: Mark, position_us: int, parent: QWidget | None = None) -> None:
        """Show a mark; the playhead can be taken for its times."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Mark"))
        self.text = QLineEdit(mark.text, self)
        self.text.setMaxLength(_TEXT_MAX)
        form = QFormLayout()
        form.addRow(self.tr("&Text:"), self.text)
        self._span = SpanRows(form, self, mark.timestamp_us, mark.end_us, position_us)
        self.begin, self.end = self._span.begin, self._span.end
        self.is_stretch = self._span.is_stretch
        self.color = ColorBox(mark.color, self)
        form.addRow(self.tr("&Colour:"), self.color)
        self.fill(form)

    @classmethod
    def ask(cls, parent: QWidget, mark: Mark, position_us: int) -> Mark | None:
        """Return the mark as it was edited; None if it was not."""
        return cls(mark, position_us, parent).answered()

    def answer(self) -> Mark:
        """Return the mark as it is now."""
        begin_us, end_us = self._span.times_us()
        return Mark(begin_us, self.text.text().strip(), end_us, self.color.color)


class MarksDialog(ListDialog):
    """Stays beside the window and follows what is shown there."""

    def __init__(
        self, controller: Controller, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(self.tr("Marks"), _SIZE, parent)
        self._controller = controller
        self._background = background
        self._marks: list[Mark] = []
        headings = [self.tr("From"), self.tr("To"), self.tr("Text")]
        self.table = RowTable(headings, self.tr("Marks"), widest=2, several=True, parent=self)
        self.table.setToolTip(self.tr("Double-click goes there"))
        self.table.itemSelectionChanged.connect(self._refresh_buttons)
        self.table.cellDoubleClicked.connect(self._jump)
        self.add_button = plain_button(self.tr("Add…"), self._ask_for_one, self)
        self.edit_button = plain_button(self.tr("Edit…"), self._edit, self)
        self.delete_button = plain_button(self.tr("Delete"), self._delete, self)
        self.import_button = plain_button(self.tr("Import…"), self._import, self)
        self.export_button = plain_button(self.tr("Export…"), self._export, self)
        self.lay_out(
            self.table,
            (
                self.add_button,
                self.edit_button,
                self.delete_button,
                self.import_button,
                self.export_button,
            ),
        )
        controller.marks.added.connect(self.refresh)
        controller.marks.changed.connect(self.refresh)
        controller.request_changed.connect(self.refresh)
        controller.session_shown.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """List the marks of what is shown now."""
        self._marks = self._controller.marks.all()
        self.table.setRowCount(len(self._marks))
        for row, mark in enumerate(self._marks):
            end = "" if mark.end_us is None else time_text(mark.end_us, tenths=True)
            texts = (time_text(mark.timestamp_us, tenths=True), end, one_line(mark.text))
            for column, text in enumerate(texts):
                item = self.table.put(row, column, text)
                if column == len(texts) - 1:
                    item.setIcon(color_icon(mark.color) if mark.color else QIcon())
        empty = self.tr("Nothing is marked yet. Press M to mark a moment.")
        self.note.say("" if self._marks else empty)
        self._refresh_buttons()

    def _rows(self) -> list[int]:
        return [row for row in self.table.selected_rows() if row < len(self._marks)]

    def _refresh_buttons(self) -> None:
        rows = self._rows()
        self.edit_button.setEnabled(len(rows) == 1)
        self.delete_button.setEnabled(bool(rows))
        self.export_button.setEnabled(bool(self._marks))

    def _jump(self, row: int) -> None:
        self._controller.playback.seek(self._marks[row].timestamp_us)

    def _ask_for_one(self) -> None:
        position_us = self._controller.playback.position_us
        added = MarkDialog.ask(self, Mark(position_us, ""), position_us)
        if added is not None:
            self._set([*self._marks, added])

    def _edit(self) -> None:
        for row in self._rows()[:1]:
            edited = MarkDialog.ask(self, self._marks[row], self._controller.playback.position_us)
            if edited is not None:
                self._set([*self._marks[:row], edited, *self._marks[row + 1 :]])

    def _delete(self) -> None:
        doomed = self._rows()
        self._set([mark for row, mark in enumerate(self._marks) if row not in doomed])

    def _set(self, marks: Sequence[Mark], said: str = "") -> None:
        try:
            is_set = self._controller.marks.replace(marks)
        except StorageError as error:
            self.note.say_error(error)
            return
        if said or not is_set:
            self.note.say(said if is_set else self.tr("There is no session to mark yet."))

    def _import(self) -> None:
        folder = output_folder(self._controller.settings.export_dir, paths.documents_dir())
        path = MarkFile.ask_to_read(self, str(folder))
        if path is None:
            return
        self._background.run("reading marks", lambda: read_marks(path), self._add, self._say)

    def _add(self, read: FoundMarks) -> None:
        found = read.marks
        info = self._controller.info
        end_us = info.duration_us if info is not None and info.duration_us else None
        inside = [mark for mark in found if end_us is None or mark.timestamp_us <= end_us]
        # The same marks, read again, are there once.
        known = {known_by(mark) for mark in self._marks}
        new = [mark for mark in dict.fromkeys(inside) if known_by(mark) not in known]
        said = self.tr("Imported {marks}.").format(marks=counted(len(new), "mark"))
        if len(new) < len(inside):
            there = counted(len(inside) - len(new), "mark")
            said += " " + self.tr("Left out {marks} that the session has.").format(marks=there)
        if len(inside) < len(found):
            left = counted(len(found) - len(inside), "mark")
            said += " " + self.tr("Left out {marks} beyond the end.").format(marks=left)
        if read.timeless:
            left = counted(read.timeless, "annotation")
            said += " " + self.tr("Left out {marks} without own times.").format(marks=left)
        self._set([*self._marks, *new], said)

    def _export(self) -> None:
        session = self._controller.session_log.path
        info = self._controller.info
        if session is None:
            return
        folder = output_folder(self._controller.settings.export_dir, paths.documents_dir())
        path = MarkFile.ask_to_write(self, folder / f"{session.stem}.eaf")
        if path is None:
            return
        overwrite = path.exists()
        if overwrite and not ask_to_replace(self, path):
            return
        marks, media = list(self._marks), info.uri if info is not None else ""
        self._background.run(
            "writing marks",
            lambda: write_marks(marks, path, media, overwrite=overwrite),
            lambda _: self._say_exported(path),
            self._say,
            makes=Making.of("file", path),
        )

    def _say_exported(self, path: Path) -> None:
        self.note.say(self.tr("Exported to {path}").format(path=breakable(path)))

    def _say(self, error: FerError) -> None:
        self.note.say_error(error)


class MarksDesk(Desk):
    """Opens the list of marks.

    Attributes:
        dialog: the list, once it was opened.
    """

    def __init__(self, parts: WindowParts) -> None:
        super().__init__(parts)
        self.dialog: MarksDialog | None = None
        parts.actions.marks.triggered.connect(self.show)

    def show(self) -> None:
        """Show the list."""
        if self.dialog is None:
            self.dialog = MarksDialog(self._controller, self._background, self._window)
        self.dialog.refresh()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
