"""Where the pages of a printed document begin: Qt's own breaks leave headings behind."""

from collections.abc import Iterator

from PySide6.QtGui import (
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrame,
    QTextTable,
)

_NEW_PAGE = QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore


def keep_together(document: QTextDocument) -> None:
    """Let no heading, and no head of a table, be the last on its page.

    Args:
        document: laid out in pages; gets breaks before what would be.
    """
    for table in _tables(document.rootFrame()):
        if table.rows() > 1:
            head, row = (table.cellAt(at, 0).firstCursorPosition().block() for at in (0, 1))
            if _page(document, head) != _page(document, row, at_end=True):
                _begin_page(document, table)
    block = document.begin()
    while block.isValid():
        following = block.next()
        is_heading = block.blockFormat().headingLevel() > 0 and following.isValid()
        if is_heading and _page(document, block) != _page(document, following):
            _begin_page(document, block)
        block = following
    document.setPageSize(document.pageSize())  # else the last pages may be missing


def _tables(frame: QTextFrame) -> Iterator[QTextTable]:
    for child in frame.childFrames():
        if isinstance(child, QTextTable):
            yield child
        yield from _tables(child)


def _page(document: QTextDocument, block: QTextBlock, *, at_end: bool = False) -> int:
    """Return on which page a block begins, or ends."""
    place = document.documentLayout().blockBoundingRect(block)
    line = block.layout().lineAt(0)  # a picture may have been moved down to the next page
    top = place.top() + (line.y() if line.isValid() else 0.0)
    return int((place.bottom() - 1 if at_end else top + 1) // document.pageSize().height())


def _begin_page(document: QTextDocument, item: QTextBlock | QTextTable) -> None:
    """Break before a block or a table, or before the headings above it."""
    first = item.firstPosition() if isinstance(item, QTextTable) else item.position()
    before = document.findBlock(max(0, first - 1))
    top = None
    while before.isValid() and first > 0 and before.blockFormat().headingLevel() > 0:
        top, before = before, before.previous()
    if top is not None:
        item = top
    if isinstance(item, QTextTable):
        frame = item.format()
        frame.setPageBreakPolicy(_NEW_PAGE)
        item.setFormat(frame)
        return
    cursor = QTextCursor(item)
    block = item.blockFormat()
    block.setPageBreakPolicy(_NEW_PAGE)
    cursor.setBlockFormat(block)
