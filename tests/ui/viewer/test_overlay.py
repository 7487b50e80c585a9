"""What the window paints over a picture, and what a recorded video has painted into it."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.domain.palette import color_for, rgb
from fer_desktop.recording import overlay_painting
from fer_desktop.ui.viewer import overlay
from tests.helpers.overlay import FixedMeasure
from tests.recording.samples import face, frame, picture, scores

pytestmark = pytest.mark.gui

LABELS = ("happy", "sad", "surprise")
FACES = (
    face(1, raw=scores(0.75, 0.125, 0.125, labels=LABELS), box=(40.0, 80.0, 160.0, 200.0)),
    face(2, raw=scores(0.125, 0.75, 0.125, labels=LABELS), box=(300.0, 2.0, 380.0, 82.0)),
    face(3, raw=scores(0.125, 0.125, 0.75, labels=LABELS), box=(540.0, 390.0, 620.0, 478.0)),
)


def screen(analysis: FrameAnalysis, parts: OverlayParts) -> NDArray[np.uint8]:
    look = overlay.OverlayLook(parts, selected=None, mirrored=False, text_px=16)
    image = overlay.render_snapshot(picture(0), analysis, look)
    image = image.convertToFormat(QImage.Format.Format_BGR888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def video(analysis: FrameAnalysis, parts: OverlayParts) -> NDArray[np.uint8]:
    return overlay_painting.draw_overlay(picture(0).pixels, analysis, parts)


def extent(pixels: NDArray[np.uint8], label: str) -> NDArray[np.int_]:
    """Return where the colour of a label is: top, left, bottom, right."""
    away = np.abs(pixels.astype(int) - rgb(color_for(label))[::-1]).max(axis=2)
    places = np.argwhere(away < 12)
    return np.concatenate((places.min(axis=0), places.max(axis=0)))


@pytest.mark.parametrize(
    "parts",
    [
        OverlayParts(labels=False),
        OverlayParts(boxes=False),
        OverlayParts(),
        OverlayParts(boxes=False, labels=False, bars=True),
        OverlayParts(bars=True),
    ],
)
def test_the_window_and_the_video_place_the_same(
    parts: OverlayParts, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    for measure in (overlay._Measure, overlay_painting._Measure):
        fixed = FixedMeasure(16)
        monkeypatch.setattr(measure, "line_height", staticmethod(fixed.line_height))
        monkeypatch.setattr(measure, "width", staticmethod(fixed.width))
    analysis = frame(0, *FACES)
    on_screen, in_video = screen(analysis, parts), video(analysis, parts)
    for label in LABELS:
        assert np.abs(extent(on_screen, label) - extent(in_video, label)).max() <= 2, label


Draw = Callable[[FrameAnalysis, OverlayParts], NDArray[np.uint8]]


@pytest.mark.parametrize("draw", [screen, video])
def test_every_part_can_be_left_out(draw: Draw, qapp: QApplication) -> None:
    analysis = frame(0, *FACES)
    bare = draw(analysis, OverlayParts(boxes=False, labels=False))
    assert (bare == picture(0).pixels).all()
    drawn = [
        draw(analysis, OverlayParts(boxes=at == 0, labels=at == 1, bars=at == 2)) for at in range(3)
    ]
    assert all((one != bare).any() for one in drawn)
    assert (drawn[0] != drawn[1]).any()
    assert (drawn[1] != drawn[2]).any()
