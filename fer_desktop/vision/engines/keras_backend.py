"""What Keras computes with: TensorFlow, JAX or PyTorch, on a processor or a graphics card."""

import os

from fer_desktop.errors import ModelError
from fer_desktop.log import get_logger

_log = get_logger("vision")


def prepare_backend() -> None:
    """Import Keras so that it takes of a graphics card's memory only what it needs.

    ``KERAS_BACKEND`` chooses the backend; TensorFlow unless set.

    Raises:
        ModelError: if Keras or its backend is not installed or cannot start.
    """
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # JAX
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
