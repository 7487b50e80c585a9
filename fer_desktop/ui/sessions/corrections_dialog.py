"""The corrections of what is shown: given, listed, jumped to, edited, exported and compared."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QWidget,
)

from fer_desktop import paths
from fer_desktop.domain.corrections import Correction, with_correction, with_corrections
from fer_desktop.errors import FerError, StorageError
from fer_desktop.recording.correction_files import read_corrections, write_corrections
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.dialogs.color_box import color_icon
from fer_desktop.ui.dialogs.output_folders import output_folder
from fer_desktop.ui.dialogs.prompts import OpenTable, SaveTable, ask_to_replace
from fer_desktop.ui.dialogs.span_edit import SpanRows
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.look.wording import breakable, called_text, label_text, time_text
from fer_desktop.ui.runtime.actions import Actions
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.controller import Controller
from fer_desktop.ui.runtime.unfinished import Making
from fer_desktop.ui.sessions.agreement_dialog import AgreementDialog
from fer_desktop.ui.sessions.list_dialog import ListDialog
from fer_desktop.ui.widgets.plain_button import plain_button
from fer_desktop.ui.widgets.row_table import RowTable
from trainer.contract.text import counted, one_line

_LABEL: Final = 3  # its column
_KEY_PX: Final = 96
_SIZE: Final = QSize(720, 440)


class CorrectionDialog(AskingDialog[Correction]):
    """Label and time of one correction."""

    def __init__(
        self,
        correction: Correction,
        labels: Sequence[str],
        position_us: int,
        parent: QWidget | None = None,
    ) -> None:
        """Show a correction; the playhead can be taken for its times."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Correction"))
        self._correction = correction
        self.label = QComboBox(self)
        self.label.setMaximumWidth(300)  # a model of a stranger may have long ones
        for label in dict.fromkeys([*labels, correction.label]):
            self.label.addItem(color_icon(label_color(label).name()), label_text(label), label)
        self.label.setCurrentIndex(self.label.findData(correction.label))
        form = QFormLayout()
        form.addRow(self.tr("&Label:"), self.label)
        self.span = SpanRows(form, self, correction.begin_us, correction.end_us, position_us)
        self.fill(form)

    @classmethod
    def ask(
        cls, parent: QWidget, correction: Correction, labels: Sequence[str], position_us: int
    ) -> Correction | None:
        """Return the correction as it was edited; None if it was not."""
        return cls(correction, labels, position_us, parent).answered()

    def answer(self) -> Correction:
        """Return the correction as it is now."""
        begin_us, end_us = self.span.times_us()
        former = self._correction
        return Correction(former.rater, former.face_id, self.label.currentData(), begin_us, end_us)


