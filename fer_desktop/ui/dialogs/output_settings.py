"""Outputs of other packages, and where they send what was read."""

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QGridLayout, QGroupBox, QLineEdit, QWidget

from fer_desktop.pipeline.plugin_outputs import TARGET_SIGN, output_names
from fer_desktop.settings import Settings
from fer_desktop.ui.look.wording import action_text, name_text


class OutputGroup(QGroupBox):
    """A box to tick and a target for each output that a package offers."""

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._known = settings.outputs
        self.setTitle(self.tr("Outputs of other packages"))
        self.setToolTip(self.tr("From the next source on, they get every result."))
        self.boxes: dict[str, QCheckBox] = {}
        self.targets: dict[str, QLineEdit] = {}
        grid = QGridLayout(self)
        for row, name in enumerate(output_names()):
            box = self.boxes[name] = QCheckBox(action_text(name_text(name)), self)
            target = self.targets[name] = QLineEdit(self)
            target.setPlaceholderText(self.tr("File or address"))
            target.setAccessibleName(self.tr("Target of {name}").format(name=name_text(name)))
            box.toggled.connect(target.setEnabled)
            grid.addWidget(box, row, 0)
            grid.addWidget(target, row, 1)
        self.setVisible(bool(self.boxes))
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """Show other choices; of several targets of one output, the first."""
        chosen = _first_targets(settings.outputs)
        for name, box in self.boxes.items():
            box.setChecked(name in chosen)
            self.targets[name].setEnabled(name in chosen)
            self.targets[name].setText(chosen.get(name, ""))

    def chosen(self, settings: Settings) -> Settings:
        """Return settings with what is chosen here.

        Outputs of a package that is not there at present stay chosen, and so do further targets.
        """
        outputs: list[str] = []
        left = {name: self._text(name) for name, box in self.boxes.items() if box.isChecked()}
        seen: set[str] = set()
        for text in self._known:
            name = text.partition(TARGET_SIGN)[0]
            if name in self.boxes and name not in seen:
                seen.add(name)
                if name in left:
                    outputs.append(left.pop(name))
            elif name not in self.boxes or self.boxes[name].isChecked():
                outputs.append(text)
        return replace(settings, outputs=tuple(dict.fromkeys((*outputs, *left.values()))))

    def _text(self, name: str) -> str:
        target = self.targets[name].text().strip()
        return f"{name}{TARGET_SIGN}{target}" if target else name


def _first_targets(outputs: tuple[str, ...]) -> dict[str, str]:
    targets: dict[str, str] = {}
    for text in outputs:
        name, _, target = text.partition(TARGET_SIGN)
        targets.setdefault(name, target)
    return targets
