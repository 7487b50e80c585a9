"""Whether the microphone is recorded, and which."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QWidget

from fer_desktop.errors import FerError
from fer_desktop.ui.dialogs.asking_dialog import AskingDialog
from fer_desktop.ui.widgets.note import Note
from trainer.contract.text import one_line


@dataclass(frozen=True, slots=True)
class SoundChoice:
    """What is chosen.

    Attributes:
        is_on: whether clean videos of cameras and streams get sound.
        microphone: whose; empty for the one that the system prefers.
    """

    is_on: bool
    microphone: str


class SoundDialog(AskingDialog[SoundChoice]):
    """A tick and a list of microphones, which is there a moment later."""

    def __init__(self, choice: SoundChoice, parent: QWidget | None = None) -> None:
        """Show what holds; ``show_found`` or ``show_none`` follows."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Sound of recordings"))
        self.setMinimumWidth(460)
        self.tick = QCheckBox(self.tr("Record the &microphone with clean videos"), self)
        self.tick.setChecked(choice.is_on)
        self.tick.setEnabled(False)
        self.devices = QComboBox(self)
        self.devices.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.devices.addItem(self.tr("System default"), "")
        if choice.microphone:
            self.devices.addItem(one_line(choice.microphone), choice.microphone)
            self.devices.setCurrentIndex(1)
        self.devices.setEnabled(False)
        self.tick.toggled.connect(self._refresh)
        self._is_found = False
        form = QFormLayout()
        form.addRow(self.tr("Micro&phone:"), self.devices)
        text = QLabel(
            self.tr(
                "For cameras and network cameras that are recorded as clean videos. The microphone "
                "is open only while such a recording runs, and the sign on the picture says so. "
                "Files keep their own sound. Voices tell who somebody is: ask people first."
            ),
            self,
        )
        text.setWordWrap(True)
        text.setProperty("role", "muted")
        self.note = Note(parent=self)
        self.note.say(self.tr("Looking for microphones…"))
        self.fill(self.tick, form, text, self.note)

    def show_found(self, names: Sequence[str]) -> None:
        """Take which microphones there are."""
        chosen = self.devices.currentData()
        for name in names:
            if self.devices.findData(name) < 0:
                self.devices.addItem(one_line(name), name)
        self._is_found = True
        if chosen and chosen not in names:
            self.note.say(self.tr("The chosen microphone is not there."))
        else:
            self.note.say("")
        self.tick.setEnabled(True)
        self._refresh()

    def show_none(self, reason: FerError) -> None:
        """Take why there is none; what is switched on can be switched off all the same."""
        self.tick.setEnabled(self.tick.isChecked())
        self.note.say_error(reason)

    def answer(self) -> SoundChoice:
        """Return what is chosen now."""
        return SoundChoice(self.tick.isChecked(), self.devices.currentData() or "")

    def _refresh(self) -> None:
        self.devices.setEnabled(self._is_found and self.tick.isChecked())
