"""A copy of the pictures without what makes figures wrong: what it would lack, then the copy."""

from collections import defaultdict
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from fer_desktop import paths
from fer_desktop.errors import FerError, TrainingError
from fer_desktop.training.picture_folder import PicturesError, free_folder, is_used
from fer_desktop.ui.look.wording import translate
from fer_desktop.ui.runtime.trainer_call import TrainerCall
from fer_desktop.ui.training.pictures.finding_list import FindingList
from fer_desktop.ui.training.pictures.findings import Finding
from fer_desktop.ui.widgets.folder_row import FolderRow
from fer_desktop.ui.widgets.note import Note
from trainer.contract.checked_json import JsonError, decode_json
from trainer.contract.fixed_facts import Fixed, Removed, Why
from trainer.contract.text import counted

_CONTEXT: Final = "CleanedCopy"


class CleanedCopy(QWidget):
    """Lists what a cleaned copy would lack; on request the trainer writes it.

    Signals:
        written: the copy is there.
        left: the person wants no copy.
    """

    written = Signal(Path)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._call = TrainerCall(self)
        self._source, self._label_map = Path(), ""
        self._is_of_use = False  # a copy would lack something, and not everything
        self.heading = QLabel(self.tr("Cleaned copy"), self)
        self.heading.setProperty("role", "heading")
        self.text = QLabel(
            self.tr(
                "A copy of the pictures is written to another folder and used from then on. The "
                "pictures themselves are not changed. The copy leaves out:"
            ),
            self,
        )
        self.text.setWordWrap(True)
        self.findings = FindingList(self)
        self.thorough = QCheckBox(
            self.tr("Also search for mirrored, turned and cut copies (takes minutes)"), self
        )
        self.folder_title = QLabel(self.tr("The copy is written to this folder:"), self)
        self.folder_title.setProperty("role", "muted")
        self.folder = FolderRow(self.tr("Folder for the copy"), self)
        self.note = Note(parent=self)
        self.back_button = QPushButton(self.tr("Back"), self)
        self.write_button = QPushButton(self.tr("Write the copy"), self)
        self.write_button.setProperty("role", "primary")
        for button in (self.back_button, self.write_button):
            button.setAutoDefault(False)
        self.setFocusProxy(self.back_button)
        self.thorough.toggled.connect(self._list)
        self.folder.changed.connect(self._on_folder)
        self.back_button.clicked.connect(self._on_back)
        self.write_button.clicked.connect(self._write)
        self._lay_out()

    def propose(self, source: Path, label_map: str) -> None:
        """Ask the trainer what a copy of these pictures would lack.

        Args:
            source: as the trainer reads it.
            label_map: what its labels become.
        """
        self._source, self._label_map = source, label_map
        name = translate(_CONTEXT, "Cleaned copy of {name}")
        self.folder.set_folder(free_folder(source, paths.pictures_dir(), name))
        self.thorough.blockSignals(True)
        self.thorough.setChecked(False)
        self.thorough.blockSignals(False)
        self._list()

    def shut_down(self) -> None:
        """Ask no longer; a copy that is half written stays, and is not used."""
        self._call.cancel()

    def _words(self, *more: str) -> list[str]:
        words = ["fix", "--data", str(self._source), "--json", *more]
        if self._label_map:
            words.append(f"--map={self._label_map}")
        return [*words, "--thorough"] if self.thorough.isChecked() else words

    def _list(self) -> None:
        self._is_of_use = False
        self.findings.show_findings(())
        self._say_busy(self.tr("Checking what the copy would leave out…"))
        self._call.ask(self._words("--list"), self._show, self._on_failed)

    def _show(self, printed: str) -> None:
        found = _read(printed)
        nothing = Finding("good", self.tr("Nothing: these pictures need no cleaning."))
        self.findings.show_findings(_left_out(found) or (nothing,))
        kept = sum(found.counts.values())
        self.note.say(
            self.tr("It would have {pictures} of {size} x {size} pixels.").format(
                pictures=counted(kept, "picture"), size=found.size_px
            )
        )
        self._is_of_use = bool(found.removed) and kept > 0
        self.write_button.setEnabled(self._is_of_use)

    def _on_folder(self) -> None:
        """Mix the copy with nothing else, least of all with the pictures themselves."""
        source, target = self._source.resolve(), self.folder.folder
        if target.resolve().is_relative_to(source):
            self.note.say_error(
                PicturesError(
                    f"{target} lies in the folder of the pictures.",
                    hint="Choose a folder outside of it.",
                )
            )
            self.write_button.setEnabled(False)
            return
        if is_used(target):
            name = translate(_CONTEXT, "Cleaned copy of {name}")
            self.folder.set_folder(free_folder(source, target, name))
        if not self._call.is_running:
            self.note.say("")
            self.write_button.setEnabled(self._is_of_use)

    def _write(self) -> None:
        target = self.folder.folder
        self._say_busy(self.tr("Writing the copy…"))
        self._call.ask(
            self._words("--out", str(target)),
            lambda printed: self._on_written(printed, target),
            self._on_failed,
        )

    def _on_written(self, printed: str, target: Path) -> None:
        _read(printed)
        self.written.emit(target)

    def _on_failed(self, error: FerError) -> None:
        self.note.say_error(error)
        self.thorough.setEnabled(True)
        self.folder.button.setEnabled(True)

    def _on_back(self) -> None:
        self._call.cancel()
        self.left.emit()

    def _say_busy(self, text: str) -> None:
        self.note.say(text)
        self.write_button.setEnabled(False)

    def _lay_out(self) -> None:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        for widget in (
            self.heading,
            self.text,
            self.findings,
            self.thorough,
            self.folder_title,
            self.folder,
            self.note,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout()
        row.addWidget(self.back_button)
        row.addStretch(1)
        row.addWidget(self.write_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll, 1)
        layout.addLayout(row)


def _left_out(found: Fixed) -> tuple[Finding, ...]:
    """Return what a copy would lack, a sentence for each reason."""
    titles: dict[Why, str] = {
        "blank": translate(_CONTEXT, "Blank pictures, of one colour only: {count}."),
        "several labels": translate(_CONTEXT, "Pictures filed under several expressions: {count}."),
        "copy": translate(_CONTEXT, "Exact copies, of which one stays: {count}."),
        "changed copy": translate(
            _CONTEXT,
            "Pictures of which those for validation or testing hold a mirrored, turned or cut "
            "copy: {count}.",
        ),
        "named": translate(_CONTEXT, "Pictures that were named: {count}."),
    }
    rows: dict[Why, list[Removed]] = defaultdict(list)
    for row in found.removed:
        rows[row.why].append(row)
    return tuple(
        Finding(
            "warning",
            title.format(count=f"{len(rows[why]):,}"),
            tuple(f"{row.name}: {row.reason}" for row in rows[why]),
        )
        for why, title in titles.items()
        if rows[why]
    )


def _read(printed: str) -> Fixed:
    try:
        return decode_json(printed, Fixed, has_odd_names=True)
    except JsonError as error:
        raise TrainingError(
            "The trainer's report on the copy cannot be read.", hint="See the log file for details."
        ) from error
