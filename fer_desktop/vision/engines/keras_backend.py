"""What Keras computes with: TensorFlow, JAX or PyTorch, on a processor or a graphics card."""

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fer_desktop.errors import ModelError
from fer_desktop.log import get_logger
from fer_desktop.vision.engines.availability import keras_backend

_log = get_logger("vision")

_LARGE_LIBRARIES: Final = ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2")


def prepare_backend() -> None:
    """Import Keras so that it takes of a graphics card's memory only what it needs.

    ``KERAS_BACKEND`` chooses the backend; TensorFlow unless set.

    Raises:
        ModelError: if Keras or its backend is not installed or cannot start.
    """
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # JAX
    if keras_backend() == "tensorflow":
        load_tensorflow_libraries()
    try:
        import keras

        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            for gpu in tf.config.list_physical_devices("GPU"):
                try:
                    tf.config.experimental.set_memory_growth(gpu, True)
                except RuntimeError:
                    _log.debug("%s is in use already", gpu.name)
    except (ImportError, ValueError) as error:
        chosen = os.environ.get("KERAS_BACKEND", "tensorflow")
        raise ModelError(
            f"Keras cannot start with the backend {chosen!r}: {error}.",
            hint=f"Install what is missing: pip install keras {chosen}. TensorFlow is the backend"
            " where KERAS_BACKEND names no other.",
        ) from error


def load_tensorflow_libraries() -> None:
    """Load TensorFlow's large libraries while other threads go on, before it is imported.

    An import loads them under the interpreter's lock: for half a second no thread of ours would
    run, so that the window would stand still and could not be closed.
    """
    if not sys.platform.startswith("linux") or "tensorflow" in sys.modules:
        return
    try:
        spec = find_spec("tensorflow")
    except ImportError:
        return  # which the import says, too
    if spec is None or spec.origin is None:
        return
    load = ctypes.CDLL(None).dlopen  # unlike ctypes.CDLL(path) it lets go of the lock
    load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for name in _LARGE_LIBRARIES:
        path = Path(spec.origin).with_name(name)
        if path.is_file() and not load(os.fsencode(path), os.RTLD_NOW):
            _log.debug("%s is left to the import", path)


def device_name() -> str:
    """Return what models run on: ``CPU``, or ``GPU`` with the card's name."""
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        card = _tensorflow_card()
    elif backend == "jax":
        card = _jax_card()
    elif backend == "torch":
        card = _torch_card()
    else:
        card = None
    if card is None:
        return "CPU"
    return f"GPU: {card}" if card else "GPU"


def _tensorflow_card() -> str | None:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return None
    return str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", ""))


def _jax_card() -> str | None:
    import jax

    device = jax.devices()[0]
    return None if device.platform == "cpu" else str(device.device_kind)


def _torch_card() -> str | None:
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    return "Apple" if torch.backends.mps.is_available() else None
