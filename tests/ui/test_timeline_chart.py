from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fer_desktop.domain.emotion import EmotionScores, FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.palette import color_for
from fer_desktop.ui.timeline_chart import TimelineChart

# The offscreen platform says of every window that it knows no size hints.
pytestmark = [pytest.mark.gui, pytest.mark.qt_log_ignore("propagateSizeHints")]

SECOND = 1_000_000
LABELS = ("happy", "sad", "neutral")
SCORES = (0.7, 0.2, 0.1)
LEFT = Qt.MouseButton.LeftButton


def analysis(
    seconds: float,
    *,
    faces: tuple[int, ...] = (1,),
    labels: tuple[str, ...] = LABELS,
    scores: tuple[float, ...] = SCORES,
) -> FrameAnalysis:
    detection = Detection(BoundingBox(0, 0, 10, 10), 0.9)
    smoothed = EmotionScores(labels, scores)
    return FrameAnalysis(
        frame_index=0,
        timestamp_us=round(seconds * SECOND),
        wall_ns=None,
        width_px=640,
        height_px=480,
        faces=tuple(FaceAnalysis(face, detection, smoothed, smoothed) for face in faces),
    )


def feed(chart: TimelineChart, start_s: float, end_s: float) -> None:
    for tenth in range(round(start_s * 10), round(end_s * 10)):
        chart.append(analysis(tenth / 10))


def settle(chart: TimelineChart, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not chart.is_repaint_due)


@pytest.fixture
def chart(qtbot: QtBot) -> TimelineChart:
    chart = TimelineChart()
    qtbot.addWidget(chart)
    chart.resize(900, 240)
    chart.apply_theme(dark=False)
    chart.set_labels(LABELS)
    with qtbot.waitExposed(chart):
        chart.show()
    return chart


@pytest.fixture
def minutes(chart: TimelineChart, qtbot: QtBot) -> TimelineChart:
    """A chart after two minutes of one face."""
    feed(chart, 0, 120)
    settle(chart, qtbot)
    return chart


def place(chart: TimelineChart, seconds: float, share: float = 0.5) -> QPoint:
    """Where a time lies on the canvas."""
    scale = chart.canvas.scale()
    return QPointF(scale.x(seconds * SECOND), scale.y(share)).toPoint()


def visible(chart: TimelineChart) -> tuple[float, float]:
    scale = chart.canvas.scale()
    return scale.start_us / SECOND, scale.end_us / SECOND


