"""The two lists of the toolbar: what to look at, and which model reads it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from fer_desktop.models.catalogue import ModelEntry
from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.wording import name_text
from fer_desktop.ui.runtime.source_request import SourceRequest
from fer_desktop.ui.widgets.elided_box import ElidedBox
from trainer.contract.text import one_line

_DRAWINGS = {
    "camera": "camera",
    "stream": "network",
    "file": "image",
    "demo": "demo",
    "session": "sessions",
}


class Chooser(ElidedBox):
    """A list of values, followed by actions; choosing an action leaves the value as it was.

    Signals:
        chosen: the value that the user chose.
    """

    chosen = Signal(object)

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = list(actions)
        self._values: list[object] = []
        self._current: object = None
        # Long names are cut in the box, not allowed to widen the window.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(self._on_activated)

    def fill(self, entries: Sequence[tuple[object, str, str, str]]) -> None:
        """Show these entries: value, text, drawing, and why it cannot be chosen."""
        with QSignalBlocker(self):
            self.clear()
            self._values = []
            model = self.model()
            for value, text, drawing, problem in entries:
                self._values.append(value)
                if drawing:
                    self.addItem(icon(drawing), text)
                else:
                    self.addItem(text)
                row = self.count() - 1
                self.setItemData(row, problem or text, Qt.ItemDataRole.ToolTipRole)
                if problem and isinstance(model, QStandardItemModel):
                    item: QStandardItem = model.item(row)
                    item.setEnabled(False)
            if entries:
                self.insertSeparator(self.count())
                self._values.append(None)
            for action in self._actions:
                self.addItem(action.icon(), action.text())
                self._values.append(action)
        self.set_current(self._current)

    def set_current(self, value: object) -> None:
        """Show a value as the chosen one, without asking for it."""
        self._current = value
        with QSignalBlocker(self):
            found = value is not None and value in self._values
            self.setCurrentIndex(self._values.index(value) if found else -1)

    def _on_activated(self, index: int) -> None:
        value = self._values[index]
        if isinstance(value, QAction):
            self.set_current(self._current)
            value.trigger()
        elif value is not None:
            self._current = value
            self.chosen.emit(value)


class SourceChooser(Chooser):
    """Cameras, the demo clip, and whatever else is open."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(actions, parent)
        self._cameras: list[SourceRequest] = []
        self._other: SourceRequest | None = None
        self.setMinimumContentsLength(14)
        self.setPlaceholderText(self.tr("Choose a source"))
        self.setToolTip(self.tr("Source: camera, stream or file"))
        self.setAccessibleName(self.tr("Source"))
        self.refresh()

    def set_cameras(self, cameras: Sequence[SourceRequest]) -> None:
        """Show the cameras that were found."""
        self._cameras = list(cameras)
        self.refresh()

    def set_request(self, request: SourceRequest | None) -> None:
        """Show what is open."""
        self._current = request
        self._other = request
        self.refresh()

    def refresh(self) -> None:
        """List everything anew."""
        requests = [*self._cameras, SourceRequest("demo")]
        if self._other is not None and self._other not in requests:
            requests.insert(0, self._other)
        self.fill([(item, item.title, _DRAWINGS[item.kind], "") for item in requests])


class ModelChooser(Chooser):
    """The models that were found, and the one from elsewhere that is in use."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(actions, parent)
        self.setMinimumContentsLength(9)
        self.setToolTip(self.tr("Model that classifies the faces"))
        self.setAccessibleName(self.tr("Model"))

    def show_models(
        self, models: Sequence[ModelEntry], in_use: str, *, is_loading: bool = False
    ) -> None:
        """List the models; the one in use may be none of them."""
        self.setPlaceholderText(self.tr("Loading…") if is_loading else self.tr("No model"))
        entries: list[tuple[object, str, str, str]] = [
            (model.name, name_text(model.name), "", one_line(model.problem)) for model in models
        ]
        if in_use and in_use not in [model.name for model in models]:
            entries.insert(0, (in_use, name_text(Path(in_use).name), "", ""))
        self._current = in_use or None
        self.fill(entries)
