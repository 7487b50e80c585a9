"""Every setting of the trainer that most people leave alone."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from fer_desktop.ui.training.planning.setting_editors import make_editor
from fer_desktop.ui.widgets.note import Note
from trainer.contract.offers import Setting

_EDITOR_SIZE: Final = QSize(150, 26)


class AdvancedSettings(QWidget):
    """Shows settings with their meanings in the trainer's own words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings: dict[str, Setting] = {}
        self._read: dict[str, Callable[[], Any]] = {}
        self._write: dict[str, Callable[[Any], object]] = {}
        self.editors: dict[str, QWidget] = {}
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.restore_button = QPushButton(self.tr("Restore defaults"), self)
        self.restore_button.clicked.connect(self.restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area, 1)
        layout.addWidget(self.restore_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_settings(self, settings: Sequence[Setting]) -> None:
        """List settings in place of the former ones, each at its default."""
        self._settings = {setting.name: setting for setting in settings}
        self._read.clear()
        self._write.clear()
        self.editors.clear()
        content = QWidget(self)
        grid = QGridLayout(content)
        grid.setColumnStretch(2, 1)
        grid.setVerticalSpacing(8)
        grid.setHorizontalSpacing(14)
        titles = {
            "recipe": self.tr("Optimisation"),
            "augmentation": self.tr("Augmentation"),
            "run": self.tr("This run"),
        }
        group = ""
        for setting in settings:
            if setting.group != group:
                group = setting.group
                title = QLabel(titles.get(group, group), content)
                title.setProperty("role", "heading")
                grid.addWidget(title, grid.rowCount(), 0, 1, 3)
            self._add(setting, content, grid, grid.rowCount())
        grid.setRowStretch(grid.rowCount(), 1)
        self._area.setWidget(content)
        self.restore()

    def changed_values(self) -> dict[str, Any]:
        """Return the settings that differ from their defaults."""
        values = {name: read() for name, read in self._read.items()}
        return {
            name: value for name, value in values.items() if value != self._settings[name].default
        }

    def restore(self) -> None:
        """Give every setting its default."""
        for name, write in self._write.items():
            write(self._settings[name].default)
        self._show_restorable()

    def _add(self, setting: Setting, content: QWidget, grid: QGridLayout, row: int) -> None:
        editor, read, write = make_editor(setting, self._show_restorable, content)
        name = setting.name.replace("_", " ")
        label = QLabel(name, content)
        label.setBuddy(editor)
        editor.setAccessibleName(name)
        editor.setFixedSize(_EDITOR_SIZE)
        default = self._default_text(setting)
        meaning = Note(
            self.tr("{meaning} Default: {default}").format(
                meaning=setting.meaning[:1].upper() + setting.meaning[1:], default=default
            ),
            content,
        )
        editor.setToolTip(meaning.text())
        top = Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(label, row, 0, top)
        grid.addWidget(editor, row, 1, top)
        grid.addWidget(meaning, row, 2, top)
        self.editors[setting.name] = editor
        self._read[setting.name] = read
        self._write[setting.name] = write

    def _default_text(self, setting: Setting) -> str:
        if isinstance(setting.default, bool):
            return self.tr("on") if setting.default else self.tr("off")
        if isinstance(setting.default, int | float):
            return f"{setting.default:g}"
        return str(setting.default) or self.tr("none")

    def _show_restorable(self) -> None:
        self.restore_button.setEnabled(bool(self.changed_values()))
