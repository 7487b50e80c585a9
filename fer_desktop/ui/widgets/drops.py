"""What a drag brings: files, folders or links."""

from pathlib import Path

from PySide6.QtCore import QMimeData

from fer_desktop.ui.dialogs.network_dialog import url_problem
from trainer.contract.preset import PRESET_FILE


def dropped_targets(data: QMimeData) -> list[Path | str]:
    """Return files and folders as paths and streams' URLs as text, in the order of the drag."""
    targets: list[Path | str] = []
    for url in data.urls():
        if url.isLocalFile():
            targets.append(Path(url.toLocalFile()))
        elif not url_problem(url.toString()):
            targets.append(url.toString())
    text = data.text().strip() if data.hasText() and not targets else ""
    return [text] if text and not url_problem(text) else targets


def dropped_paths(data: QMimeData) -> list[Path]:
    """Return the files and folders only."""
    return [target for target in dropped_targets(data) if isinstance(target, Path)]


def is_model_folder(path: Path) -> bool:
    """Tell whether a path is a model to be used, and no file to be opened."""
    return (path / PRESET_FILE).is_file()
