"""Statistics of batch normalization for the faces that a network will meet.

While training, the moving statistics follow images that are warped, relit and partly erased. In use
a face is either as its dataset has it, sharp to the pixel, or resampled where a detector saw it.
Source: Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3 and 4.
"""

from typing import Any, Final

import keras
import numpy as np

from trainer.config import Augmentation
from trainer.data.augment import RandomWarp
from trainer.data.dataset import Dataset

_BATCH: Final = 256
_FACES: Final = 40 * _BATCH
# As loosely as MediaPipe's boxes frame the faces of FER2013: the quartiles are .89 and 1.09 of the
# size, and .035 of the side to the left and right.
_FRAMING: Final = Augmentation(zoom=0.2, shift=0.07)


def renormalize(network: Any, dataset: Dataset) -> None:
    """Take a network's statistics anew, from at most 10,240 training faces.

    Half of them are as the dataset has them, half framed as a detector might. The network's other
    weights stay. Dropout in front of a normalization stays active meanwhile.
    """
    layers = [
        layer
        for layer in network._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    before = [layer.momentum for layer in layers]
    rows = np.random.default_rng(0).permutation(dataset.rows("train"))[:_FACES]
    framed = RandomWarp(_FRAMING, seed=0)
    # Equal batches, so that the mean over batches is the mean over faces.
    size = min(_BATCH, len(rows))
    for at in range(len(rows) // size):
        for layer in layers:
            layer.momentum = at / (at + 1)
        faces = dataset.images[np.sort(rows[at * size : (at + 1) * size])]
        shown = keras.ops.convert_to_tensor(faces, dtype="float32")
        half = size // 2
        moved = framed(shown[:half], training=True)
        network(keras.ops.concatenate([moved, shown[half:]]), training=True)
    for layer, momentum in zip(layers, before, strict=True):
        layer.momentum = momentum
