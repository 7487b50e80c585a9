"""What a drag brings: a file, a folder or a link."""

from pathlib import Path

from PySide6.QtCore import QMimeData

from fer_desktop.ui.dialogs.network_dialog import url_problem


def dropped_target(data: QMimeData) -> Path | str | None:
    """Return the first file or folder as a path, or a stream's URL as text; None for the rest."""
    for url in data.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
        if not url_problem(url.toString()):
            return url.toString()
    text = data.text().strip() if data.hasText() else ""
    return text if text and not url_problem(text) else None
