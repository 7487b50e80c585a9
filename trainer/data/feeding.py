"""Handing batches to Keras."""

from functools import partial
from typing import Any

import keras

from trainer.data.batches import Batches


def feed(batches: Batches) -> Any:
    """Return what Keras' ``fit`` and ``evaluate`` shall take for these batches.

    Keras puts a ``PyDataset`` behind a self-tuning pipeline on TensorFlow, and the end of one can
    wait for its tuner to wake up: 36 s after each epoch on two cores. There it gets the same
    batches in a pipeline that does not tune itself; other backends read them as they are.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    def specification(values: Any) -> Any:
        return tf.TensorSpec((None, *values.shape[1:]), values.dtype)

    options = tf.data.Options()
    options.autotune.enabled = False
    dataset = tf.data.Dataset.from_generator(
        partial(_each, batches),
        output_signature=keras.tree.map_structure(specification, batches[0]),
    )
    sized = dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))
    return sized.prefetch(2).with_options(options)


def _each(batches: Batches) -> Any:
    for at in range(len(batches)):
        yield batches[at]
