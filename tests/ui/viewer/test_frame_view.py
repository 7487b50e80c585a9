from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from fer_desktop.domain.emotion import EmotionScores
from fer_desktop.domain.frame import Frame
from fer_desktop.domain.neutral_baseline import estimate_baseline
from fer_desktop.domain.overlay_layout import OverlayParts
from fer_desktop.ui.look.label_colors import label_color
from fer_desktop.ui.viewer.frame_view import FrameView
from fer_desktop.ui.viewer.overlay import OverlayLook, frame_image, render_snapshot
from tests.ui.samples import LABELS, analysis_of, face, frame_of, picture

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
LOOK = OverlayLook(OverlayParts(), selected=None, mirrored=False, text_px=13)
RED = {QColor("#ff0000").rgb()}


@pytest.fixture
def view(qtbot: QtBot) -> FrameView:
    widget = FrameView()
    qtbot.addWidget(widget)
    widget.resize(640, 480)
    widget.begin(live=False, mirrored=False, zoomable=False)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def shot(view: FrameView) -> QImage:
    return view.grab().toImage()


def test_rows_of_any_length_are_read_right() -> None:
    pixels = np.zeros((4, 65, 3), np.uint8)
    pixels[:, 64] = (10, 20, 30)  # BGR
    image = frame_image(frame_of(pixels))
    assert {image.pixelColor(64, row).name() for row in range(4)} == {"#1e140a"}


def test_the_picture_is_letterboxed_and_colours_are_right(view: FrameView) -> None:
    view.set_frame(frame_of(picture(100, 50, (255, 0, 0))), None)
    image = shot(view)
    assert image.pixelColor(320, 240) == QColor("#0000ff")
    assert image.pixelColor(320, 20) != QColor("#0000ff")


def test_a_mirrored_picture_exchanges_left_and_right(view: FrameView) -> None:
    pixels = picture(64, 48, (0, 0, 0))
    pixels[:, :32] = (0, 255, 0)
    view.set_mirrored(True)
    view.set_frame(frame_of(pixels), None)
    image = shot(view)
    assert image.pixelColor(600, 240) == QColor("#00ff00")
    assert image.pixelColor(40, 240) == QColor("#000000")


def test_a_click_selects_the_face_under_it(view: FrameView, qtbot: QtBot) -> None:
    faces = (face(1, (0, 0, 40, 40)), face(2, (10, 10, 20, 20)))
    view.set_frame(frame_of(picture()), analysis_of(*faces))
    with qtbot.waitSignal(view.face_clicked) as clicked:
        qtbot.mouseClick(view, LEFT, pos=QPoint(150, 150))
    assert clicked.args == [2]  # the smaller one of two
    with qtbot.assertNotEmitted(view.face_clicked):
        qtbot.mouseClick(view, LEFT, pos=QPoint(600, 450))


def test_a_click_in_a_mirror_finds_the_face_where_it_is_seen(view: FrameView, qtbot: QtBot) -> None:
    view.set_mirrored(True)
    view.set_frame(frame_of(picture()), analysis_of(face(1, (0, 0, 10, 10))))
    with qtbot.waitSignal(view.face_clicked):
        qtbot.mouseClick(view, LEFT, pos=QPoint(600, 50))


def test_boxes_have_the_colour_of_the_label(view: FrameView) -> None:
    view.set_frame(frame_of(picture()), analysis_of(face(1, (20, 20, 40, 40))))
    wanted = label_color("happy")
    assert shot(view).pixelColor(200, 300) == wanted
    view.set_parts(OverlayParts(boxes=False))
    assert shot(view).pixelColor(200, 300) != wanted


def test_on_live_sources_an_old_overlay_goes(view: FrameView, qtbot: QtBot) -> None:
    view.begin(live=True, mirrored=False, zoomable=False)
    view.set_frame(frame_of(picture()), analysis_of(face()))
    assert view.overlay_is_shown
    qtbot.waitUntil(lambda: not view.overlay_is_shown)
    view.set_frame(frame_of(picture()), analysis_of(face()))
    assert view.overlay_is_shown


def test_on_a_paused_video_the_overlay_stays(view: FrameView, qtbot: QtBot) -> None:
    view.set_frame(frame_of(picture()), analysis_of(face()))
    qtbot.wait(350)
    assert view.overlay_is_shown


def test_every_painted_frame_is_told_once(view: FrameView, qtbot: QtBot) -> None:
    painted: list[Frame] = []
    view.frame_painted.connect(painted.append)
    first, second = frame_of(picture()), frame_of(picture())
    view.set_frame(first, None)
    qtbot.waitUntil(lambda: len(painted) == 1)
    view.repaint()
    view.set_frame(second, None)
    qtbot.waitUntil(lambda: len(painted) == 2)
    assert painted == [first, second]


