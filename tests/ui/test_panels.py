"""Face cards, transport bar, messages, status line and selection."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from fer_desktop.pipeline.meters import MeterReading
from fer_desktop.ui.look.wording import clock_text, expression_text, time_text
from fer_desktop.ui.messages.message_bar import Message, MessageBar
from fer_desktop.ui.messages.status_line import StatusFacts, StatusLine
from fer_desktop.ui.runtime.delay_meter import DelayMeter
from fer_desktop.ui.runtime.stopwatch import Stopwatch
from fer_desktop.ui.viewer.face_cards import FaceCards
from fer_desktop.ui.viewer.face_selection import FaceSelection
from fer_desktop.ui.viewer.transport_bar import TransportBar
from tests.ui.samples import analysis_of, face, frame_of, picture

pytestmark = pytest.mark.gui

SECOND = 1_000_000


@pytest.fixture
def cards(qtbot: QtBot) -> FaceCards:
    widget = FaceCards()
    qtbot.addWidget(widget)
    widget.resize(260, 500)
    widget.show()
    return widget


def ids(cards: FaceCards) -> list[int]:
    return [card.face.face_id for card in cards.cards]


def test_cards_stand_in_the_order_of_their_ids(cards: FaceCards, qtbot: QtBot) -> None:
    cards.show_analysis(analysis_of(face(3), face(7)))
    cards.show_analysis(analysis_of(face(1), face(3), face(7)))
    qtbot.waitUntil(lambda: ids(cards) == [1, 3, 7])
    tops = [card.y() for card in cards.cards]
    assert tops == sorted(tops)


def test_cards_are_kept_and_only_their_numbers_change(cards: FaceCards, qtbot: QtBot) -> None:
    cards.show_analysis(analysis_of(face(1)))
    (card,) = cards.cards
    for _ in range(5):
        cards.show_analysis(analysis_of(face(1, scores=(0.1, 0.8, 0.1))))
    qtbot.waitUntil(lambda: card.face.smoothed.emotion == "sad")
    assert cards.cards == [card]
    assert card.accessibleName() == "Face 1: sad  80 %"


def test_a_face_that_leaves_loses_its_card_after_a_moment(cards: FaceCards, qtbot: QtBot) -> None:
    cards.show_analysis(analysis_of(face(1), face(2)))

    def only_the_second_is_left() -> bool:
        cards.show_analysis(analysis_of(face(2)))
        return ids(cards) == [2]

    assert not only_the_second_is_left()
    qtbot.waitUntil(only_the_second_is_left)


def test_a_card_leaves_though_no_other_frame_comes(cards: FaceCards, qtbot: QtBot) -> None:
    cards.show_analysis(analysis_of(face(1), face(2)))
    cards.show_analysis(analysis_of(face(2)))
    assert [card.is_gone for card in cards.cards] == [True, False]
    qtbot.waitUntil(lambda: ids(cards) == [2])


def test_cards_of_a_lost_source_are_dim(cards: FaceCards) -> None:
    cards.show_analysis(analysis_of(face(1), face(2)))
    cards.show_lost()
    assert [card.is_gone for card in cards.cards] == [True, True]
    cards.show_analysis(analysis_of(face(1), face(2)))
    assert [card.is_gone for card in cards.cards] == [False, False]


def test_a_stopwatch_leaves_pauses_out() -> None:
    times = iter((0.0, 5.0, 60.0, 61.5))
    watch = Stopwatch(lambda: next(times))
    for runs in (True, True, False, False, True):
        watch.run(runs)
    assert watch.elapsed_s == 6.5
    watch.reset()
    assert watch.elapsed_s == 0


def test_a_card_is_chosen_by_mouse_and_keyboard(cards: FaceCards, qtbot: QtBot) -> None:
    cards.show_analysis(analysis_of(face(1), face(2)))
    with qtbot.waitSignal(cards.face_chosen) as chosen:
        qtbot.mouseClick(cards.cards[1], Qt.MouseButton.LeftButton)
    assert chosen.args == [2]
    with qtbot.waitSignal(cards.face_chosen) as chosen:
        qtbot.keyClick(cards.cards[0], Qt.Key.Key_Return)
    assert chosen.args == [1]
    cards.select_face(2)
    assert [card.is_selected for card in cards.cards] == [False, True]


def test_a_card_waits_for_the_model(cards: FaceCards) -> None:
    cards.show_analysis(analysis_of(face(1, scores=None)))
    assert "not classified yet" in cards.cards[0].accessibleName()


def test_an_unsure_face_names_the_two_likeliest() -> None:
    assert expression_text(face(scores=(0.3, 0.4, 0.3), unsure=True)) == "unsure: sad / happy"
    assert expression_text(face(scores=None)) == ""


def test_the_selection_tells_each_change_once(qtbot: QtBot) -> None:
    selection = FaceSelection()
    told: list[int | None] = []
    selection.changed.connect(told.append)
    selection.take(analysis_of(face(2), face(5)))
    selection.take(analysis_of(face(2), face(5), timestamp_us=SECOND))
    selection.choose(5)
    selection.take(analysis_of(face(2), timestamp_us=9 * SECOND))
    selection.clear()
    selection.clear()
    assert told == [2, 5, 2, None]


@pytest.fixture
def transport(qtbot: QtBot) -> TransportBar:
    bar = TransportBar([])
    qtbot.addWidget(bar)
    bar.resize(600, 40)
    bar.show()
    qtbot.waitExposed(bar)
    return bar


def test_seeking_works_beyond_what_32_bits_hold(transport: TransportBar, qtbot: QtBot) -> None:
    transport.begin(4 * 3600 * SECOND, 25.0)
    slider = transport.findChild(QSlider)
    with qtbot.waitSignal(transport.seek_requested) as seek:
        qtbot.mouseClick(
            slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, slider.height() // 2)
        )
    assert seek.args[0] == pytest.approx(2 * 3600 * SECOND, rel=0.02)


def test_the_arrow_keys_step_through_a_focused_slider(
    transport: TransportBar, qtbot: QtBot
) -> None:
    transport.begin(10 * SECOND, 25.0)
    with qtbot.waitSignal(transport.seek_requested) as seek:
        qtbot.keyClick(transport.findChild(QSlider), Qt.Key.Key_Right)
    assert seek.args == [40_000]


def test_times_read_well() -> None:
    assert time_text(83_450_000) == "1:23"
    assert time_text(83_450_000, tenths=True) == "1:23.4"
    assert time_text(3_661 * SECOND) == "1:01:01"
    assert clock_text(192.9) == "00:03:12"


@pytest.fixture
def messages(qtbot: QtBot) -> MessageBar:
    bar = MessageBar()
    qtbot.addWidget(bar)
    return bar


def test_a_message_replaces_the_one_of_its_topic(messages: MessageBar) -> None:
    messages.show_message(Message("source", "error", "First."))
    messages.show_message(Message("source", "error", "Second.", "Do this."))
    assert messages.row.label.text() == "Second. Do this."
    assert not messages.isHidden()
    messages.dismiss("source")
    assert messages.row is None
    assert messages.isHidden()


def test_a_message_does_what_its_button_says(messages: MessageBar, qtbot: QtBot) -> None:
    done: list[str] = []
    message = Message("source", "error", "Broken.", button="Mend", run=lambda: done.append("x"))
    messages.show_message(message)
    qtbot.mouseClick(messages.row.button, Qt.MouseButton.LeftButton)
    assert done == ["x"]
    assert messages.row is None


def test_a_long_message_is_not_cut_off(messages: MessageBar, qtbot: QtBot) -> None:
    messages.show_message(Message("source", "error", "word " * 60))
    messages.resize(500, messages.heightForWidth(500))
    messages.show()
    qtbot.waitExposed(messages)
    label = messages.row.label
    assert label.height() >= label.heightForWidth(label.width())


def test_messages_are_plain_text(messages: MessageBar) -> None:
    messages.show_message(Message("source", "error", "<b>clip</b>.mp4"))
    assert messages.row.label.textFormat() is Qt.TextFormat.PlainText


def test_the_status_line_reads_as_designed(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    reading = MeterReading(source_fps=30.04, analysed_fps=29.96, dropped=0)
    line.show_facts(StatusFacts("Live", "1280×720", reading, 21.4, "CPU", 192))  # noqa: RUF001
    assert line.text() == (
        "Live | 1280×720 | camera 30.0 fps, analysed 30.0 fps, dropped 0 | delay 21 ms | CPU"  # noqa: RUF001
        " | 00:03:12"
    )
    line.show_facts(StatusFacts("Stopped"))
    assert line.text() == "Stopped"


def test_the_delay_is_the_age_when_painted() -> None:
    now_ns = 0
    meter = DelayMeter(lambda: now_ns)
    assert meter.delay_ms() is None
    frame = frame_of(picture())
    for age_ms in (10, 20, 90):
        now_ns = frame.captured_ns + age_ms * 1_000_000
        meter.painted(frame)
    assert meter.delay_ms() == 20
    now_ns += 5_000_000_000
    assert meter.delay_ms() is None
