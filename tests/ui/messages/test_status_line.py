"""A line that says much stays as narrow as its window."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.ui.messages.status_line import StatusFacts, StatusLine

pytestmark = pytest.mark.gui

SENT = "Sending: udp 127.0.0.1:9001, osc 127.0.0.1:9000, ws 127.0.0.1:8765, lsl this computer"
HEARD = (
    "Listening for commands: tcp 127.0.0.1:9010 · Listening for LSL markers: stimuli of an"
    " experiment · Shares marks with 2 other windows"
)


def test_what_goes_to_other_programs_widens_no_window(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    facts = StatusFacts("Live", size="1920x1080", device="LiteRT on CPU", elapsed_s=1.0)
    line.show_facts(facts)
    narrow = line.minimumSizeHint().width()
    line.show_facts(replace(facts, sending=SENT, listening=HEARD))
    assert line.minimumSizeHint().width() < narrow + 320  # in any theme
    for name, text in (("sending", SENT), ("listening", HEARD)):
        assert text in line.text()
        assert text in line._labels[name].toolTip()  # all of it can be read
    line.resize(700, 24)
    line.show()
    qtbot.waitExposed(line)
    assert line.width() == 700
