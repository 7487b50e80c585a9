"""A folder that something is written to, always named in full."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from fer_desktop.ui.dialogs.prompts import OpenFolder
from fer_desktop.ui.look.wording import breakable


class FolderRow(QWidget):
    """Shows a folder and lets another one be chosen.

    Signals:
        changed: another folder was chosen.
    """

    changed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._folder = Path()
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.button = QPushButton(self.tr("Change…"), self)
        self.button.setAutoDefault(False)
        self.button.setAccessibleName(self.tr("Change: {title}").format(title=title))
        self.button.clicked.connect(self._choose)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def folder(self) -> Path:
        """The chosen folder, which may not exist yet."""
        return self._folder

    def set_folder(self, folder: Path) -> None:
        """Show a folder."""
        self._folder = folder
        self.label.setText(breakable(folder))
        self.label.setToolTip(str(folder))
        self.label.setAccessibleName(f"{self._title}: {folder}")

    def _choose(self) -> None:
        folder = OpenFolder.ask(self, self._title, str(_existing(self._folder)))
        if folder is not None and folder != self._folder:
            self.set_folder(folder)
            self.changed.emit()


def _existing(folder: Path) -> Path:
    """Return the nearest folder above that is there."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
