"""Waiting for files that are still being written when the window is to be closed."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

_LOOK_MS: Final = 50


class CloseOrWait:
    """A question that answers itself once there is nothing left to wait for."""

    @classmethod
    def ask(cls, parent: QWidget, text: str, loss: str, is_done: Callable[[], bool]) -> bool:
        """Return whether to close: all is done, or the person does not want to wait for it.

        Args:
            parent: the window that is to be closed.
            text: what is waited for.
            loss: what becomes of it otherwise.
            is_done: whether nothing is left.
        """
        translate = QCoreApplication.translate
        title = translate("CloseOrWait", "Still writing")
        box = QMessageBox(QMessageBox.Icon.Information, title, text, parent=parent)
        box.setTextFormat(Qt.TextFormat.PlainText)  # names of strangers may stand in it
        box.setInformativeText(loss)
        close = box.addButton(
            translate("CloseOrWait", "Close now"), QMessageBox.ButtonRole.DestructiveRole
        )
        stay = box.addButton(
            translate("CloseOrWait", "Keep open"), QMessageBox.ButtonRole.RejectRole
        )
        box.setDefaultButton(stay)
        look = QTimer(box)
        look.timeout.connect(lambda: close.click() if is_done() else None)
        look.start(_LOOK_MS)
        box.exec()
        look.stop()
        return box.clickedButton() is close
