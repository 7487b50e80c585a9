"""Widgets that edit one of the trainer's settings each."""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from trainer.contract.offers import Setting

_MOST: Final = 1_000_000
_MOST_IN_A_BOX: Final = 2**31 - 1  # Qt's boxes count in 32 bits, seeds may be larger
_DECIMALS: Final = 8


class FloatBox(QDoubleSpinBox):
    """A number without the zeros that say nothing, steps that suit its size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(_DECIMALS)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        """Return the number as short as it is exact."""
        return self.locale().toString(value, "g", _DECIMALS)


Editor = tuple[QWidget, Callable[[], Any], Callable[[Any], object]]


def make_editor(setting: Setting, changed: Callable[[], object], parent: QWidget) -> Editor:
    """Return a widget for a setting, what reads its value, and what gives it another one.

    Args:
        setting: what is edited.
        changed: told when the person changes the value.
        parent: of the widget.
    """
    most = _MOST if setting.most is None else setting.most
    match setting.kind:
        case "bool":
            check = QCheckBox(parent)
            check.toggled.connect(changed)
            return check, check.isChecked, check.setChecked
        case "choice":
            combo = QComboBox(parent)
            combo.addItems(setting.choices)
            combo.currentTextChanged.connect(changed)
            return combo, combo.currentText, combo.setCurrentText
        case "int":
            spin = QSpinBox(parent)
            spin.setRange(int(setting.least), min(int(most), _MOST_IN_A_BOX))
            spin.valueChanged.connect(changed)
            return spin, spin.value, spin.setValue
        case "float":
            box = FloatBox(parent)
            box.setRange(setting.least, most)
            box.valueChanged.connect(changed)
            return box, box.value, box.setValue
    edit = QLineEdit(parent)
    edit.textChanged.connect(changed)
    return edit, edit.text, edit.setText
