"""Extensions of the trainer that other packages offer: what is wrong with one is said once."""

import sys
from collections.abc import Callable, Collection
from typing import TypeVar

from trainer.contract.entry_points import WARNING, Extensions, Offer

T = TypeVar("T")


def extensions(
    group: str,
    check: Callable[[Offer, object], T],
    *,
    taken: Callable[[], Collection[str]] = tuple,
) -> Extensions[T]:
    """Return the extensions of a group; see ``Extensions`` for the arguments."""
    return Extensions(group, check, _warn, taken=taken)


def _warn(problem: str) -> None:
    # Without the program's name, which stands before the reason why a command has failed.
    print(f"{WARNING}{problem}", file=sys.stderr, flush=True)
