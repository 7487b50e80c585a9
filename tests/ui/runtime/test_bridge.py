import threading

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.errors import StorageError
from fer_desktop.pipeline.events import FileAnalysis, OutputFailed, Result, State, StateChanged
from fer_desktop.ui.runtime.bridge import Batch, ResultInbox
from tests.ui.samples import analysis_of, face, frame_of, picture

pytestmark = pytest.mark.gui


def result(index: int, session: int = 1) -> Result:
    return Result(session, frame_of(picture(), index), analysis_of(face(), index=index))


@pytest.fixture
def inbox(qapp: object) -> ResultInbox:
    return ResultInbox()


@pytest.fixture
def got(inbox: ResultInbox) -> list[object]:
    items: list[object] = []
    inbox.result_ready.connect(items.append)
    inbox.event_ready.connect(items.append)
    return items


def test_pixels_are_dropped_and_numbers_are_not(
    inbox: ResultInbox, got: list[object], qtbot: QtBot
) -> None:
    for index in range(200):
        inbox.post(result(index))
    qtbot.waitUntil(lambda: bool(got))
    (batch,) = got
    assert isinstance(batch, Batch)
    assert batch.newest.frame.index == 199
    assert [item.frame_index for item in batch.analyses] == list(range(200))


def test_results_of_a_worker_thread_arrive_on_the_gui_thread(
    inbox: ResultInbox, qtbot: QtBot
) -> None:
    indices: list[int] = []
    threads: set[threading.Thread] = set()

    def take(batch: Batch) -> None:
        threads.add(threading.current_thread())
        indices.extend(item.frame_index for item in batch.analyses)

    inbox.result_ready.connect(take)
    worker = threading.Thread(target=lambda: [inbox.post(result(i)) for i in range(500)])
    worker.start()
    qtbot.waitUntil(lambda: len(indices) == 500)
    worker.join()
    assert indices == list(range(500))
    assert threads == {threading.main_thread()}


def test_numbers_come_without_pictures_and_pictures_without_numbers(
    inbox: ResultInbox, got: list[object], qtbot: QtBot
) -> None:
    inbox.begin_session(1)
    for index in range(3):
        inbox.post_analysis(FileAnalysis(1, analysis_of(face(), index=index)))
    shown = Result(1, frame_of(picture(), 7), analysis_of(face(), index=7), is_new=False)
    inbox.post(shown)
    qtbot.waitUntil(lambda: bool(got))
    inbox.post_analysis(FileAnalysis(1, analysis_of(face(), index=3)))
    inbox.post_analysis(FileAnalysis(0, analysis_of(face(), index=9)))
    qtbot.waitUntil(lambda: len(got) == 2)
    first, second = got
    assert first.newest is shown
    assert [item.frame_index for item in first.analyses] == [0, 1, 2]
    assert second.newest is None
    assert [item.frame_index for item in second.analyses] == [3]


def test_events_keep_their_place_among_results(
    inbox: ResultInbox, got: list[object], qtbot: QtBot
) -> None:
    paused = StateChanged(1, State.PAUSED)
    inbox.post(result(0))
    inbox.post_event(paused)
    inbox.post(result(1))
    qtbot.waitUntil(lambda: len(got) == 3)
    assert got[1] is paused


def test_what_belongs_to_an_earlier_session_is_discarded(
    inbox: ResultInbox, got: list[object], qtbot: QtBot
) -> None:
    inbox.post(result(0, session=1))
    inbox.post_event(StateChanged(1, State.RUNNING))
    inbox.begin_session(2)
    inbox.post(result(1, session=1))
    inbox.post_event(StateChanged(1, State.IDLE))
    opening = StateChanged(2, State.OPENING)
    inbox.post_event(opening)
    qtbot.waitUntil(lambda: bool(got))
    assert got == [opening]


def test_lost_rows_are_told_even_when_their_session_is_over(
    inbox: ResultInbox, got: list[object], qtbot: QtBot
) -> None:
    inbox.begin_session(2)
    failed = OutputFailed(1, "session file", StorageError("The disk is full."))
    inbox.post_event(failed)
    qtbot.waitUntil(lambda: got == [failed])


def test_a_closed_inbox_takes_nothing(inbox: ResultInbox, got: list[object], qtbot: QtBot) -> None:
    inbox.post(result(0))
    inbox.close()
    inbox.post(result(1))
    qtbot.wait(20)
    assert got == []
