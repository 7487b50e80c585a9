"""A report as a PDF, laid out by Qt's own text documents; runs on any thread."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtSvg import QSvgRenderer

from fer_desktop.paths import APP_NAME
from fer_desktop.recording.report.content import report_parts, report_title
from fer_desktop.recording.report.reported import Reported
from fer_desktop.ui.sessions.page_breaks import keep_together
from trainer.contract.html_page import heading

_DPI: Final = 96  # of the layout, as of a screen
_RESOLUTION: Final = 300
_MARGIN_MM: Final = 15
_POINTS: Final = 8
_FOOT_PX: Final = 24
_END_BYTES: Final = 64
_FOOT_LETTERS_PX: Final = 10
_STYLE: Final = """
h1 { font-size: 17pt; } h2 { font-size: 13pt; margin-top: 22px; } h3 { font-size: 10pt; }
th { text-align: right; font-weight: bold; } td { text-align: right; }
th, td { padding: 2px 5px; border-bottom: 1px solid #cccccc; }
table { border-collapse: collapse; }
.first { text-align: left; }
.facts td { text-align: left; }
"""


def write_pdf(sessions: Sequence[Reported], path: Path) -> None:
    """Write a report.

    Args:
        sessions: at least one.
        path: a file that may be replaced.

    Raises:
        OSError: if it cannot be written.
    """
    writer = QPdfWriter(str(path))
    writer.setResolution(_RESOLUTION)
    writer.setCreator(APP_NAME)
    title = report_title(sessions)
    writer.setTitle(title)
    margins = QMarginsF(*[float(_MARGIN_MM)] * 4)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            margins,
            QPageLayout.Unit.Millimeter,
        )
    )
    scale = _RESOLUTION / _DPI
    area = writer.pageLayout().paintRectPixels(_DPI)
    room = QSizeF(area.width(), area.height() - _FOOT_PX)
    drawings: list[str] = []

    def draw(svg: str, what: str) -> str:
        drawings.append(svg)
        return f'<p><img src="drawing:{len(drawings)}"></p>'

    document = QTextDocument()
    document.setDefaultStyleSheet(_STYLE)
    font = QFont()
    font.setPointSizeF(_POINTS)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    document.setPageSize(room)
    parts = report_parts(sessions, draw)
    for number, svg in enumerate(drawings, start=1):
        picture = _picture(svg, room)
        kind = QTextDocument.ResourceType.ImageResource
        document.addResource(kind.value, QUrl(f"drawing:{number}"), picture)
    text = heading(title, 1) + "".join(parts)
    # Qt knows no style for first columns, and no space above what follows a table.
    for tag in ("th", "td"):
        text = text.replace(f"<tr><{tag}>", f'<tr><{tag} class="first">')
    text = text.replace("</table></div><h2>", "</table></div><p>&nbsp;</p><h2>")
    text = text.replace('</p><table class="facts">', '</p><p></p><table class="facts">')
    document.setHtml(text)
    keep_together(document)
    foot_font = QFont(font)
    foot_font.setPixelSize(
        _FOOT_LETTERS_PX
    )  # points would be those of the paper, not of the layout
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError("the PDF cannot be begun")
    try:
        pages = document.pageCount()
        for page in range(pages):
            if page:
                writer.newPage()
            painter.save()
            painter.scale(scale, scale)
            foot = QRectF(0, room.height(), room.width(), _FOOT_PX)
            painter.setFont(foot_font)
            painter.setPen(QColor("#6b6b6b"))
            place = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(foot, place, f"{title} - {page + 1} of {pages}")
            painter.translate(0, -page * room.height())
            document.drawContents(painter, QRectF(0, page * room.height(), *room.toTuple()))
            painter.restore()
    finally:
        painter.end()
    _check_end(path)


def _check_end(path: Path) -> None:
    """See to it that all of a PDF was written: Qt does not tell of a disk that is full.

    Raises:
        OSError: if its end is missing.
    """
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _END_BYTES))
        if b"%%EOF" not in file.read(_END_BYTES):
            raise OSError("the end of the PDF is missing, perhaps as the disk is full")


def _picture(svg: str, room: QSizeF) -> QImage:
    """Return a drawing that is as wide as the page, at the resolution of the paper."""
    renderer = QSvgRenderer(QByteArray(svg.encode("utf-8", "replace")))
    size = QSizeF(renderer.defaultSize())
    ratio = min(1.0, room.width() / max(size.width(), 1))
    shown = QSizeF(size.width() * ratio, min(size.height() * ratio, room.height() - 8))
    fine = _RESOLUTION / _DPI
    picture = QImage((shown * fine).toSize(), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(fine)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, *shown.toTuple()))
    painter.end()
    return picture
