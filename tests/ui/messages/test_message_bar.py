"""Messages leave, wait behind one another, and never pile up."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from fer_desktop.ui.messages.message_bar import Kind, Message, MessageBar

pytestmark = pytest.mark.gui


@pytest.fixture
def bar(qtbot: QtBot) -> Iterator[MessageBar]:
    widget = MessageBar()
    qtbot.addWidget(widget)
    widget.resize(500, 60)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def message(topic: str, kind: Kind = "info", *, button: str = "", stands: bool = False) -> Message:
    return Message(topic, kind, f"About {topic}.", button=button, run=lambda: None, stands=stands)


def topics(bar: MessageBar) -> list[str]:
    return [message.topic for message in bar.messages]


def time_passes(bar: MessageBar) -> bool:
    """Let the row's time be over; tell whether it had any."""
    (timer,) = bar.row.findChildren(QTimer)
    has_time = timer.isActive()
    if has_time:
        timer.timeout.emit()
    return has_time


@pytest.mark.parametrize(
    "shown",
    [
        message("mark"),
        message("export", button="Open folder"),
        message("model", "error", button="Choose a model folder…"),
    ],
    ids=lambda shown: shown.topic,
)
def test_a_message_leaves_by_itself(bar: MessageBar, shown: Message) -> None:
    bar.show_message(shown)
    assert time_passes(bar)
    assert bar.row is None
    assert bar.isHidden()


def test_what_goes_on_stands_until_it_is_over(bar: MessageBar) -> None:
    bar.show_message(message("source", "error", button="Try again", stands=True))
    assert not time_passes(bar)
    bar.let_go("source")
    assert time_passes(bar)
    assert bar.row is None


def test_one_row_is_shown_and_failures_come_back(bar: MessageBar) -> None:
    bar.show_message(message("source", "error", stands=True))
    bar.show_message(message("mark"))
    bar.show_message(message("export", "good", button="Open folder"))
    assert bar.row.message.topic == "export"
    assert topics(bar) == ["source", "export"]  # nobody misses the covered mark
    assert time_passes(bar)
    assert bar.row.message.topic == "source"


def test_messages_never_pile_up(bar: MessageBar) -> None:
    for number in range(20):
        bar.show_message(message(f"{number}", "error", button="Mend"))
    assert len(bar.messages) == 5
    assert bar.layout().count() == 1


def test_a_message_stays_while_its_button_has_the_focus(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message(message("export", button="Open folder"))
    bar.activateWindow()
    bar.row.button.setFocus()
    qtbot.waitUntil(bar.row.button.hasFocus)
    assert time_passes(bar)
    assert bar.row is not None
    bar.row.button.clearFocus()
    assert time_passes(bar)
    assert bar.row is None
