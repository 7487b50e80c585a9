"""Tables stay readable in narrow windows."""

import pytest
from PySide6.QtWidgets import QHeaderView
from pytestqt.qtbot import QtBot

from fer_desktop.ui.widgets.row_table import RowTable

pytestmark = pytest.mark.gui


def test_the_widest_column_stays_readable_where_there_is_no_room(qtbot: QtBot) -> None:
    table = RowTable(["Started", "Name", "State"], "Things", widest=1)
    qtbot.addWidget(table)
    table.setRowCount(1)
    for column, text in enumerate(("2026-11-27 16:00", "Interview with somebody", "complete")):
        table.put(0, column, text)
    table.resize(800, 200)
    table.show()
    qtbot.waitExposed(table)
    header, bar = table.horizontalHeader(), table.horizontalScrollBar()
    least = 16 * table.fontMetrics().averageCharWidth()

    def fills() -> bool:
        return header.length() == table.viewport().width() and bar.maximum() == 0

    qtbot.waitUntil(fills)
    assert header.sectionSize(1) > least
    table.resize(200, 200)
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert header.sectionSize(1) == least
    assert header.sectionResizeMode(1) == QHeaderView.ResizeMode.Fixed
    table.resize(800, 200)
    qtbot.waitUntil(fills)
    table.put(0, 2, "a very long state that takes nearly all the room there is " * 2)
    qtbot.waitUntil(lambda: bar.maximum() > 0)  # other texts, not another size
    assert header.sectionSize(1) == least
