import threading
from collections.abc import Iterator

import pytest

from trainer.cli.stdin_control import obey

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["pause"], (False, True)),
        (["pause ", "what?", "pause"], (False, True)),
        (["pause", "continue"], (False, False)),
        (["continue", "cancel", "pause"], (True, True)),
    ],
)
def test_lines_say_what_is_asked(words: list[str], state: tuple[bool, bool]) -> None:
    cancelled, paused = threading.Event(), threading.Event()
    states = []

    def lines() -> Iterator[str]:
        yield from (f"{word}\n" for word in words)
        states.append((cancelled.is_set(), paused.is_set()))

    obey(lines(), cancelled=cancelled, paused=paused).join(5)
    assert states == [state]
    # Nobody is left who could continue it.
    assert not paused.is_set()
