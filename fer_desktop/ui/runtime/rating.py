"""Who corrects labels, and whose corrections they see meanwhile."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from fer_desktop.domain.corrections import Correction


class Rating(QObject):
    """Whose layer is worked on; the layers of others stay hidden until somebody wants to see them.

    Attributes:
        rater: who corrects; empty until they gave a name.
        shows_others: whether corrections of other raters are shown as well.

    Signals:
        changed: other corrections are shown from now on.
    """

    changed = Signal()

    def __init__(self, rater: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rater = rater
        self.shows_others = False

    def begin(self, rater: str) -> None:
        """Let another person rate, blind to all others."""
        self.rater = rater
        self.shows_others = False
        self.changed.emit()

    def show_others(self, are_shown: bool) -> None:
        """Show the layers of other raters, or hide them again."""
        if self.shows_others != are_shown:
            self.shows_others = are_shown
            self.changed.emit()

    def visible(self, corrections: Iterable[Correction]) -> list[Correction]:
        """Return the corrections that the rater may see."""
        return [one for one in corrections if self.shows_others or one.rater == self.rater]
