import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from fer_desktop.domain.face import BoundingBox
from fer_desktop.ui.viewer.viewport import MAX_ZOOM, Viewport

PICTURE, WIDGET = QSizeF(200, 100), QSizeF(400, 400)


def test_a_picture_is_letterboxed() -> None:
    assert Viewport().place(PICTURE, WIDGET).rect == QRectF(0, 100, 400, 200)


def test_a_box_and_a_point_go_there_and_back() -> None:
    placement = Viewport().place(PICTURE, WIDGET)
    rect = placement.to_widget(BoundingBox(50, 25, 100, 50))
    assert rect == QRectF(100, 150, 100, 50)
    assert placement.to_picture(rect.topLeft()) == (50, 25)


def test_a_mirror_exchanges_left_and_right() -> None:
    placement = Viewport().place(PICTURE, WIDGET, mirrored=True)
    rect = placement.to_widget(BoundingBox(0, 0, 50, 50))
    assert (rect.left(), rect.width()) == (300, 100)
    assert placement.to_picture(QPointF(400, 100)) == (0, 0)
    assert placement.transform().map(QPointF(0, 0)) == QPointF(400, 0)


def test_zooming_keeps_what_is_under_the_pointer() -> None:
    viewport, pointer = Viewport(), QPointF(120, 180)
    before = viewport.place(PICTURE, WIDGET).to_picture(pointer)
    viewport.zoom_at(4, pointer, PICTURE, WIDGET)
    after = viewport.place(PICTURE, WIDGET)
    assert after.scale == pytest.approx(8)
    assert after.to_picture(pointer) == pytest.approx(before)


def test_panning_leaves_no_gap_at_the_edge() -> None:
    viewport = Viewport()
    viewport.zoom_at(4, QPointF(200, 200), PICTURE, WIDGET)
    viewport.pan(QPointF(5000, 5000), PICTURE, WIDGET)
    rect = viewport.place(PICTURE, WIDGET).rect
    assert (rect.left(), rect.top()) == (0, 0)
    viewport.pan(QPointF(-30, 0), PICTURE, WIDGET)
    assert viewport.place(PICTURE, WIDGET).rect.left() == pytest.approx(-30)


def test_zoom_has_limits() -> None:
    viewport = Viewport()
    viewport.zoom_at(0.1, QPointF(0, 0), PICTURE, WIDGET)
    assert viewport.is_fitted
    viewport.zoom_at(1e6, QPointF(0, 0), PICTURE, WIDGET)
    assert viewport.place(PICTURE, WIDGET).scale == pytest.approx(2 * MAX_ZOOM)
    viewport.fit()
    assert viewport.place(PICTURE, WIDGET).rect == QRectF(0, 100, 400, 200)
