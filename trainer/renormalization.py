"""Statistics of batch normalization for the faces that a network will meet: unchanged ones.

While training, the moving statistics follow images that are warped, relit and partly erased.
Source: Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3 and 4.
"""

from typing import Any, Final

import keras
import numpy as np

from trainer.data.dataset import Dataset

_BATCH: Final = 256
_FACES: Final = 40 * _BATCH


def renormalize(network: Any, dataset: Dataset) -> None:
    """Take a network's statistics anew, from at most 10,240 training faces as they are.

    Its other weights stay. Dropout in front of a normalization stays active meanwhile.
    """
    layers = [
        layer
        for layer in network._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    before = [layer.momentum for layer in layers]
    rows = np.random.default_rng(0).permutation(dataset.rows("train"))[:_FACES]
    # Equal batches, so that the mean over batches is the mean over faces.
    size = min(_BATCH, len(rows))
    for at in range(len(rows) // size):
        for layer in layers:
            layer.momentum = at / (at + 1)
        faces = dataset.images[np.sort(rows[at * size : (at + 1) * size])]
        network(keras.ops.convert_to_tensor(faces, dtype="float32"), training=True)
    for layer, momentum in zip(layers, before, strict=True):
        layer.momentum = momentum
