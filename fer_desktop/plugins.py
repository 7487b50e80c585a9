"""Extensions of the application from other packages, and who hears of those that cannot be used."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from fer_desktop.log import get_logger
from trainer.contract.entry_points import Extensions, Offer

log = get_logger("app")

T = TypeVar("T")

_listeners: Final[list[Callable[[str], object]]] = []


def extensions(
    group: str,
    check: Callable[[Offer, object], T],
    *,
    taken: Callable[[], Collection[str]] = tuple,
) -> Extensions[T]:
    """Return the extensions of a group; see ``Extensions`` for the arguments."""
    return Extensions(group, check, report, taken=taken)


def report(problem: str) -> None:
    """Log what is wrong with an extension, and tell it to whoever listens; from any thread."""
    log.warning("%s", problem)
    for listener in tuple(_listeners):
        listener(problem)


@contextmanager
def telling(listener: Callable[[str], object]) -> Iterator[None]:
    """Let a function hear of extensions that cannot be used, for as long as the block lasts.

    Args:
        listener: gets a sentence, on any thread.
    """
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
