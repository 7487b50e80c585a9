"""Keras' layers, imported when a network is built: listing the systems builds none."""

from importlib import import_module
from typing import Any


class _Layers:
    def __getattr__(self, name: str) -> Any:
        return getattr(import_module("keras.layers"), name)


layers: Any = _Layers()
