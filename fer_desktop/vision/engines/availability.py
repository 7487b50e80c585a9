"""What is there to run models, told without importing it.

TensorFlow takes seconds and hundreds of megabytes to say that there is no graphics card. So it is
asked only where a card's driver is installed and, for the backend, what lets it use that card. The
setting ``keras`` says what is wanted where this is wrong.
"""

import ctypes.util
import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

# What the driver of an NVIDIA card, the same below Windows, and that of an AMD card leave.
_LINUX_DRIVERS: Final = ("/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1", "/dev/kfd")
_CUDNN: Final = ("nvidia-cudnn-cu12", "nvidia-cudnn-cu13")
# Distributions of which any lets a backend use a card.
_GPU_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "tensorflow": (*_CUDNN, "tensorflow-rocm", "tensorflow-metal"),
    "jax": (
        "jax-cuda12-plugin",
        "jax-cuda13-plugin",
        "jax-rocm60-plugin",
        "jax-rocm7-plugin",
        "jax-metal",
    ),
    "torch": _CUDNN,
}


def is_installed(package: str) -> bool:
    """Tell whether a package can be imported."""
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def may_have_gpu() -> bool:
    """Tell whether it is worth asking Keras' backend for a graphics card."""
    backend = keras_backend()
    return _version(backend) is not None and _has_driver() and _can_use_card(backend)


def keras_backend() -> str:
    """Return the name of the backend that Keras will use, as Keras itself finds it."""
    if chosen := os.environ.get("KERAS_BACKEND"):
        return chosen
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        chosen = json.loads((home / "keras.json").read_text(encoding="utf-8")).get("backend")
    except (OSError, ValueError, AttributeError):
        chosen = None
    return chosen if isinstance(chosen, str) else "tensorflow"


def _has_driver() -> bool:
    if sys.platform == "win32":
        return ctypes.util.find_library("nvcuda") is not None
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return any(Path(path).exists() for path in _LINUX_DRIVERS)


def _can_use_card(backend: str) -> bool:
    if any(_version(name) is not None for name in _GPU_PARTS.get(backend, ())):
        return True
    if backend == "torch":
        build = (_version("torch") or "").partition("+")[2]
        return sys.platform == "darwin" or build.startswith(("cu", "rocm"))
    if backend == "tensorflow" and sys.platform == "linux":
        libraries = Path(sys.prefix) / "lib"  # where conda puts them
        return any(libraries.glob("libcudnn.so*")) or ctypes.util.find_library("cudnn") is not None
    return False


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
