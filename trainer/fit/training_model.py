"""The model that is fitted: a network behind its augmentation, with its loss."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from trainer.config import AUXILIARY_HEAD, MAIN_HEAD, Recipe
from trainer.data.augment import MixUp, augmentation_layers
from trainer.data.batches import Batches
from trainer.fit.optimization import make_optimizer
from trainer.metrics.confusion import Confusion


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be fitted and where its state goes.

    Attributes:
        network: whose weights are saved.
        learner: what the batches go into: the network, or the head behind a frozen front.
        augmented: whether the batches hold images that may be changed.
    """

    network: Any
    learner: Any
    augmented: bool
    batches: Batches
    validation: Batches
    recipe: Recipe
    seed: int
    folder: Path


def compiled(job: Job) -> tuple[Any, Confusion]:
    """Return what learns a job, ready to fit, and the metric that counts its answers."""
    recipe = job.recipe
    model = _Learner(job)
    confusion = Confusion(job.batches.labels)
    loss: Any = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    metrics: Any = [confusion]
    if model.has_two_heads:
        # Shares of votes are soft already.
        loss = {MAIN_HEAD: loss, AUXILIARY_HEAD: keras.losses.CategoricalCrossentropy()}
        metrics = {MAIN_HEAD: metrics}
    model.compile(
        optimizer=make_optimizer(recipe, len(job.batches)),
        loss=loss,
        metrics=metrics,
        # TensorFlow's warp has no XLA kernel, and oneDNN is faster than XLA on processors.
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    model.optimizer.build(model.trainable_variables)
    return model, confusion


class _Learner(keras.Model):  # type: ignore[misc]
    """A network behind the changes that its training images go through."""

    def __init__(self, job: Job) -> None:
        super().__init__(name="learner")
        settings = job.recipe.augmentation
        self.network = job.learner
        self.changes = augmentation_layers(settings, job.seed) if job.augmented else []
        self.mixup = MixUp(settings.mixup, job.seed + 3) if settings.mixup else None
        self.has_two_heads = isinstance(job.learner.output, dict)
        self.logit_adjustment = job.recipe.logit_adjustment
        self.frequencies = job.batches.frequencies
        self.accuracy_name = f"{MAIN_HEAD}_accuracy" if self.has_two_heads else "accuracy"
        self.build(job.learner.input_shape)

    def build(self, input_shape: Any) -> None:
        """Do nothing: the network is built, and its changes have no weights."""
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the network's probabilities."""
        inputs = keras.ops.cast(inputs, "float32")
        for change in self.changes:
            inputs = change(inputs, training=training)
        if self.mixup is not None:
            inputs = self.mixup(inputs, training=training)
        return self.network(inputs, training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the loss against the targets, blended where the images were."""
        if self.mixup is not None and training:
            y = keras.tree.map_structure(self.mixup.blended, y)
        if self.logit_adjustment and training:
            y_pred = (
                {name: self._adjusted(y_pred[name], self.frequencies[name]) for name in y_pred}
                if self.has_two_heads
                else self._adjusted(y_pred, self.frequencies)
            )
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def _adjusted(self, probabilities: Any, frequency: Any) -> Any:
        weighted = probabilities * frequency**self.logit_adjustment
        return weighted / keras.ops.sum(weighted, axis=-1, keepdims=True)
