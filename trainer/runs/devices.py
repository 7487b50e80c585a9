"""The hardware that training runs on, as Keras sees it on each of its backends."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import keras

from trainer.config import Precision

_CPUINFO: Final = Path("/proc/cpuinfo")


def accelerators() -> list[str]:
    """Return the names of the GPUs, none where the backend finds none."""
    try:
        return list(keras.distribution.list_devices("gpu"))
    except (RuntimeError, NotImplementedError, AttributeError, ValueError):
        # JAX raises instead of returning nothing; PyTorch cannot be asked this way.
        return _torch_accelerators() if keras.backend.backend() == "torch" else []


def _torch_accelerators() -> list[str]:
    # Keras places PyTorch's tensors on the GPU by itself; the tensor tells where.
    place = str(keras.ops.zeros(1).device)
    return [] if place == "cpu" else [place]


@contextmanager
def all_accelerators(faces: int) -> Iterator[int]:
    """Train what is built inside on several accelerators where Keras can: on JAX.

    Args:
        faces: how many there are at least; fewer than accelerators are not worth it.

    Yields:
        Into how many parts a batch is divided; its size must be a multiple of that.
    """
    count = len(accelerators())
    if not 1 < count <= faces or keras.backend.backend() != "jax":
        yield 1
        return
    with keras.distribution.DataParallel().scope():
        yield count


def machine() -> str:
    """Return processor, cores and accelerators in a few words."""
    name = _cpuinfo("model name") or platform.processor() or platform.machine()
    count = len(accelerators())
    what = f"{count} GPU" if count else "no GPU"
    return f"{name}, {os.cpu_count()} cores, {what}, {platform.system()}"


def resolve_precision(asked: Precision) -> Precision:
    """Return the dtype policy that ``auto`` stands for on this machine."""
    if asked != "auto":
        return asked
    if accelerators():
        return "mixed_float16"
    if keras.backend.backend() == "tensorflow" and "bf16" in _cpuinfo("flags"):
        return "mixed_bfloat16"
    return "float32"


def _cpuinfo(field: str) -> str:
    if not _CPUINFO.is_file():
        return ""
    lines = _CPUINFO.read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "")
