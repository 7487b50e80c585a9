"""The timeline as a picture: probabilities over time, one row a face; bars for a still image."""

import math
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.palette import color_for
from fer_desktop.domain.timeline import Timeline
from fer_desktop.files import whole_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FACES_MAX: Final = 12
_POINTS_MAX: Final = 2000  # more than the picture has columns
_FEW_POINTS: Final = 60
_DPI: Final = 120
_WIDTH_IN: Final = 12.0
_ROW_IN: Final = 1.7
_HEAD_IN: Final = 1.3
_BAR_COLUMNS: Final = 3
_TICK_STEPS_S: Final = (
    0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800
)  # fmt: skip
_TICKS_MAX: Final = 10
# The first has every accent; the others, where installed, what it lacks for names of files.
_FONTS: Final = [
    "DejaVu Sans", "Noto Sans CJK SC", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic",
    "Hiragino Sans", "Apple SD Gothic Neo", "Arial Unicode MS",
]  # fmt: skip


class TimelineChart:
    """Collects what the screen shows of each face, and draws it."""

    def __init__(self) -> None:
        self._timeline = Timeline()
        self._seen: Counter[int] = Counter()
        self._frames = 0

    def add(self, analysis: FrameAnalysis) -> None:
        """Take a frame in."""
        self._timeline.append(analysis)
        self._seen.update(face.face_id for face in analysis.faces if face.smoothed is not None)
        self._frames += 1

    def write(self, path: Path, title: str, *, overwrite: bool = False) -> None:
        """Write a PNG whole or not at all.

        Args:
            path: where to; its folder must exist.
            title: stands above it.
            overwrite: whether a file that is there already is replaced.

        Raises:
            StorageError: if the file exists and must not be replaced, or cannot be written.
        """
        import matplotlib

        with (
            whole_file(path, overwrite=overwrite) as part,
            warnings.catch_warnings(),
            matplotlib.rc_context({"font.family": _FONTS}),
        ):
            warnings.simplefilter("ignore", UserWarning)
            self._figure(title).savefig(part, format="png")

    def _figure(self, title: str) -> "Figure":
        from matplotlib.figure import Figure

        often = [face_id for face_id, _ in self._seen.most_common(_FACES_MAX)]
        is_still = self._frames == 1
        columns = min(_BAR_COLUMNS, max(1, len(often))) if is_still else 1
        rows = max(1, math.ceil(len(often) / columns))
        # The object-oriented interface: pyplot would keep global state and pick a toolkit.
        size_in = (_WIDTH_IN, _HEAD_IN + _ROW_IN * rows)
        if is_still:
            bars_in = 0.6 + 0.3 * len(self._timeline.labels)
            size_in = (max(2, columns) * _WIDTH_IN / _BAR_COLUMNS, _HEAD_IN + bars_in * rows)
        figure = Figure(size_in, dpi=_DPI, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for plot in axes[len(often) :]:
            plot.set_axis_off()
        for plot, face_id in zip(axes, sorted(often), strict=False):
            if is_still:
                self._draw_bars(plot, face_id)
            else:
                self._draw_curves(plot, face_id)
        left_out = len(self._seen) - len(often)
        if not often:
            title = f"{title}: no face was found"
        elif left_out:
            title = f"{title} (the {len(often)} faces seen most, of {len(self._seen)})"
        figure.suptitle(title, parse_math=False, wrap=True)
        if often and not is_still:
            axes[len(often) - 1].set_xlabel("time (min:s)")
            self._add_legend(figure)
        return figure

    def _draw_curves(self, plot: "Axes", face_id: int) -> None:
        from matplotlib.ticker import FuncFormatter, MultipleLocator

        start_us, end_us = self._timeline.extent_us or (0, 0)
        series = self._timeline.series(face_id)
        plot.set(ylim=(-0.02, 1.02), xlim=(start_us / 1e6, end_us / 1e6))
        plot.set_ylabel(f"face {face_id}")
        plot.grid(alpha=0.25)
        span_s = (end_us - start_us) / 1e6
        fitting = (step for step in _TICK_STEPS_S if span_s / step <= _TICKS_MAX)
        plot.xaxis.set_major_locator(MultipleLocator(next(fitting, span_s / _TICKS_MAX)))
        plot.xaxis.set_major_formatter(FuncFormatter(_time_text))
        if series is None:  # a face of long ago in a file with very many
            return
        window = series.window(start_us, end_us, _POINTS_MAX)
        # A face that was there for a moment would be a curve too short to see.
        marker = "." if len(series) <= _FEW_POINTS else ""
        times_s = window.times_us / 1e6
        for column, label in enumerate(self._timeline.labels[: window.values.shape[1]]):
            color = color_for(label)
            plot.plot(times_s, window.values[:, column], color=color, linewidth=1.3, marker=marker)
            if window.extremes is not None:  # a long file: the band reaches from lowest to highest
                low, high = window.extremes[:, 0, column], window.extremes[:, 1, column]
                plot.fill_between(times_s, low, high, color=color, alpha=0.25, linewidth=0.4)

    def _draw_bars(self, plot: "Axes", face_id: int) -> None:
        series = self._timeline.series(face_id)
        start_us, _ = self._timeline.extent_us or (0, 0)
        if series is None:
            return
        labels = self._timeline.labels
        values = np.nan_to_num(series.window(start_us, start_us, _POINTS_MAX).values[0])
        bars = plot.barh(range(len(labels)), values, color=[color_for(label) for label in labels])
        plot.bar_label(bars, [f"{round(value * 100)} %" for value in values], padding=3)
        plot.set(xlim=(0, 1.15), title=f"face {face_id}", xticks=[])
        plot.set_yticks(range(len(labels)), labels, parse_math=False)
        plot.set_ylim(len(labels) - 0.5, -0.5)  # the first label on top
        plot.spines[["top", "right", "bottom"]].set_visible(False)

    def _add_legend(self, figure: "Figure") -> None:
        from matplotlib.lines import Line2D

        labels = self._timeline.labels
        legend = figure.legend(
            [Line2D([], [], color=color_for(label), linewidth=3) for label in labels],
            # The space keeps labels that begin with "_", which matplotlib would leave out.
            [f" {label}" for label in labels],
            loc="outside lower center",
            ncols=min(8, len(labels)),
            frameon=False,
        )
        for text in legend.get_texts():
            text.set_parse_math(False)


def _time_text(seconds: float, _: int) -> str:
    minutes, rest = divmod(round(seconds, 2), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{rest:02.0f}" if rest % 1 == 0 else f"{rest:05.2f}"
    return f"{hours:.0f}:{minutes:02.0f}:{text}" if hours else f"{minutes:.0f}:{text}"
