"""Printed pages: no heading and no head of a table is left behind, and nothing is lost."""

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from fer_desktop.ui.sessions.page_breaks import keep_together

pytestmark = pytest.mark.gui

_TABLE = "<table><thead><tr><th>head</th></tr></thead>" + "<tr><td>row</td></tr>" * 12 + "</table>"
_SECTION = f"<h2>Section</h2><h3>Part</h3>{_TABLE}<h3>Other</h3><p>text text</p>"


@pytest.mark.parametrize("height", range(150, 400, 11))
def test_headings_stay_with_what_follows(qtbot: QtBot, height: int) -> None:
    document = QTextDocument()
    document.setPageSize(QSizeF(300, height))
    document.setHtml(_SECTION * 4 + "<p>the end</p>")
    text, pages = document.toPlainText(), document.pageCount()
    keep_together(document)
    assert document.toPlainText() == text
    assert pages <= document.pageCount() <= pages * 2

    def page(block: object) -> int:
        place = document.documentLayout().blockBoundingRect(block)
        line = block.layout().lineAt(0)
        return int((place.top() + line.y() + 1) // height)

    block = document.begin()
    while block.isValid():
        if block.blockFormat().headingLevel() or block.text() == "head":
            assert page(block) == page(block.next())
        block = block.next()
    assert page(document.lastBlock()) == document.pageCount() - 1