class CorrectionsDialog(ListDialog):
    """Stays beside the window and follows what is shown there.

    Signals:
        rater_wanted: another person wants to correct.
    """

    rater_wanted = Signal()

    def __init__(
        self,
        controller: Controller,
        background: Background,
        actions: Actions,
        labels: Callable[[], Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self.tr("Corrections"), _SIZE, parent)
        self._controller = controller
        self._background = background
        self._labels = labels
        self._shown: list[Correction] = []
        self.rater = QLabel(self)
        self.rater.setTextFormat(Qt.TextFormat.PlainText)
        self.rater_button = plain_button(self.tr("Change…"), self.rater_wanted.emit, self)
        self.rater_button.setAccessibleName(self.tr("Change the rater"))
        self.others = QCheckBox(self.tr("Show other raters"), self)
        self.others.toggled.connect(controller.corrections.rating.show_others)
        headings = [
            self.tr("From"),
            self.tr("To"),
            self.tr("Face"),
            self.tr("Label"),
            self.tr("Rater"),
        ]
        self.table = RowTable(headings, self.tr("Corrections"), widest=4, several=True, parent=self)
        self.table.setToolTip(self.tr("Double-click goes there"))
        self.table.itemSelectionChanged.connect(self._refresh_buttons)
        self.table.cellDoubleClicked.connect(
            lambda row, _: controller.playback.seek(self._shown[row].begin_us)
        )
        self.edit_button = plain_button(self.tr("Edit…"), self._edit, self)
        self.delete_button = plain_button(self.tr("Delete"), self._delete, self)
        self.import_button = plain_button(self.tr("Import…"), self._import, self)
        self.export_button = plain_button(self.tr("Export…"), self._export, self)
        self.agreement_button = plain_button(self.tr("Agreement…"), self._show_agreement, self)
        self.train_button = plain_button(
            self.tr("Train…"), actions.train_on_corrections.trigger, self
        )
        self.train_button.setToolTip(actions.train_on_corrections.toolTip())
        self._lay_out(actions)
        controller.corrections.changed.connect(self.refresh)
        controller.people.changed.connect(self.refresh)
        controller.request_changed.connect(self.refresh)
        controller.session_shown.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """List the corrections of what is shown now."""
        rating = self._controller.corrections.rating
        every = self._controller.corrections.all()
        self._shown = rating.visible(every)
        self.others.setChecked(rating.shows_others)
        others = len({one.rater for one in every} - {rating.rater})
        text = self.tr("Show other raters")
        self.others.setText(f"{text} ({others})" if others else text)
        who = one_line(rating.rater) or self.tr("nobody yet")
        self.rater.setText(self.tr("Rater: {name}").format(name=who))
        people = self._controller.people.present
        self.table.setRowCount(len(self._shown))
        for row, one in enumerate(self._shown):
            end = "" if one.end_us is None else time_text(one.end_us, tenths=True)
            texts = (
                time_text(one.begin_us, tenths=True),
                end,
                called_text(people.label(people.number_of(one.face_id, one.begin_us))),
                label_text(one.label),
                one_line(one.rater),
            )
            for column, text in enumerate(texts):
                item = self.table.put(row, column, text)
                if column == _LABEL:
                    item.setIcon(color_icon(label_color(one.label).name()))
        empty = self.tr(
            "Select a face and press a label's key: paused, it corrects that moment; while "
            "playing, it begins an interval that the next press ends."
        )
        self.note.say("" if self._shown else empty)
        self._refresh_buttons()

    def _lay_out(self, actions: Actions) -> None:
        who = QHBoxLayout()
        who.addWidget(self.rater)
        who.addWidget(self.rater_button)
        who.addStretch(1)
        who.addWidget(self.others)
        keys = QHBoxLayout()
        keys.setSpacing(4)
        for action in actions.correction_keys:
            key = QToolButton(self)
            key.setDefaultAction(action)
            key.setProperty("role", "key")
            key.setMaximumWidth(_KEY_PX)  # the tip names what does not fit
            key.setVisible(action.isVisible())
            action.changed.connect(
                lambda key=key, action=action: key.setVisible(action.isVisible())
            )
            keys.addWidget(key)
        keys.addStretch(1)
        buttons = (
            self.edit_button,
            self.delete_button,
            self.import_button,
            self.export_button,
            self.agreement_button,
            self.train_button,
        )
        said = QLabel(self.tr("The selected face shows:"), self)
        self.lay_out(self.table, buttons, above=(who, said, keys))

    def _rows(self) -> list[int]:
        return [row for row in self.table.selected_rows() if row < len(self._shown)]

    def _refresh_buttons(self) -> None:
        rows = self._rows()
        own = all(
            self._shown[row].rater == self._controller.corrections.rating.rater for row in rows
        )
        self.edit_button.setEnabled(len(rows) == 1 and own)
        self.delete_button.setEnabled(bool(rows) and own)
        has_any = bool(self._controller.corrections.all())
        self.export_button.setEnabled(has_any)
        self.agreement_button.setEnabled(has_any)

    def _edit(self) -> None:
        for row in self._rows()[:1]:
            former = self._shown[row]
            edited = CorrectionDialog.ask(
                self, former, self._labels(), self._controller.playback.position_us
            )
            if edited is not None:
                others = [one for one in self._all() if one != former]
                self._set(with_correction(others, edited))

    def _delete(self) -> None:
        doomed = {self._shown[row] for row in self._rows()}
        self._set([one for one in self._all() if one not in doomed])

    def _all(self) -> list[Correction]:
        return self._controller.corrections.all()

    def _set(self, corrections: Sequence[Correction], said: str = "") -> None:
        try:
            is_set = self._controller.corrections.replace(corrections)
        except StorageError as error:
            self.note.say_error(error)
            return
        if said or not is_set:
            self.note.say(said if is_set else self.tr("There is no session to correct yet."))

    def _import(self) -> None:
        folder = output_folder(self._controller.settings.export_dir, paths.documents_dir())
        path = OpenTable.ask(self, self.tr("Import corrections"), str(folder))
        if path is not None:
            self._background.run(
                "reading corrections", lambda: read_corrections(path), self._add, self._say
            )

    def _add(self, found: list[Correction]) -> None:
        info = self._controller.info
        end_us = info.duration_us if info is not None and info.duration_us else None
        inside = [one for one in found if end_us is None or one.begin_us <= end_us]
        every = self._all()
        known = set(every)
        new = [one for one in inside if one not in known]
        said = self.tr("Imported {corrections}.").format(
            corrections=counted(len(new), "correction")
        )
        if len(new) < len(inside):
            there = counted(len(inside) - len(new), "correction")
            said += " " + self.tr("Left out {corrections} that the session has.").format(
                corrections=there
            )
        if len(inside) < len(found):
            left = counted(len(found) - len(inside), "correction")
            said += " " + self.tr("Left out {corrections} beyond the end.").format(corrections=left)
        hidden = {one.rater for one in new} - {self._controller.corrections.rating.rater}
        if hidden and not self._controller.corrections.rating.shows_others:
            said += " " + self.tr("Those of other raters are hidden.")
        self._set(with_corrections(every, new), said)

    def _export(self) -> None:
        session = self._controller.session_log.path
        if session is None:
            return
        folder = output_folder(self._controller.settings.export_dir, paths.documents_dir())
        title = self.tr("Export the corrections of all raters")
        path = SaveTable.ask(self, title, folder / f"{session.stem}.corrections.csv")
        if path is None:
            return
        overwrite = path.exists()
        if overwrite and not ask_to_replace(self, path):
            return
        # Whoever is hidden is not exported, here no more than in a table.
        corrections = self._controller.people.present.visible_corrections(self._all())
        self._background.run(
            "writing corrections",
            lambda: write_corrections(corrections, path, overwrite=overwrite),
            lambda _: self._say_exported(path),
            self._say,
            makes=Making.of("file", path),
        )

    def _show_agreement(self) -> None:
        session = self._controller.session_log.path
        if session is not None:
            AgreementDialog.ask(self, session, self._background, self._controller.settings)

    def _say_exported(self, path: Path) -> None:
        self.note.say(self.tr("Exported to {path}").format(path=breakable(path)))

    def _say(self, error: FerError) -> None:
        self.note.say_error(error)
