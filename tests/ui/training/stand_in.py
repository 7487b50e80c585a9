"""The first page of the wizard, with pictures that the test chose."""

from pathlib import Path

from PySide6.QtWidgets import QWidget, QWizardPage

from fer_desktop.ui.training.pictures_page import ChosenPictures


class ChosenPage(QWizardPage):
    """Has chosen a folder that has a folder for each label."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder

    def dataset(self) -> ChosenPictures:
        folders = sorted(path for path in self._folder.iterdir() if path.is_dir())
        counts = {folder.name: len(list(folder.iterdir())) for folder in folders}
        return ChosenPictures(self._folder, None, counts)

    def shut_down(self) -> None:
        """There is nothing going on."""
