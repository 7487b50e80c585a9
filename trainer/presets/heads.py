"""Making one head from a training's two: blended, adjusted, restricted to labels."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from trainer.config import AUXILIARY_HEAD, MAIN_HEAD
from trainer.data.dataset import Dataset
from trainer.errors import RunError
from trainer.metrics.figures import confusion_matrix
from trainer.presets.model_folder import raw_probabilities
from trainer.systems.system import System

_GRID = np.linspace(0, 1, 11)


@dataclass(frozen=True, kw_only=True)
class Blend:
    """How the logits of two heads become those of one; linear, so it stays a single layer.

    Attributes:
        share: of the head whose truth the model answers to; the other head has the rest.
        levelling: how much of the logarithm of each label's frequency in training is taken off its
            logit, from 0 to 1, so that rare labels are found more often. Source: Menon et al.,
            "Long-tail learning via logit adjustment", ICLR 2021.
    """

    share: float
    levelling: float


def two_headed(system: System, dataset: Dataset, weights: list[Any]) -> Any:
    """Return a run's network with both heads.

    Raises:
        RunError: if the weights do not fit.
    """
    channels = dataset.images.shape[-1]
    network = system.build_parts(dataset.labels, channels=channels, auxiliary=True).whole
    try:
        network.set_weights(weights)
    except ValueError as error:
        raise RunError(
            f"the run's weights do not fit {system.name}.", hint="Train the model again."
        ) from error
    return network


def choose_blend(
    network: Any, head: str, dataset: Dataset, labels: tuple[str, ...], *, balance: float
) -> Blend:
    """Return the blend that does best on the validation faces.

    Args:
        network: with two heads.
        head: the one whose truth the dataset holds.
        labels: those of the dataset's that shall be told apart.
        balance: what counts, from accuracy, 0, to balanced accuracy, 1. At 0 nothing is levelled.
    """
    chosen = [dataset.labels.index(name) for name in labels]
    part = dataset.only(labels)
    rows = part.rows("validation")
    truth, frequency = part.truth(rows), label_frequency(dataset)[chosen]
    own, other = (
        np.log(np.maximum(raw_probabilities(_only(network, name), part, rows), 1e-12))[:, chosen]
        for name in (head, _other(head))
    )
    best, found = -1.0, Blend(share=1.0, levelling=0.0)
    for levelling in _GRID if balance else (0.0,):
        for share in _GRID[::-1]:
            logits = share * own + (1 - share) * other - levelling * np.log(frequency)
            counts = confusion_matrix(truth, logits.argmax(axis=1), len(labels))
            support = counts.sum(axis=1)
            recall = counts.diagonal()[support > 0] / support[support > 0]
            accuracy = counts.diagonal().sum() / support.sum()
            score = (1 - balance) * accuracy + balance * recall.mean()
            if score > best + 1e-9:
                best, found = score, Blend(share=float(share), levelling=float(levelling))
    return found


def one_headed(
    system: System, network: Any, head: str, blend: Blend, dataset: Dataset, labels: tuple[str, ...]
) -> Any:
    """Return a network that answers once.

    Args:
        network: with two heads for the dataset's labels.
        labels: those of the dataset's that the network shall answer with.

    Raises:
        RunError: if the system's heads are more than a dense layer.
    """
    made = system.build(labels, channels=dataset.images.shape[-1])
    values = network.get_weights()
    count = len(dataset.labels)
    kernel, bias = values[-2:]
    if kernel.ndim != 2 or kernel.shape[1] != 2 * count or bias.shape != (2 * count,):
        raise RunError(f"{system.name} has no dense last layer of which heads can be blended.")
    own = slice(0, count) if head == MAIN_HEAD else slice(count, None)
    other = slice(count, None) if head == MAIN_HEAD else slice(0, count)
    chosen = [dataset.labels.index(name) for name in labels]

    def blended(values: NDArray[np.float32]) -> NDArray[np.float32]:
        both = blend.share * values[..., own] + (1 - blend.share) * values[..., other]
        return np.asarray(both, np.float32)

    levelled = blended(bias) - blend.levelling * np.log(label_frequency(dataset))
    made.set_weights([*values[:-2], blended(kernel)[:, chosen], levelled[chosen]])
    return made


def label_frequency(dataset: Dataset) -> NDArray[np.float64]:
    """Return how often each label occurs in training, shape (labels,), at least 1e-6."""
    shares = dataset.targets[dataset.rows("train")].mean(axis=0, dtype=np.float64)
    return np.asarray(np.maximum(shares, 1e-6))


def _only(network: Any, head: str) -> Any:
    return keras.Model(network.input, network.output[head])


def _other(head: str) -> str:
    return AUXILIARY_HEAD if head == MAIN_HEAD else MAIN_HEAD
