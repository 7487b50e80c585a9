"""What was dropped: one file is opened, several wait for their turn, bundles are imported."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from fer_desktop.domain.bundle_name import is_bundle
from fer_desktop.sources.media_names import with_folders_opened
from fer_desktop.ui.messages.announcer import Announcer
from fer_desktop.ui.widgets.drops import is_model_folder

Target = Path | str


class DroppedFiles(QObject):
    """Opens a file, a model or an address; hands several files to the queue."""

    def __init__(
        self,
        open_target: Callable[[Target], object],
        queue_files: Callable[[Sequence[Path]], object],
        announcer: Announcer,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._open_target = open_target
        self._queue_files = queue_files
        self._announcer = announcer

    def open(self, targets: Sequence[Target]) -> None:
        """Open what was dropped, or let the files among it, and those in folders, wait."""
        addresses = [item for item in targets if isinstance(item, str) or is_model_folder(item)]
        bundles = [item for item in targets if isinstance(item, Path) and is_bundle(item)]
        paths = [
            item
            for item in targets
            if isinstance(item, Path) and item not in addresses and item not in bundles
        ]
        for bundle in bundles:
            self._open_target(bundle)
        found = list(with_folders_opened(paths))
        files = [path for path, refusal in found if refusal is None]
        if len(files) > 1:
            self._queue_files(files)
        elif files or addresses:
            self._open_target([*files, *addresses][0])
        elif not bundles:
            self._announcer.say_nothing_to_open([str(target) for target in targets])
