import sys
from collections.abc import Callable

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.palette import color_for
from fer_desktop.domain.scores import EmotionScores
from fer_desktop.recording.session_format import Mark
from fer_desktop.ui.timeline.chart import TimelineChart
from fer_desktop.ui.timeline.content import Readout
from fer_desktop.ui.timeline.items import TimeAxis, TimeViewBox
from fer_desktop.ui.timeline.plot import TimelinePlot
from fer_desktop.ui.timeline.readout import ReadoutCard

pytestmark = pytest.mark.gui

SECOND = 1_000_000
LABELS = ("happy", "sad", "neutral")
SCORES = (0.7, 0.2, 0.1)
LEFT = Qt.MouseButton.LeftButton
MOUSE_PERIOD_MS = 15  # pyqtgraph looks at the mouse a hundred times a second
READ_PERIOD_MS = 50


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
    chart.select_person(1)
    with qtbot.waitExposed(chart):
        chart.show()
    qtbot.waitUntil(lambda: chart.canvas.plot is not None)
    return chart


@pytest.fixture
def minutes(chart: TimelineChart, qtbot: QtBot) -> TimelineChart:
    """A chart after two minutes of one face."""
    feed(chart, 0, 120)
    settle(chart, qtbot)
    return chart


def plot_of(chart: TimelineChart) -> TimelinePlot:
    assert chart.canvas.plot is not None
    return chart.canvas.plot


def surface(chart: TimelineChart) -> QWidget:
    """What the mouse moves over."""
    return plot_of(chart).viewport()


def place(chart: TimelineChart, seconds: float, share: float = 0.5) -> QPoint:
    """Where a time lies on the plot."""
    return plot_of(chart).place(seconds * SECOND, share).toPoint()


def visible(chart: TimelineChart) -> tuple[float, ...]:
    area = plot_of(chart).area
    return tuple(plot_of(chart).time_us(x) / SECOND for x in (area.left(), area.right()))


def move_mouse(chart: TimelineChart, qtbot: QtBot, at: QPoint) -> None:
    qtbot.wait(MOUSE_PERIOD_MS)
    qtbot.mouseMove(surface(chart), at)


def readout_at(chart: TimelineChart, qtbot: QtBot, at: QPoint) -> Readout | None:
    move_mouse(chart, qtbot, at)
    qtbot.wait(READ_PERIOD_MS)
    return plot_of(chart).readout