def test_only_images_are_zoomed(view: FrameView) -> None:
    view.set_frame(frame_of(picture()), None)
    view.zoom(3)
    assert view.placement().scale == 10
    view.begin(live=False, mirrored=False, zoomable=True)
    view.set_frame(frame_of(picture()), None)
    view.zoom(3, QPointF(100, 100))
    assert view.placement().scale > 19
    view.fit()
    assert view.placement().scale == 10


def test_a_very_large_picture_is_thinned_out(view: FrameView) -> None:
    pixels = np.zeros((3000, 4000, 3), np.uint8)
    pixels[:, :2000] = (0, 0, 255)
    view.set_frame(frame_of(pixels), None)
    image = shot(view)
    assert image.pixelColor(100, 240) == QColor("#ff0000")
    assert image.pixelColor(600, 240) == QColor("#000000")


def test_a_snapshot_shows_boxes_and_leaves_the_frame_alone(qapp: object) -> None:
    frame = frame_of(picture(200, 150))
    image = render_snapshot(frame, analysis_of(face(1, (50, 60, 100, 120))), LOOK)
    assert (image.width(), image.height()) == (200, 150)
    assert image.pixelColor(50, 90) == label_color("happy")
    assert (frame.pixels == (0, 0, 255)).all()


def test_a_label_keeps_off_other_faces(qapp: object) -> None:
    # The second face stands right above the first, where its label would go.
    below, above = face(1, (40, 100, 80, 140)), face(2, (40, 52, 80, 92))
    image = render_snapshot(frame_of(picture(400, 300)), analysis_of(below, above), LOOK)
    inside = {image.pixelColor(x, y).name() for x in range(48, 72, 4) for y in range(60, 86, 4)}
    assert inside == {"#ff0000"}


def colors(image: QImage, box: tuple[int, int, int, int]) -> set[int]:
    x1, y1, x2, y2 = box
    return {image.pixel(x, y) for x in range(x1, x2, 3) for y in range(y1, y2, 3)}


@pytest.mark.parametrize(
    "others", [[(230, 100, 290, 160)], [(230, 100, 290, 160), (20, 100, 80, 160)]]
)
def test_bars_hide_no_other_face(others: list[tuple[int, int, int, int]], qapp: object) -> None:
    faces = [face(1, (150, 100, 210, 160)), *(face(2 + at, box) for at, box in enumerate(others))]
    look = OverlayLook(OverlayParts(labels=False, bars=True), None, mirrored=False, text_px=13)
    image = render_snapshot(frame_of(picture(400, 300)), analysis_of(*faces), look)
    for shown in faces:
        box = shown.detection.box
        inside = (int(box.x1) + 6, int(box.y1) + 6, int(box.x2) - 6, int(box.y2) - 6)
        assert colors(image, inside) == RED
    assert colors(image, (0, 0, 400, 300)) > RED  # there is room for bars somewhere else


def test_a_snapshot_looks_like_the_screen(view: FrameView) -> None:
    pixels = picture(640, 480, (40, 40, 40))
    pixels[:, :320] = (0, 90, 0)
    view.set_parts(OverlayParts(bars=True))
    view.begin(live=False, mirrored=True, zoomable=False)
    faces = (face(1, (60, 200, 160, 300)), face(2, (200, 200, 300, 300), unsure=True))
    view.set_frame(frame_of(pixels), analysis_of(*faces, size=(640, 480)))
    view.select_face(2)
    on_screen = shot(view)
    saved = render_snapshot(view.frame, view.analysis, view.look)
    assert saved.size() == on_screen.size()
    different = sum(
        on_screen.pixel(x, y) != saved.pixel(x, y)
        for x in range(0, 640, 2)
        for y in range(0, 480, 2)
    )
    assert different < 320 * 240 / 500  # the edges of letters, at most


def test_a_small_snapshot_is_enlarged_until_its_text_can_be_read(view: FrameView) -> None:
    view.set_frame(frame_of(picture(64, 48)), analysis_of(face(1)))
    assert view.look.text_px < 3
    saved = render_snapshot(view.frame, view.analysis, view.look)
    assert saved.width() % 64 == 0
    assert saved.width() >= 5 * 64


def test_a_calibrated_face_wears_its_sign_before_the_words() -> None:
    pixels = picture(320, 240, (0, 0, 0))
    plain = face(1, (60, 80, 200, 220))
    rest = estimate_baseline([EmotionScores(LABELS, (0.1, 0.2, 0.7))], 0.0)
    without, with_sign = (
        render_snapshot(frame_of(pixels), analysis_of(each, size=(320, 240)), LOOK)
        for each in (plain, replace(plain, baseline=rest))
    )

    def right_end(image: QImage) -> int:
        lit = [
            x
            for x in range(image.width())
            for y in range(image.height() // 3)
            if image.pixelColor(x, y).lightness() > 200
        ]
        return max(lit)

    assert right_end(with_sign) > right_end(without) + 5
