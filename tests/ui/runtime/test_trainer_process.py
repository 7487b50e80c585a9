"""What the trainer prints is heard line by line, however much it is."""

import sys

import pytest
from pytestqt.qtbot import QtBot

from fer_desktop.plugins import telling
from fer_desktop.ui.runtime import trainer_process
from fer_desktop.ui.runtime.trainer_process import Ending, TrainerProcess

WARNS = "import sys; print('warning: The extension x is left out.', file=sys.stderr); sys.exit(1)"
ENDLESS = "import sys; sys.stdout.write('x' * 5_000_000); print(); print('end')"


def test_a_line_without_an_end_takes_no_memory(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        trainer_process, "trainer_command", lambda words: [sys.executable, "-c", ENDLESS]
    )
    monkeypatch.setattr(trainer_process, "_MOST_LINE_BYTES", 1_000)
    process, lines = TrainerProcess(), list[str]()
    process.printed.connect(lines.append)
    with qtbot.waitSignal(process.ended, timeout=30_000):
        process.start([])
    assert lines[-1] == "end"
    assert len(lines[0]) < 5_000_000


def test_the_trainers_warnings_of_extensions_are_passed_on(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        trainer_process, "trainer_command", lambda words: [sys.executable, "-c", WARNS]
    )
    process, endings, told = TrainerProcess(), list[Ending](), list[str]()
    process.ended.connect(endings.append)
    with telling(told.append), qtbot.waitSignal(process.ended, timeout=30_000):
        process.start([])
    assert told == ["The extension x is left out."]
    assert "ended unexpectedly" in str(endings[0].explained())  # a warning is no reason
