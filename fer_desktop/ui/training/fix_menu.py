"""What can be put right about a training picture."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from fer_desktop.training.label_fixes import REMOVED
from fer_desktop.ui.look.wording import action_text, label_text


@dataclass(frozen=True, slots=True)
class Fix:
    """What shall become of a picture.

    Attributes:
        label: its label from now on; empty leaves it out, None is what the dataset says.
    """

    label: str | None


class FixMenu(QMenu):
    """A menu beside a picture.

    Attributes:
        choices: what each of its entries stands for.
    """

    def __init__(
        self, parent: QWidget, labels: Iterable[str], given: str, fixed: str | None
    ) -> None:
        """Offer labels, leaving out, and what the files say; see ``ask``."""
        super().__init__(parent)
        self.choices: dict[QAction, Fix] = {}
        self.addSection(self.tr("This face shows"))
        for label in labels:
            action = self._add(
                action_text(label_text(label)), label == (given if fixed is None else fixed)
            )
            self.choices[action] = Fix(None if fixed is None and label == given else label)
        self.addSeparator()
        remove = self._add(self.tr("Leave this picture out"), fixed == REMOVED)
        self.choices[remove] = Fix(REMOVED)
        if fixed is not None:
            self.choices[self.addAction(self.tr("As in your files"))] = Fix(None)

    def _add(self, text: str, is_so: bool) -> QAction:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(is_so)
        return action

    @classmethod
    def ask(
        cls, parent: QWidget, place: QPoint, labels: Iterable[str], given: str, fixed: str | None
    ) -> Fix | None:
        """Return what the person wants; None if nothing.

        Args:
            parent: of the menu.
            place: of its corner on the screen.
            labels: those of the dataset.
            given: the label that the picture has.
            fixed: what it was put right to before; None where it was not.
        """
        menu = cls(parent, labels, given, fixed)
        chosen = menu.exec(place)
        menu.deleteLater()
        return menu.choices.get(chosen) if chosen is not None else None
