"""How far raters agree, with each other and with the model."""

import csv
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from fer_desktop import paths
from fer_desktop.errors import FerError
from fer_desktop.files import whole_file
from fer_desktop.recording.agreement import (
    STEP_MS_MAX,
    STEP_MS_MIN,
    STEP_MS_USUAL,
    Agreement,
    SessionAgreement,
    agreement_of,
    table_rows,
)
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.asking_dialog import fitting_size
from fer_desktop.ui.dialogs.output_folders import output_folder
from fer_desktop.ui.dialogs.prompts import SaveTable, ask_to_replace
from fer_desktop.ui.look.wording import breakable
from fer_desktop.ui.runtime.background import Background
from fer_desktop.ui.runtime.unfinished import Making
from fer_desktop.ui.widgets.note import Note
from fer_desktop.ui.widgets.plain_button import plain_button
from fer_desktop.ui.widgets.row_table import RowTable
from trainer.contract.text import one_line

_SIZE: Final = QSize(840, 460)
_NONE: Final = "–"  # noqa: RUF001 - a dash in an empty cell


class AgreementDialog(QDialog):
    """A row for each pair, and for all raters together."""

    def __init__(
        self,
        session: Path,
        background: Background,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        """Compare those who labelled a session.

        Args:
            session: its file.
            background: reads the file.
            settings: say where tables go.
            parent: the dialog in front of which it stands.
        """
        super().__init__(parent)
        self._session = session
        self._background = background
        self._settings = settings
        self._asked = 0
        self.found: SessionAgreement | None = None
        self.setWindowTitle(self.tr("Agreement"))
        self.resize(fitting_size(self, _SIZE))
        self.step = QSpinBox(self)
        self.step.setRange(STEP_MS_MIN, STEP_MS_MAX)
        self.step.setSingleStep(100)
        self.step.setValue(STEP_MS_USUAL)
        self.step.setSuffix(" ms")
        self.step.setKeyboardTracking(False)
        self.step.setToolTip(
            self.tr(
                "Time is divided into steps of this length. In each, the label counts that covers "
                "most of its frames."
            )
        )
        label = QLabel(self.tr("&Time step:"), self)
        label.setBuddy(self.step)
        headings = [
            self.tr("Compared"),
            self.tr("Steps (n)"),
            self.tr("Agreement"),
            self.tr("Cohen's kappa"),
            self.tr("Krippendorff's alpha"),
        ]
        self.table = RowTable(headings, self.tr("Agreement"), numbers=range(1, 5), parent=self)
        self.problems = Note(parent=self)
        self.meaning = QLabel(
            self.tr(
                "Kappa and alpha are 1 where all agree and 0 where agreement is what chance alone "
                "would bring; below 0 there is less. n counts the steps in which both sides "
                "labelled a face. Neighbouring steps resemble each other: take n as an upper limit "
                "of independent moments. Where only the model's mistakes were corrected, the "
                "agreement with the model looks lower than it is."
            ),
            self,
        )
        self.meaning.setWordWrap(True)
        self.meaning.setProperty("role", "muted")
        self.note = Note(parent=self)
        self.export_button = plain_button(self.tr("Export…"), self._export, self)
        self.close_button = plain_button(self.tr("Close"), self.close, self)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        for widget in (label, self.step):
            top.addWidget(widget)
        top.addStretch(1)
        bottom.addWidget(self.note, 1)
        for button in (self.export_button, self.close_button):
            bottom.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.problems)
        layout.addWidget(self.meaning)
        layout.addLayout(bottom)
        self.step.valueChanged.connect(self._compare)
        self.finished.connect(self._forget)
        self._compare()

    @classmethod
    def ask(
        cls,
        parent: QWidget,
        session: Path,
        background: Background,
        settings: Settings,
    ) -> None:
        """Show the table until it is closed."""
        dialog = cls(session, background, settings, parent)
        dialog.exec()
        dialog.deleteLater()

    def _forget(self) -> None:
        """Show no answer that comes later: there is nothing left to show it."""
        self._asked += 1

    def _compare(self) -> None:
        self._asked += 1
        asked, session = self._asked, self._session
        step_ms = self.step.value()
        self.export_button.setEnabled(False)
        self.note.say(self.tr("Comparing…"))

        def done(found: SessionAgreement) -> None:
            if asked == self._asked:
                self._show(found)

        def failed(error: FerError) -> None:
            if asked == self._asked:
                self.note.say_error(error)

        self._background.run(
            "comparing raters",
            lambda: agreement_of(session, step_ms),
            done,
            failed,
        )

    def _show(self, found: SessionAgreement) -> None:
        self.found = found
        rows = (*found.between, *found.with_model)
        self.table.setRowCount(len(rows))
        for row, one in enumerate(rows):
            for column, text in enumerate(_cells(one)):
                self.table.put(row, column, text)
        lines = [f"{_names(one)}: {one.problem}" for one in rows if one.problem]
        if not found.between:
            lines.insert(0, self.tr("One rater only: a second one can be compared with them."))
        self.problems.say("\n".join(lines[:6]))
        self.note.say("")
        self.export_button.setEnabled(True)

    def _export(self) -> None:
        found = self.found
        if found is None:
            return
        folder = output_folder(self._settings.export_dir, paths.documents_dir())
        suggestion = folder / f"{self._session.stem}.agreement.csv"
        path = SaveTable.ask(self, self.tr("Export the agreement"), suggestion)
        if path is None or (path.exists() and not ask_to_replace(self, path)):
            return

        asked = self._asked

        def say(text: str) -> None:
            if asked == self._asked:
                self.note.say(text)

        def write() -> None:
            with (
                whole_file(path, overwrite=True) as part,
                part.open("w", newline="", encoding="utf-8") as file,
            ):
                csv.writer(file).writerows(table_rows(found))

        self._background.run(
            "writing the agreement",
            write,
            lambda _: say(self.tr("Exported to {path}").format(path=breakable(path))),
            lambda error: say(str(error)),
            makes=Making.of("file", path),
        )


def _names(one: Agreement) -> str:
    return " / ".join(map(one_line, one.sides))


def _cells(one: Agreement) -> list[str]:
    share = _NONE if one.agreed is None else f"{100 * one.agreed:.1f} %"
    numbers = [_NONE if x is None else f"{x:.2f}" for x in (one.kappa, one.alpha)]
    return [_names(one), f"{one.n:,}", share, *numbers]
