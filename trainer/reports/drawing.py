"""Figures of matplotlib that need no screen, as PNG."""

import io
from typing import Any


def new_figure(width: float, height: float, *, axes: bool = True) -> tuple[Any, Any]:
    """Return a figure of so many inches, and its axes unless there are to be none yet."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots() if axes else None


def as_png(figure: Any) -> bytes:
    """Return a figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    return buffer.getvalue()
