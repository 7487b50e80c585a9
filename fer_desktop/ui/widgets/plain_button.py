"""A button below a list, which no Enter presses unasked."""

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget


def plain_button(text: str, run: Callable[[], object], parent: QWidget) -> QPushButton:
    """Return a button that is never a dialog's default one.

    Args:
        text: what stands on it.
        run: what a click does.
        parent: where it lies.
    """
    button = QPushButton(text, parent)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: run())
    return button
