"""Everyone who wants analyses gets them; one that fails does not take the others along."""

from collections.abc import Callable

import pytest

from fer_desktop.domain.emotion import FrameAnalysis
from fer_desktop.domain.frame import Frame, SourceInfo
from fer_desktop.errors import FerError, StorageError
from fer_desktop.pipeline.events import OutputFailed
from fer_desktop.pipeline.outputs import FanOut, OutputSink, ResultOutput
from tests.helpers.fakes import fake_preset
from tests.recording.samples import VIDEO, frame, picture
from trainer.contract.preset import Preset

PRESET = fake_preset()


class Diary:
    """An output that notes what it is told, and fails at a chosen word."""

    def __init__(self, fails_at: str = "", error: Exception | None = None) -> None:
        self.words: list[str] = []
        self._fails_at = fails_at
        self._error = error or ZeroDivisionError("a bug")

    def opened(self, session: int, info: SourceInfo) -> None:
        self._note(f"opened {session} {info.name}")

    def model_changed(self, preset: Preset, frame_index: int, *, engine: str, device: str) -> None:
        self._note(f"model {preset.name} {frame_index} {engine} {device}")

    def write(self, frame: Frame, analysis: FrameAnalysis) -> None:
        assert frame.index == analysis.frame_index
        self._note(f"write {frame.index}")

    def close(self, *, is_complete: bool) -> None:
        self._note("close" if is_complete else "give up")

    def _note(self, word: str) -> None:
        self.words.append(word)
        if self._fails_at and word.startswith(self._fails_at):
            raise self._error


class Album(Diary):
    """An output that wants pictures, too."""

    def show(self, frame: Frame) -> None:
        self._note(f"show {frame.index}")


def run(fan: FanOut, session: int = 1) -> None:
    fan.opened(session, VIDEO)
    fan.show(picture(0))
    fan.model_changed(PRESET, 1, engine="litert", device="CPU")
    for index in (1, 2):
        fan.write(picture(index), frame(index))
    fan.close()


ALL = ["opened 1 clip é.mp4", "model fake7 1 litert CPU", "write 1", "write 2", "close"]


def test_everyone_is_told_everything_that_they_want() -> None:
    diary, album = Diary(), Album()
    run(FanOut({"diary": diary, "album": album}, pytest.fail))
    assert diary.words == ALL
    assert album.words == [ALL[0], "show 0", *ALL[1:]]


@pytest.mark.parametrize(
    ("fails_at", "words"),
    [
        ("opened", ALL[:1]),
        ("model", [*ALL[:2], "give up"]),
        ("write 1", [*ALL[:3], "give up"]),
        ("close", ALL),
    ],
)
@pytest.mark.parametrize("error", [StorageError("The disk is full."), ZeroDivisionError("a bug")])
def test_one_that_fails_is_told_of_and_dropped_until_the_next_session(
    fails_at: str, words: list[str], error: Exception
) -> None:
    failing, first, last = Diary(fails_at, error), Diary(), Diary()
    told: list[OutputFailed] = []
    fan = FanOut({"first": first, "failing": failing, "last": last}, told.append)
    run(fan)
    assert failing.words == words
    assert first.words == last.words == ALL
    (failed,) = told
    assert (failed.session, failed.output) == (1, "failing")
    assert failed.error is error or "ZeroDivisionError: a bug" in str(failed.error)
    run(fan, session=2)
    assert len(told) == 2
    assert failing.words[len(words)] == "opened 2 clip é.mp4"


def test_one_that_cannot_even_give_up_is_told_of_once() -> None:
    class Stubborn(Diary):
        def close(self, *, is_complete: bool) -> None:
            raise OSError("gone")

    told: list[OutputFailed] = []
    run(FanOut({"stubborn": Stubborn("write")}, told.append))
    assert len(told) == 1


def test_who_hears_of_it_may_end_the_analysis() -> None:
    def refuse(failed: OutputFailed) -> None:
        raise failed.error

    fan = FanOut({"table": Diary("write 1", StorageError("The disk is full."))}, refuse)
    with pytest.raises(FerError, match="disk is full"):
        run(fan)


def test_an_analysis_that_failed_is_not_complete() -> None:
    diary = Diary()
    fan = FanOut({"diary": diary}, pytest.fail)
    fan.opened(1, VIDEO)
    fan.close(is_complete=False)
    assert diary.words[-1] == "give up"


@pytest.mark.parametrize("do", [FanOut.show, lambda fan, shown: fan.write(shown, frame(3))])
def test_results_carry_the_number_of_their_session(do: Callable[[FanOut, Frame], None]) -> None:
    results: list[int] = []
    output: OutputSink = ResultOutput(lambda result: results.append(result.session))
    fan = FanOut({"results": output}, pytest.fail)
    for session in (1, 2):
        fan.opened(session, VIDEO)
        do(fan, picture(3))
        fan.close()
    assert results == [1, 2]