def turn_wheel(chart: TimelineChart, at: QPoint, notches: int, *, sideways: bool = False) -> None:
    turned = 120 * notches
    event = QWheelEvent(
        QPointF(at),
        QPointF(surface(chart).mapToGlobal(at)),
        QPoint(),
        QPoint(turned, 0) if sideways else QPoint(0, turned),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(surface(chart), event)


def drag(chart: TimelineChart, qtbot: QtBot, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(surface(chart), LEFT, pos=start)
    move_mouse(chart, qtbot, (start + end) / 2)
    move_mouse(chart, qtbot, end)
    qtbot.mouseRelease(surface(chart), LEFT, pos=end)


def shows(chart: TimelineChart, color: str, at_s: float | None = None) -> bool:
    """Whether a colour, blended at the edges of lines, is drawn at a time, or in the middle."""
    image = chart.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    middle = image.width() // 2 if at_s is None else place(chart, at_s).x()
    wanted = QColor(color).getRgb()
    return any(
        max(abs(one - other) for one, other in zip(pixel, wanted, strict=True)) < 60
        for x in range(middle - 3, middle + 3)
        for y in range(round(plot_of(chart).area.bottom()))
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
        chart.select_person(2)
        settle(chart, qtbot)
        assert chart.title == "Face 2"
        assert shows(chart, color_for("happy"))
        chart.select_person(7)
        settle(chart, qtbot)
        assert chart.title == "Face 7"
        assert not shows(chart, color_for("happy"))
        chart.select_person(None)
        settle(chart, qtbot)
        assert chart.title == "No face yet"

    def test_an_absence_is_a_gap(self, chart: TimelineChart, qtbot: QtBot) -> None:
        feed(chart, 0, 28)
        feed(chart, 32, 60)
        settle(chart, qtbot)
        middle = plot_of(chart).time_us(chart.canvas.width() / 2) / SECOND
        assert 28 < middle < 32
        assert not shows(chart, color_for("happy"))

    def test_a_single_picture_is_a_dot(self, chart: TimelineChart, qtbot: QtBot) -> None:
        chart.append(analysis(0))
        settle(chart, qtbot)
        assert all(shows(chart, color_for(label), at_s=0) for label in LABELS)
        readout = readout_at(chart, qtbot, place(chart, 0.2))
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
        minutes.add_mark(Mark(SECOND, "question 1"))
        minutes.set_position(SECOND)
        minutes.clear()
        assert minutes.title == "No face yet"
        assert visible(minutes) == (0, 60)
        assert not shows(minutes, color_for("happy"))
        assert minutes.canvas.content.marks == []

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
            lambda chart, qtbot: turn_wheel(chart, place(chart, 90), 1, sideways=True),
            lambda chart, qtbot: drag(chart, qtbot, place(chart, 80), place(chart, 100)),
            lambda chart, qtbot: qtbot.keyClick(plot_of(chart), Qt.Key.Key_Plus),
        ],
        ids=["wheel", "wheel sideways", "drag", "key"],
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
        readout = readout_at(minutes, qtbot, place(minutes, 83.5))
        assert readout is not None
        assert readout.text() == "1:23.5\nhappy 70 %\nsad 20 %\nneutral 10 %"
        before = minutes.canvas.grab().toImage()
        assert readout_at(minutes, qtbot, QPoint(1, 1)) is None
        assert minutes.canvas.grab().toImage() != before

    def test_hidden_labels_are_not_read(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        minutes.legend.entry("sad").setChecked(False)
        readout = readout_at(minutes, qtbot, place(minutes, 83.5))
        assert readout is not None
        assert [label for label, _ in readout.values] == ["happy", "neutral"]

    def test_marks_are_drawn_and_read(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        before = minutes.canvas.grab().toImage()
        minutes.add_mark(Mark(90 * SECOND, "question 2"))
        minutes.add_mark(Mark(70 * SECOND, "question 1"))
        settle(minutes, qtbot)
        assert minutes.canvas.grab().toImage() != before
        readout = readout_at(minutes, qtbot, place(minutes, 70))
        assert readout is not None
        assert readout.title == "1:10.0  question 1"

    def test_a_long_text_of_a_mark_leaves_the_next_one_in_sight(
        self, minutes: TimelineChart, qtbot: QtBot
    ) -> None:
        long = "stimulus: a film of a cat that falls from a chair, shown twice, with sound " * 3
        minutes.add_mark(Mark(65 * SECOND, long, 80 * SECOND))
        minutes.add_mark(Mark(90 * SECOND, "button"))
        settle(minutes, qtbot)
        items = [
            item
            for item in plot_of(minutes).scene().items()
            if isinstance(item, pg.TextItem) and item.isVisible()
        ]
        shown = {item.toPlainText(): item for item in items}
        (cut,) = [text for text in shown if text.startswith("stimulus")]
        assert cut.endswith("…")
        assert "button" in shown
        right = shown[cut].sceneBoundingRect().right()
        assert right <= shown["button"].sceneBoundingRect().left()

    def test_every_value_fits_into_a_low_chart(self, chart: TimelineChart, qtbot: QtBot) -> None:
        labels = tuple(f"expression {number}" for number in range(15))
        chart.resize(700, 170)
        chart.append(analysis(0, labels=labels, scores=(1 / 15,) * 15))
        settle(chart, qtbot)
        readout = readout_at(chart, qtbot, place(chart, 0.1))
        assert readout is not None
        assert len(readout.values) == 15
        card = plot_of(chart).findChild(ReadoutCard)
        assert plot_of(chart).rect().contains(card.geometry())

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
            qtbot.mouseClick(surface(chart), LEFT, pos=place(chart, 7210))
        assert sought.args[0] == pytest.approx(7210 * SECOND, abs=SECOND // 10)

    def test_a_live_source_cannot_be_sought(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        with qtbot.assertNotEmitted(minutes.seek_requested):
            qtbot.mouseClick(surface(minutes), LEFT, pos=place(minutes, 90))

    def test_a_drag_is_no_click(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        minutes.set_seekable(True)
        with qtbot.assertNotEmitted(minutes.seek_requested):
            drag(minutes, qtbot, place(minutes, 80), place(minutes, 100))


class TestKeyboard:
    def test_tab_goes_from_the_legend_to_the_curves(self, minutes: TimelineChart) -> None:
        minutes.set_labels(("contempt",))
        part: QWidget = minutes.legend.entry("happy")
        order = []
        while part is not plot_of(minutes):
            if part.focusPolicy() & Qt.FocusPolicy.TabFocus:
                order.append(part)
            part = part.nextInFocusChain()
        entries = [minutes.legend.entry(label) for label in (*LABELS, "contempt")]
        assert order == [*entries, minutes.whole_button, minutes.follow_button]

    def test_plus_and_minus_zoom(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        for key, width_s in (
            (Qt.Key.Key_Plus, 48),
            (Qt.Key.Key_Equal, 38.4),
            (Qt.Key.Key_Minus, 48),
        ):
            qtbot.keyClick(plot_of(minutes), key)
            start_s, end_s = visible(minutes)
            assert end_s - start_s == pytest.approx(width_s)

    def test_other_keys_are_left_to_the_window(self, qtbot: QtBot, minutes: TimelineChart) -> None:
        pressed: list[int] = []
        minutes.keyPressEvent = lambda event: pressed.append(event.key())  # type: ignore[method-assign]
        keys = [Qt.Key.Key_M, Qt.Key.Key_A, Qt.Key.Key_Left]
        for key in keys:
            qtbot.keyClick(plot_of(minutes), key)
        assert pressed == keys

    def test_a_click_does_not_take_the_keys(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        minutes.follow_button.setFocus()
        qtbot.mouseClick(surface(minutes), LEFT, pos=place(minutes, 90))
        assert not plot_of(minutes).hasFocus()


class PaintCounter(QObject):
    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


class TestRepainting:
    def test_many_analyses_are_few_repaints(self, chart: TimelineChart, qtbot: QtBot) -> None:
        settle(chart, qtbot)
        counter = PaintCounter()
        surface(chart).installEventFilter(counter)
        for tenth in range(40):
            chart.append(analysis(tenth / 10))
            qtbot.wait(5)
        settle(chart, qtbot)
        assert 1 <= counter.count <= 20

    def test_nothing_runs_while_nothing_comes(self, minutes: TimelineChart, qtbot: QtBot) -> None:
        qtbot.wait(50)  # the last change is still being painted
        counter = PaintCounter()
        surface(minutes).installEventFilter(counter)
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


class TestLoading:
    def test_collects_while_the_plot_is_loaded(self, qtbot: QtBot) -> None:
        chart = TimelineChart()
        qtbot.addWidget(chart)
        chart.resize(900, 240)
        chart.apply_theme(dark=False)
        chart.select_person(1)
        feed(chart, 0, 30)
        chart.add_mark(Mark(SECOND, "question 1"))
        assert chart.canvas.plot is None
        assert chart.canvas.grab().toImage().pixelColor(1, 1).lightness() > 200
        with qtbot.waitExposed(chart):
            chart.show()
        feed(chart, 30, 120)
        qtbot.waitUntil(lambda: chart.canvas.plot is not None)
        settle(chart, qtbot)
        assert visible(chart) == pytest.approx((59.9, 119.9))
        assert shows(chart, color_for("happy"))

    def test_a_chart_may_be_gone_before_its_plot_is_loaded(self, qtbot: QtBot) -> None:
        chart = TimelineChart()
        with qtbot.waitExposed(chart):
            chart.show()
        chart.grab()
        chart.deleteLater()
        del chart
        qtbot.wait(100)

    def test_says_so_if_it_cannot_be_drawn(
        self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setitem(sys.modules, "fer_desktop.ui.timeline.plot", None)
        chart = TimelineChart()
        qtbot.addWidget(chart)
        with qtbot.waitExposed(chart):
            chart.show()
        hint = chart.canvas.findChild(QLabel)
        qtbot.waitUntil(lambda: "cannot be drawn" in hint.text())
        feed(chart, 0, 2)
        settle(chart, qtbot)
        assert "cannot be drawn" in caplog.text


class TestAxes:
    @pytest.mark.parametrize(
        ("width_s", "max_ticks", "step_s", "tenths"),
        [(60, 8, 10, False), (2, 8, 0.5, True), (3 * 3600, 8, 1800, False), (3600, 30, 120, False)],
    )
    def test_ticks_are_round_times(
        self, qtbot: QtBot, width_s: float, max_ticks: int, step_s: float, tenths: bool
    ) -> None:
        axis = TimeAxis(TimeViewBox())
        ((spacing, times_s),) = axis.tickValues(0, width_s, max_ticks * 90)
        assert times_s[1] - times_s[0] == spacing == step_s
        assert len(times_s) <= max_ticks + 1
        texts = axis.tickStrings(times_s, 1, spacing)
        assert texts[0] == ("0:00.0" if tenths else "0:00")
