"""Work on a thread of its own, for whoever needs its outcome later."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def beside(name: str, work: Callable[[], T]) -> Future[T]:
    """Begin to work; unlike a pool's, the thread keeps no program from ending.

    Args:
        name: of the thread.
        work: what to do; what it raises is raised again where the outcome is asked for.
    """
    outcome: Future[T] = Future()

    def do() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever asks
            outcome.set_exception(error)
        else:
            outcome.set_result(result)

    threading.Thread(target=do, name=name, daemon=True).start()
    return outcome
