"""What a frozen backbone sees in every face: computed once, kept in the cache, mapped from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.contract.whole_file import remove_leftovers, replacing
from trainer.data.cache_room import CACHE_VARIABLE, cache_dir
from trainer.data.dataset import Dataset
from trainer.data.faces import cache_key
from trainer.errors import DataError

_BATCH = 128


def cached_features(
    network: Any, dataset: Dataset, identity: str, check: Callable[[], object]
) -> NDArray[np.float32]:
    """Return the features of all faces, shape (faces, *features).

    Args:
        network: the frozen part, from pixels to features.
        identity: stands for the network and its weights.
        check: called between batches; may raise to stop.

    Raises:
        DataError: if the cache cannot be written.
    """
    path = cache_dir() / f"{cache_key(f'{dataset.key} {identity}')}.features.npy"
    shape = (len(dataset.images), *network.output_shape[1:])
    if path.is_file():
        try:
            return _mapped(path, shape)
        except (OSError, ValueError, EOFError):
            path.unlink(missing_ok=True)  # damaged: computed anew
    remove_leftovers(path.parent)
    try:
        with replacing(path) as part:
            _compute(network, dataset, part, check)
        return _mapped(path, shape)
    except OSError as error:
        raise DataError(
            f"the cache {path} cannot be written: {error.strerror}.",
            hint=f"Free some space or set {CACHE_VARIABLE} to another folder.",
        ) from error


def _mapped(path: Path, shape: tuple[int, ...]) -> NDArray[np.float32]:
    features: NDArray[np.float32] = np.load(path, mmap_mode="r")
    if features.shape != shape or features.dtype != np.dtype(np.float32):
        raise ValueError(f"{path} contains something else")
    return features


def _compute(network: Any, dataset: Dataset, path: Any, check: Callable[[], object]) -> None:
    count = len(dataset.images)
    shape = (count, *network.output_shape[1:])
    features = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    for start in range(0, count, _BATCH):
        check()
        images = dataset.images[start : start + _BATCH]
        padding = [(0, _BATCH - len(images) if start else 0)] + [(0, 0)] * 3
        found = np.asarray(network.predict_on_batch(np.pad(images, padding)))
        features[start : start + _BATCH] = found[: len(images)]
    features.flush()
