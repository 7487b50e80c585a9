"""Making one head from a training's two: blended, adjusted, restricted to labels."""

from dataclasses import dataclass
from typing import Any, Final

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
_FREQUENCY_FACES: Final = 5_000
# The logarithm of zero would be infinite.
_LEAST_SHARE: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Blend:
    """How the logits of two heads become those of one; linear, so it stays a single layer.

    Attributes:
        share: of the head whose truth the model answers to; the other head has the rest.
        levelling: how much of the logarithm of how often a head gives an answer to training faces
            is taken off its logit, from 0 to 1, so that rare labels are found more often. Source:
            Menon et al., "Long-tail learning via logit adjustment", ICLR 2021.
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
    truth = part.truth(rows)
    heads = (head, _other(head))
    own, other = (
        np.log(np.maximum(raw_probabilities(_only(network, name), part, rows), 1e-12))[:, chosen]
        for name in heads
    )
    often = [log_answer_shares(network, name, dataset)[chosen] if balance else 0 for name in heads]
    best, found = -1.0, Blend(share=1.0, levelling=0.0)
    for levelling in _GRID if balance else (0.0,):
        for share in _GRID[::-1]:
            logits = share * (own - levelling * often[0])
            logits += (1 - share) * (other - levelling * often[1])
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

    def blended(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(blend.share * first + (1 - blend.share) * second, np.float32)[..., chosen]

    biases = [bias[own], bias[other]]
    if blend.levelling:
        biases = [
            values - blend.levelling * log_answer_shares(network, name, dataset)
            for values, name in zip(biases, (head, _other(head)), strict=True)
        ]
    made.set_weights([*values[:-2], blended(kernel[:, own], kernel[:, other]), blended(*biases)])
    return made


def log_answer_shares(network: Any, head: str, dataset: Dataset) -> NDArray[np.float64]:
    """Return the logarithm of how often a head gives each answer to training faces, (labels,)."""
    rows = np.random.default_rng(0).permutation(dataset.rows("train"))[:_FREQUENCY_FACES]
    answers = raw_probabilities(_only(network, head), dataset, np.sort(rows))
    shares = answers.mean(axis=0, dtype=np.float64)
    return np.asarray(np.log(np.maximum(shares, _LEAST_SHARE)))


def _only(network: Any, head: str) -> Any:
    return keras.Model(network.input, network.output[head])


def _other(head: str) -> str:
    return AUXILIARY_HEAD if head == MAIN_HEAD else MAIN_HEAD
