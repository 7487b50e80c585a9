"""A box with a long text says that there is more of it."""

import pytest
from PySide6.QtWidgets import QComboBox, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from fer_desktop.ui.look.icons import icon
from fer_desktop.ui.look.style_sheet import style_sheet
from fer_desktop.ui.look.tokens import LIGHT
from fer_desktop.ui.widgets.elided_box import ElidedBox

pytestmark = pytest.mark.gui

LONG = "Pilot 3 with a very long title that goes on and on"


def test_a_text_that_does_not_fit_ends_in_dots(qtbot: QtBot) -> None:
    box = ElidedBox()
    qtbot.addWidget(box)
    box.setStyleSheet(style_sheet(LIGHT))
    box.addItem(icon("sessions"), LONG)
    box.addItem("short")

    def shown() -> str:
        option = QStyleOptionComboBox()
        box.initStyleOption(option)
        return box.shown_text(option)

    for width, is_cut in ((180, True), (900, False)):
        box.resize(width, 30)
        assert (shown() != LONG) is is_cut
        assert shown().endswith("…") is is_cut
        assert not box.grab().isNull()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.resize(box.sizeHint())
    assert shown() == LONG
    plain = ElidedBox()
    qtbot.addWidget(plain)
    plain.setStyleSheet(style_sheet(LIGHT))
    plain.addItem("Face 2")
    plain.resize(plain.sizeHint())
    option = QStyleOptionComboBox()
    plain.initStyleOption(option)
    assert plain.shown_text(option) == "Face 2"
    box.resize(180, 30)
    box.setCurrentIndex(1)
    assert shown() == "short"
    box.setCurrentIndex(-1)
    box.setPlaceholderText("Choose a source")
    assert not box.grab().isNull()
