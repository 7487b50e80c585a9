"""The way from corrections to the wizard."""

from collections.abc import Callable
from pathlib import Path

from fer_desktop import paths
from fer_desktop.recording.session_format import SUFFIX
from fer_desktop.training.corrected_pictures import CorrectedSession, corrected_sessions
from fer_desktop.training.picture_folder import free_folder
from fer_desktop.ui.dialogs.output_folders import picture_folders
from fer_desktop.ui.messages.desk import Desk, WindowParts
from fer_desktop.ui.training.corrected.corrected_dialog import CorrectedDialog
from trainer.contract.crop import CropGeometry


class CorrectedDesk(Desk):
    """Opens the dialog that makes pictures of corrections.

    Attributes:
        dialog: the one that is open.
    """

    def __init__(self, parts: WindowParts, train: Callable[[Path], object]) -> None:
        """Take the window's parts, and what opens the wizard on a folder of pictures."""
        super().__init__(parts)
        self._train = train
        self.dialog: CorrectedDialog | None = None
        parts.actions.train_on_corrections.triggered.connect(self.show)

    def show(self) -> None:
        """Show the dialog, on the corrections that there are now."""
        if self.dialog is None:
            self.dialog = CorrectedDialog(
                self._finder(),
                self._controller.session_log.path,
                free_folder(Path("corrected moments"), paths.pictures_dir()),
                self._geometry,
                self._background,
                self._window,
            )
            self.dialog.pictures_ready.connect(self._train)
            self.dialog.finished.connect(self._forget)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def _finder(self) -> Callable[[], list[CorrectedSession]]:
        folder, shown = self._controller.session_log.folder, self._controller.session_log.path
        folders = picture_folders(self._controller.settings)

        def find() -> list[CorrectedSession]:
            files = sorted(folder.glob(f"*{SUFFIX}"), reverse=True)
            if shown is not None and shown not in files:
                files.insert(0, shown)
            return corrected_sessions(files, folders)

        return find

    def _geometry(self) -> CropGeometry:
        preset = self._controller.model.preset
        return CropGeometry() if preset is None else preset.crop

    def _forget(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
