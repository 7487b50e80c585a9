"""Tables that read well in a terminal, in a README and on a model's card."""

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table with columns of even width, numbers to the right.

    The first column is text; cells may not hold a vertical bar.
    """
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(3, *(len(row[at]) for row in cells)) for at in range(len(header))]

    def line(row: Sequence[str]) -> str:
        first, *others = row
        padded = [f"{first:<{widths[0]}}"]
        padded += [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return [line(cells[0]), line(rule), *map(line, cells[1:])]


def with_interval(value: float, interval: Sequence[float]) -> str:
    """Return a share with its interval, three decimals each."""
    low, high = interval
    return f"{value:.3f} ({low:.3f} to {high:.3f})"
