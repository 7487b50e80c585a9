"""Work of the trainer in a process of its own, on this computer or another one.

Nothing is imported here that looks for processors: a worker is kept to its share first.
"""

import importlib
import os
import pickle
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from trainer.runs.quiet_keras import import_keras_quietly
from trainer.runs.worker_share import take_share

_BESIDE: Final = ("dask", "distributed", "tornado")
# Networks trained by other versions of these are others.
PACKAGES: Final = ("fer-desktop", "keras", "tensorflow", "numpy", "dask", "distributed")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A function of a module and what it is called with.

    Attributes:
        arguments: pickled, so that their modules are imported after the worker has its share.
        workers: how many share this computer; 0 where others have seen to it.
        folder: where relative paths begin.
    """

    module: str
    function: str
    arguments: bytes
    workers: int
    folder: str


def call_of(function: Callable[..., object], *arguments: Any, workers: int) -> Call:
    """Return a call of a function that stands at the top of its module."""
    return Call(
        module=function.__module__,
        function=function.__name__,
        arguments=pickle.dumps(arguments),
        workers=workers,
        folder=os.getcwd(),
    )


def do_call(call: Call) -> Any:
    """Do it; runs in a worker, which stays in the folder of whoever has called."""
    with suppress(OSError):  # where it is not there, no relative path leads anywhere
        os.chdir(call.folder)
    if call.workers:
        take_share(_number(), call.workers)
    _keep_random_numbers_apart()
    import_keras_quietly(lean=bool(call.workers))  # others may use the workers of a scheduler
    function = getattr(importlib.import_module(call.module), call.function)
    return function(*pickle.loads(call.arguments))


def _keep_random_numbers_apart() -> None:
    """Give Dask, whose threads work beside a training, random numbers of its own.

    Layers draw their first weights from Python's generator: whoever else draws from it in the
    meantime would make another network of the same seed.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _BESIDE and getattr(module, "random", None) is random:
            module.random = random.Random()  # type: ignore[attr-defined]


def _number() -> int:
    """Return which of this computer's workers this is."""
    from distributed import get_worker

    name = get_worker().name
    return name if isinstance(name, int) else 0
