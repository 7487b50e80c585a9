"""Two ways to pictures: those that are there, and those that the camera takes."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from fer_desktop.ui.dialogs.prompts import OpenFolder
from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.widgets.note import Note

# What the trainer reads as one file.
READ_BY_TRAINER: Final = (
    ".csv", ".tsv", ".parquet", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"
)  # fmt: skip


class OpenCsv:
    """Choose a table or an archive of pictures."""

    @classmethod
    def ask(cls, parent: QWidget, title: str, folder: str, kind: str) -> Path | None:
        """Return the chosen file."""
        patterns = " ".join(f"*{suffix}" for suffix in READ_BY_TRAINER)
        name, _ = QFileDialog.getOpenFileName(parent, title, folder, f"{kind} ({patterns})")
        return Path(name) if name else None


class ChooseView(QWidget):
    """Offers the ways.

    Signals:
        chosen: the ``Path`` of a folder or csv.
        camera_wanted: pictures shall be collected.
    """

    chosen = Signal(object)
    camera_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.last_folder = Path.home()
        self.folder_button = self._make_button(self.tr("Choose folder…"))
        self.folder_button.clicked.connect(self._on_folder)
        self.csv_button = self._make_button(self.tr("Choose file…"))
        self.csv_button.clicked.connect(self._on_csv)
        self.camera_button = self._make_button(self.tr("Collect…"))
        self.camera_button.clicked.connect(self.camera_wanted)
        self.setFocusProxy(self.folder_button)
        self.note = Note(parent=self)
        self._lay_out()

    def refresh_icons(self) -> None:
        """Draw the icons in the colours of the theme."""
        self.folder_button.setIcon(icon("folder"))
        self.csv_button.setIcon(icon("open"))
        self.camera_button.setIcon(icon("camera"))

    def _on_folder(self) -> None:
        title = self.tr("Choose a folder with one subfolder per expression")
        self._choose(OpenFolder.ask(self, title, str(self.last_folder)))

    def _on_csv(self) -> None:
        title, kind = (
            self.tr("Choose a table or an archive of faces"),
            self.tr("Tables and archives"),
        )
        self._choose(OpenCsv.ask(self, title, str(self.last_folder), kind))

    def _choose(self, path: Path | None) -> None:
        if path is not None:
            self.last_folder = path.parent
            self.chosen.emit(path)

    def _make_button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.setIconSize(QSize(20, 20))
        return button

    def _lay_out(self) -> None:
        there = self._panel(
            self.tr("Pictures you already have"),
            self.tr(
                "A folder with one subfolder per expression (happy, sad, wink …), a CSV, a "
                "published dataset as it is unpacked, or a ZIP of one. Faces are cropped from "
                "whole photographs; pictures of "
                "faces are used as they are."
            ),
            (self.folder_button, self.csv_button),
            self.tr("You can also drop it here."),
        )
        camera = self._panel(
            self.tr("Pictures from the camera"),
            self.tr(
                "The wizard asks for one expression after another, including your own, and keeps "
                "sharp, well-lit pictures in a folder of your choice."
            ),
            (self.camera_button,),
            self.tr("Nothing is stored until you agree."),
        )
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(there, 1)
        row.addWidget(camera, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.note)
        layout.addLayout(row)
        layout.addStretch(1)
        self.refresh_icons()

    def _panel(
        self, title: str, text: str, buttons: tuple[QPushButton, ...], remark: str
    ) -> QFrame:
        panel = QFrame(self)
        panel.setProperty("role", "panel")
        panel.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        heading = QLabel(title, panel)
        heading.setProperty("role", "heading")
        heading.setWordWrap(True)
        explanation = QLabel(text, panel)
        explanation.setWordWrap(True)
        small = QLabel(remark, panel)
        small.setProperty("role", "muted")
        small.setWordWrap(True)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(10)
        layout.addWidget(heading)
        layout.addWidget(explanation)
        layout.addStretch(1)
        row = QHBoxLayout()
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addWidget(small)
        return panel
