"""A list with what can be done about it: all such windows are laid out alike."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from fer_desktop.ui.dialogs.asking_dialog import fitting_size
from fer_desktop.ui.widgets.note import Note
from fer_desktop.ui.widgets.plain_button import plain_button
from fer_desktop.ui.widgets.row_table import RowTable


class ListDialog(QDialog):
    """Under a table a note, under that buttons, and Close on the right; Enter presses none.

    Attributes:
        note: what is to be said of the list; takes no room while there is nothing.
        close_button: on the right.
    """

    def __init__(self, title: str, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(fitting_size(self, size))
        self.note = Note(parent=self)

    def lay_out(
        self,
        table: RowTable,
        buttons: Sequence[QWidget],
        *,
        above: Sequence[QWidget | QLayout] = (),
        below: Sequence[QWidget] = (),
        beside_close: Sequence[QWidget] = (),
    ) -> None:
        """Put everything in its place.

        Args:
            table: what takes the room that is left.
            buttons: what is done with the list, and with the rows chosen in it.
            above: over the table.
            below: between table and note.
            beside_close: what has to do with no row.
        """
        # Made last, so that the tab key comes to it last.
        self.close_button = plain_button(self.tr("Close"), self.close, self)
        row = QHBoxLayout()
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        for button in (*beside_close, self.close_button):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        for part in above:
            if isinstance(part, QLayout):
                layout.addLayout(part)
            else:
                layout.addWidget(part)
        layout.addWidget(table, 1)
        for widget in (*below, self.note):
            layout.addWidget(widget)
        layout.addLayout(row)
        table.setFocus()
