"""The timeline picture shows every face and label, and cuts nothing off."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from fer_desktop.domain.palette import color_for
from fer_desktop.errors import StorageError
from fer_desktop.recording.chart import TimelineChart, _time_text
from tests.recording.samples import PRESET, face, frame, scores


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Collect what is drawn."""
    made: list[Figure] = []
    draw = TimelineChart._figure

    def figure(self: TimelineChart, title: str) -> Figure:
        made.append(draw(self, title))
        return made[-1]

    monkeypatch.setattr(TimelineChart, "_figure", figure)
    return made


def _chart(frames: int, faces: int = 1) -> TimelineChart:
    chart = TimelineChart()
    for index in range(frames):
        happy = 0.5 + 0.4 * np.sin(index / 20)
        seen = [
            face(number + 1, raw=scores(happy, (1 - happy) * 0.75, (1 - happy) * 0.25))
            for number in range(faces)
            if index % (number + 1) == 0
        ]
        chart.add(frame(index, *seen))
    return chart


def _assert_nothing_is_cut_off(figure: Figure) -> None:
    drawn, whole = figure.get_tightbbox(), figure.bbox_inches
    assert (drawn.min >= whole.min).all()
    assert (drawn.max <= whole.max).all()


def test_one_row_a_face_and_one_curve_a_label(tmp_path: Path, figures: list[Figure]) -> None:
    path = tmp_path / "a.png"
    _chart(300, faces=3).write(path, "a clip with $ and é _.mp4")
    assert path.read_bytes().startswith(b"\x89PNG")
    axes = figures[0].axes
    assert [plot.get_ylabel() for plot in axes] == ["face 1", "face 2", "face 3"]
    for plot in axes:
        colors = [to_hex(line.get_color()) for line in plot.get_lines()]
        assert colors == [color_for(label).lower() for label in PRESET.labels]
    legend = [text.get_text().strip() for text in figures[0].legends[0].get_texts()]
    assert legend == list(PRESET.labels)
    _assert_nothing_is_cut_off(figures[0])


def test_hours_are_drawn_by_their_extremes(tmp_path: Path, figures: list[Figure]) -> None:
    chart = TimelineChart()
    for index in range(20_000):
        happy = 1.0 if index == 7_777 else 0.25
        row = face(1, raw=scores(happy, (1 - happy) / 2, (1 - happy) / 2))
        chart.add(frame(index, row, timestamp_us=index * 500_000))
    chart.write(tmp_path / "a.png", "long")
    plot = figures[0].axes[0]
    assert len(np.asarray(plot.get_lines()[0].get_ydata())) < 4000
    happy_band = plot.collections[0].get_paths()[0].vertices
    assert happy_band[:, 1].max() == pytest.approx(1.0), "one frame of 20,000 is not lost"


def test_the_faces_seen_most_are_drawn_where_there_are_very_many(
    tmp_path: Path, figures: list[Figure]
) -> None:
    _chart(60, faces=20).write(tmp_path / "a.png", "crowd")
    assert len(figures[0].axes) == 12
    title = figures[0].get_suptitle()
    assert "of 20" in title


@pytest.mark.parametrize("faces", [1, 2, 5])
def test_a_still_image_has_bars(tmp_path: Path, figures: list[Figure], faces: int) -> None:
    _chart(1, faces).write(tmp_path / "a.png", "photo.jpg")
    titles = [plot.get_title() for plot in figures[0].axes]
    assert [title for title in titles if title] == [f"face {n + 1}" for n in range(faces)]
    widths = [bar.get_width() for bar in figures[0].axes[0].patches]
    assert widths == pytest.approx([0.5, 0.375, 0.125])
    _assert_nothing_is_cut_off(figures[0])


def test_no_face_is_said(tmp_path: Path, figures: list[Figure]) -> None:
    chart = TimelineChart()
    chart.add(frame(0))
    chart.add(frame(1))
    chart.write(tmp_path / "a.png", "悲 ☺.mp4")
    assert "no face" in figures[0].get_suptitle()
    with pytest.raises(StorageError, match="already exists"):
        chart.write(tmp_path / "a.png", "悲 ☺.mp4")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (0.5, "0:00.50"), (59.999999, "1:00"), (75, "1:15"), (3725, "1:02:05")],
)
def test_times_read_as_on_a_clock(seconds: float, text: str) -> None:
    assert _time_text(seconds, 0) == text
