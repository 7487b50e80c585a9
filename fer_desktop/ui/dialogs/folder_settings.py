"""Where files go that the user makes, and what tables look like."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

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
    """The folders for snapshots, recordings and tables, and the format of these."""

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
        self.format = QComboBox(self)
        self.format.addItem(self.tr("CSV"), ("csv", "comma"))
        self.format.addItem(self.tr("CSV with semicolons and decimal commas"), ("csv", "semicolon"))
        self.format.addItem(self.tr("Excel workbook"), ("xlsx", "comma"))
        self.format.addItem(self.tr("Parquet"), ("parquet", "comma"))
        form = QFormLayout(self)
        form.addRow(self.tr("S&napshots:"), self.snapshots)
        form.addRow(self.tr("Recorded &videos:"), self.recordings)
        form.addRow(self.tr("&Exported tables:"), self.tables)
        form.addRow(self.tr("Table &format:"), self.format)

    def show_settings(self, settings: Settings) -> None:
        """Show the format of tables; folders stay as they are."""
        dialect = settings.csv_dialect if settings.table_format == "csv" else "comma"
        # Not findData: Qt does not compare what Python keeps in it.
        known = [self.format.itemData(index) for index in range(self.format.count())]
        self.format.setCurrentIndex(known.index((settings.table_format, dialect)))

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
        """Return settings with these folders and this format."""
        table_format, dialect = self.format.currentData()
        return replace(
            settings,
            snapshot_dir=self.snapshots.folder,
            recording_dir=self.recordings.folder,
            export_dir=self.tables.folder,
            table_format=table_format,
            csv_dialect=dialect,
        )
