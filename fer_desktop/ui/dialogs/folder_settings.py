"""Where files go that the user makes."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFormLayout, QGroupBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from fer_desktop import paths
from fer_desktop.errors import StorageError
from fer_desktop.files import make_folder
from fer_desktop.settings import Settings
from fer_desktop.ui.dialogs.prompts import OpenFolder


class FolderEdit(QWidget):
    """A folder; empty stands for the platform's own."""

    def __init__(self, title: str, folder: str, default: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self._default = default
        self._edit = QLineEdit(folder, self)
        self._edit.setPlaceholderText(str(default))
        self._edit.setAccessibleName(title)
        self._edit.setMinimumWidth(200)
        self._edit.setToolTip(
            self.tr("If this folder cannot be found, files are saved to {folder}.").format(
                folder=default
            )
        )
        button = QPushButton(self.tr("Choose…"), self)
        button.setAccessibleName(self.tr("Choose: {title}").format(title=title))
        button.clicked.connect(self._choose)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._edit, 1)
        layout.addWidget(button)
        self.setFocusProxy(self._edit)

    @property
    def folder(self) -> str:
        """What was chosen."""
        return self._edit.text().strip()

    def make(self) -> None:
        """Make the chosen folder, if it does not exist.

        Raises:
            StorageError: if that is not possible.
        """
        if self.folder:
            make_folder(Path(self.folder))

    def _choose(self) -> None:
        folder = OpenFolder.ask(self, self._title, self.folder or str(self._default))
        if folder is not None:
            self._edit.setText(str(folder))


class FolderGroup(QGroupBox):
    """The folders for snapshots, recordings and tables."""

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Folders"))
        self.snapshots = FolderEdit(
            self.tr("Snapshots"), settings.snapshot_dir, paths.pictures_dir(), self
        )
        self.recordings = FolderEdit(
            self.tr("Recorded videos"), settings.recording_dir, paths.videos_dir(), self
        )
        self.tables = FolderEdit(
            self.tr("Exported tables"), settings.export_dir, paths.documents_dir(), self
        )
        form = QFormLayout(self)
        form.addRow(self.tr("S&napshots:"), self.snapshots)
        form.addRow(self.tr("Recorded &videos:"), self.recordings)
        form.addRow(self.tr("&Exported tables:"), self.tables)

    def make(self) -> None:
        """Make the chosen folders, if they do not exist.

        Raises:
            StorageError: if that is not possible; the folder has the focus.
        """
        for edit in (self.snapshots, self.recordings, self.tables):
            try:
                edit.make()
            except StorageError:
                edit.setFocus()
                raise

    def chosen(self, settings: Settings) -> Settings:
        """Return settings with these folders."""
        return replace(
            settings,
            snapshot_dir=self.snapshots.folder,
            recording_dir=self.recordings.folder,
            export_dir=self.tables.folder,
        )
