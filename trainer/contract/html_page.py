"""One HTML page that needs nothing else: style, tables and pictures are in it."""

import base64
import html
import re
from collections.abc import Sequence
from typing import Final

_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; }
table { border-collapse: collapse; margin: 1rem 0; }
.wide { overflow-x: auto; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: right;
  vertical-align: top; }
th:first-child, td:first-child { text-align: left; }
.facts td { text-align: left; }
.figures { white-space: nowrap; } .figures th, .figures td { padding: .2rem .4rem; }
.named td { white-space: normal; } .named td:first-child { min-width: 9rem; }
li { overflow-wrap: anywhere; }
img, svg { max-width: 100%; height: auto; }
img.faces { image-rendering: pixelated; }
code { overflow-wrap: anywhere; }
figure { display: inline-block; margin: .5rem 1rem .5rem 0; vertical-align: top; }
@media screen and (max-width: 40rem) { svg.chart { min-width: 40rem; } }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; }
  th, td { border-color: #444; } img.chart { background: #fff; }
  .chart text[fill="#222222"] { fill: #ddd; } .chart text[fill="#6b6b6b"] { fill: #aaa; }
  .chart text[fill="#2b6cb0"] { fill: #8ab8f0; } .chart rect[fill="#ececec"] { fill: #333; } }
@media print { body { max-width: none; margin: 0; color: #000; background: #fff; }
  .figures { white-space: normal; } .figures th, .figures td { padding: .2rem .4rem; }
  h2, h3 { break-after: avoid; } tr, figure, svg { break-inside: avoid; } }
"""
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_BREAKABLE: Final = re.compile(r"(?<!,) (?!\()")
_LINE_LETTERS: Final = 24  # of a cell that stays in one line


def page(title: str, parts: Sequence[str]) -> str:
    """Return a page.

    Args:
        title: plain text.
        parts: HTML.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{html.escape(title)}</h1>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def heading(text: str, level: int = 2) -> str:
    """Return a heading of plain text."""
    return f"<h{level}>{html.escape(text)}</h{level}>"


def paragraph(text: str) -> str:
    """Return a paragraph of plain text."""
    return f"<p>{html.escape(text)}</p>"


def bullets(lines: Sequence[str]) -> str:
    """Return a list of plain texts, nothing for none."""
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of plain texts."""

    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    inside = f"<thead>{line('th', head)}</thead>" + "".join(line("td", row) for row in rows)
    return f'<div class="wide"><table>{inside}</table></div>'


def figures(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of short plain texts, broken into lines at brackets and commas at most.

    Long ones, such as names, are broken between their words.
    """
    kept = [
        [_BREAKABLE.sub(_NO_BREAK, cell) if _is_short(cell) else cell for cell in row]
        for row in rows
    ]
    is_named = not all(_is_short(cell) for row in rows for cell in row)
    kind = "figures named" if is_named else "figures"
    return table(head, kept).replace("<table>", f'<table class="{kind}">', 1)


def _is_short(cell: str) -> bool:
    return len(cell) <= _LINE_LETTERS


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Return what is known of something: names and values, plain texts."""
    inside = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(value)}</td></tr>"
        for name, value in rows
    )
    return f'<table class="facts">{inside}</table>'


def picture(content: bytes, what: str, kind: str = "chart") -> str:
    """Return a PNG with a text for those who do not see it.

    Args:
        content: the PNG.
        what: plain text.
        kind: ``chart``, or ``faces``, which stay sharp where they are enlarged.
    """
    data = base64.b64encode(content).decode()
    alt = html.escape(what, quote=True)
    return f'<img class="{kind}" alt="{alt}" src="data:image/png;base64,{data}">'


def drawing(svg: str, what: str) -> str:
    """Return an SVG drawing with a text for those who do not see it.

    Args:
        svg: the drawing, with its size.
        what: plain text.
    """
    label = html.escape(what, quote=True)
    named = svg.replace("<svg ", f'<svg class="chart" role="img" aria-label="{label}" ', 1)
    return f'<div class="wide">{named}</div>'