def turn_wheel(chart: TimelineChart, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(chart.canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart.canvas, event)


def drag(chart: TimelineChart, qtbot: QtBot, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(chart.canvas, LEFT, pos=start)
    qtbot.mouseMove(chart.canvas, (start + end) / 2)
    qtbot.mouseMove(chart.canvas, end)
    qtbot.mouseRelease(chart.canvas, LEFT, pos=end)


def shows(chart: TimelineChart, color: str, at_s: float | None = None) -> bool:
    """Whether a colour, blended at the edges of lines, is drawn at a time, or in the middle."""
    image = chart.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    middle = image.width() // 2 if at_s is None else place(chart, at_s).x()
    wanted = QColor(color).getRgb()
    return any(
        max(abs(one - other) for one, other in zip(pixel, wanted, strict=True)) < 60
        for x in range(middle - 3, middle + 3)
        for y in range(round(chart.canvas.scale().plot.bottom()))
        for pixel in [image.pixelColor(x, y).getRgb()]
    )


class TestCurves:
    def test_each_label_has_a_curve_in_its_colour(self, minutes: TimelineChart) -> None:
        assert all(shows(minutes, color_for(label)) for label in LABELS)

    def test_the_legend_switches_curves(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        entry = minutes.legend.entry("happy")
        assert entry.text() == "happy"
        qtbot.mouseClick(entry, LEFT)
        assert not shows(minutes, color_for("happy"))
        assert shows(minutes, color_for("sad"))
        qtbot.keyClick(entry, Qt.Key.Key_Space)
        assert shows(minutes, color_for("happy"))

    def test_the_selected_face_is_shown(self, chart: TimelineChart, qtbot: QtBot) -> None:
        for tenth in range(600):
            chart.append(analysis(tenth / 10, faces=(2,)))
        settle(chart, qtbot)
        assert chart.title == "Face 2"
        assert shows(chart, color_for("happy"))
        chart.select_face(7)
        settle(chart, qtbot)
        assert chart.title == "Face 7"
        assert not shows(chart, color_for("happy"))
        chart.select_face(None)
        settle(chart, qtbot)
        assert chart.title == "Face 2"

    def test_an_absence_is_a_gap(self, chart: TimelineChart, qtbot: QtBot) -> None:
        feed(chart, 0, 28)
        feed(chart, 32, 60)
        settle(chart, qtbot)
        middle = chart.canvas.scale().time_us(chart.canvas.width() / 2) / SECOND
        assert 28 < middle < 32
        assert not shows(chart, color_for("happy"))

    def test_a_single_picture_is_a_dot(self, chart: TimelineChart, qtbot: QtBot) -> None:
        chart.append(analysis(0))
        settle(chart, qtbot)
        assert all(shows(chart, color_for(label), at_s=0) for label in LABELS)
        qtbot.mouseMove(chart.canvas, place(chart, 0.2))
        readout = chart.canvas.readout()
        assert readout is not None
        assert readout.time_us == 0

    def test_another_model_in_mid_session(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        labels = ("happiness", "contempt")
        minutes.set_labels(labels)
        minutes.append(analysis(120, labels=labels, scores=(0.25, 0.75)))
        minutes.append(analysis(120.1, labels=("bored",), scores=(1.0,)))
        settle(minutes, qtbot)
        assert [minutes.legend.entry(label).text() for label in (*LABELS, "contempt", "bored")]
        assert shows(minutes, color_for("sad"))

    def test_clear_begins_anew(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        minutes.add_mark(SECOND, "question 1")
        minutes.set_position(SECOND)
        minutes.clear()
        assert minutes.title == "No face yet"
        assert visible(minutes) == (0, 60)
        assert not shows(minutes, color_for("happy"))
        assert minutes.canvas.marks == []

    def test_light_and_dark(self, minutes: TimelineChart) -> None:
        corner = [minutes.canvas.grab().toImage().pixelColor(1, 1).lightness()]
        minutes.apply_theme(dark=True)
        corner.append(minutes.canvas.grab().toImage().pixelColor(1, 1).lightness())
        assert corner[0] > 200
        assert corner[1] < 60
        assert shows(minutes, color_for("happy"))


class TestFollowing:
    def test_the_last_minute_is_in_view(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        start_s, end_s = visible(minutes)
        assert end_s - start_s == pytest.approx(60)
        assert end_s == pytest.approx(119.9)
        minutes.set_span(20)
        settle(minutes, qtbot)
        assert visible(minutes) == pytest.approx((99.9, 119.9))

    @pytest.mark.parametrize(
        "move",
        [
            lambda chart, qtbot: turn_wheel(chart, place(chart, 90), 1),
            lambda chart, qtbot: drag(chart, qtbot, place(chart, 80), place(chart, 100)),
            lambda chart, qtbot: qtbot.keyClick(chart.canvas, Qt.Key.Key_Plus),
        ],
        ids=["wheel", "drag", "key"],
    )
    def test_moving_the_view_ends_it(
        self,
        minutes: TimelineChart,
        qtbot: QtBot,
        move: Callable[[TimelineChart, QtBot], None],
    ) -> None:
        assert minutes.follow_button.isChecked()
        move(minutes, qtbot)
        assert not minutes.follow_button.isChecked()
        before = visible(minutes)
        feed(minutes, 120, 130)
        settle(minutes, qtbot)
        assert visible(minutes) == before
        qtbot.mouseClick(minutes.follow_button, LEFT)
        assert visible(minutes) == pytest.approx((69.9, 129.9))

    def test_drag_moves_the_curves_with_the_mouse(
        self, minutes: TimelineChart, qtbot: QtBot
    ) -> None:
        drag(minutes, qtbot, place(minutes, 80), place(minutes, 100))
        assert visible(minutes) == pytest.approx((39.9, 99.9), abs=0.5)

    def test_zooming_out_shows_the_whole_session(
        self, minutes: TimelineChart, qtbot: QtBot
    ) -> None:
        turn_wheel(minutes, place(minutes, 90), -30)
        assert visible(minutes) == pytest.approx((0, 119.9))
        feed(minutes, 120, 140)
        settle(minutes, qtbot)
        assert visible(minutes) == pytest.approx((0, 139.9))
        turn_wheel(minutes, place(minutes, 90), 3)
        qtbot.mouseClick(minutes.whole_button, LEFT)
        assert visible(minutes) == pytest.approx((0, 139.9))


class TestReading:
    def test_hover_reads_the_values_there(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        qtbot.mouseMove(minutes.canvas, place(minutes, 83.5))
        readout = minutes.canvas.readout()
        assert readout is not None
        assert readout.text() == "1:23.5\nhappy 70 %\nsad 20 %\nneutral 10 %"
        before = minutes.canvas.grab().toImage()
        qtbot.mouseMove(minutes.canvas, QPoint(1, 1))
        assert minutes.canvas.readout() is None
        assert minutes.canvas.grab().toImage() != before

    def test_hidden_labels_are_not_read(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        minutes.legend.entry("sad").setChecked(False)
        qtbot.mouseMove(minutes.canvas, place(minutes, 83.5))
        readout = minutes.canvas.readout()
        assert readout is not None
        assert [label for label, _ in readout.values] == ["happy", "neutral"]

    def test_marks_are_drawn_and_read(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        before = minutes.canvas.grab().toImage()
        minutes.add_mark(90 * SECOND, "question 2")
        minutes.add_mark(70 * SECOND, "question 1")
        settle(minutes, qtbot)
        assert minutes.canvas.grab().toImage() != before
        qtbot.mouseMove(minutes.canvas, place(minutes, 70))
        readout = minutes.canvas.readout()
        assert readout is not None
        assert readout.title == "1:10.0  question 1"

    def test_every_value_fits_into_a_low_chart(self, chart: TimelineChart, qtbot: QtBot) -> None:
        labels = tuple(f"expression {number}" for number in range(15))
        chart.resize(700, 170)
        chart.append(analysis(0, labels=labels, scores=(1 / 15,) * 15))
        settle(chart, qtbot)
        qtbot.mouseMove(chart.canvas, place(chart, 0.1))
        assert chart.canvas.readout() is not None
        chart.canvas.grab()

    def test_the_playhead_moves_over_the_curves(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        before = minutes.canvas.grab().toImage()
        minutes.set_position(90 * SECOND)
        settle(minutes, qtbot)
        assert visible(minutes) == pytest.approx((59.9, 119.9))
        assert minutes.canvas.grab().toImage() != before


class TestSeeking:
    def test_a_click_asks_for_its_time(self, chart: TimelineChart, qtbot: QtBot) -> None:
        chart.set_seekable(True)
        chart.append(analysis(7200))
        settle(chart, qtbot)
        with qtbot.waitSignal(chart.seek_requested) as sought:
            qtbot.mouseClick(chart.canvas, LEFT, pos=place(chart, 7210))
        assert sought.args[0] == pytest.approx(7210 * SECOND, abs=SECOND // 10)

    def test_a_live_source_cannot_be_sought(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        with qtbot.assertNotEmitted(minutes.seek_requested):
            qtbot.mouseClick(minutes.canvas, LEFT, pos=place(minutes, 90))

    def test_a_drag_is_no_click(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        minutes.set_seekable(True)
        with qtbot.assertNotEmitted(minutes.seek_requested):
            drag(minutes, qtbot, place(minutes, 80), place(minutes, 100))


class PaintCounter(QObject):
    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


class TestRepainting:
    def test_many_analyses_are_few_repaints(self, chart: TimelineChart, qtbot: QtBot) -> None:
        settle(chart, qtbot)
        counter = PaintCounter()
        chart.canvas.installEventFilter(counter)
        for tenth in range(40):
            chart.append(analysis(tenth / 10))
            qtbot.wait(5)
        settle(chart, qtbot)
        assert 1 <= counter.count <= 20

    def test_nothing_runs_while_nothing_comes(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        counter = PaintCounter()
        minutes.canvas.installEventFilter(counter)
        qtbot.wait(250)
        assert not minutes.is_repaint_due
        assert counter.count == 0

    def test_a_hidden_chart_catches_up_when_shown(self, chart: TimelineChart, qtbot: QtBot) -> None:
        chart.hide()
        feed(chart, 0, 120)
        assert not chart.is_repaint_due
        with qtbot.waitExposed(chart):
            chart.show()
        assert visible(chart) == pytest.approx((59.9, 119.9))
        assert shows(chart, color_for("happy"))
