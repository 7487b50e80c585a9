"""Two models of our own network combined: the weighted mean of both answers.

Networks that learned the same faces from different truths, or in different ways, err on different
faces. Together they read people whom neither has seen better than each of them alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from trainer.data.dataset import Dataset
from trainer.errors import RunError
from trainer.presets.model_folder import LoadedModel, load_model_folder, raw_probabilities
from trainer.systems.catalogue import get_system
from trainer.systems.residual import OPINIONS, PAIR, WEIGHING

PAIR_SYSTEM: Final = "residual_se_pair"
_MEMBER_SYSTEM: Final = "residual_se"
# The logarithm of zero would be infinite.
_LEAST_SHARE: Final = 1e-6
_PRIOR_FACES: Final = 5_000


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """How much each model of a pair counts.

    Attributes:
        share: of the first model's logits; the second has the rest.
        levelling: how much of the logarithm of how often a model gives each answer to training
            faces is taken off its logits, so that rare labels are found more often. Source: Menon
            et al., "Long-tail learning via logit adjustment", ICLR 2021.
    """

    share: float
    levelling: float = 0.0


def load_pair(folders: Sequence[Path]) -> tuple[LoadedModel, LoadedModel]:
    """Load the two models of a pair.

    Raises:
        RunError: if there are not two, one cannot be used, or they do not answer alike.
    """
    if len(folders) != len(PAIR):
        raise RunError(f"a pair has {len(PAIR)} models. Received: {len(folders)}.")
    first, second = (load_model_folder(folder) for folder in folders)
    for model in (first, second):
        if model.preset.system != _MEMBER_SYSTEM:
            raise RunError(
                f"{model.preset.name} is a {model.preset.system or 'network of another maker'}.",
                hint=f"A pair is made of two models of {_MEMBER_SYSTEM}.",
            )
    if first.preset.labels != second.preset.labels:
        raise RunError(f"{first.preset.name} and {second.preset.name} have different labels.")
    return first, second


def paired_network(
    members: tuple[LoadedModel, LoadedModel], weighing: Weighing, dataset: Dataset
) -> Any:
    """Return one network that answers for both models.

    Args:
        dataset: with the training faces by which the answers are levelled.

    Raises:
        RunError: if a model's weights do not fit into a pair.
    """
    labels = members[0].preset.labels
    network = get_system(PAIR_SYSTEM).build(labels)
    shares = (weighing.share, 1 - weighing.share)
    opinions = network.get_layer(OPINIONS).input
    bias = np.zeros(len(labels))
    for name, opinion, member, share in zip(PAIR, opinions, members, shares, strict=True):
        try:
            network.get_layer(name).set_weights(member.network.get_weights())
        except ValueError as error:
            raise RunError(
                f"the weights of {member.preset.name} do not fit into a pair.",
                hint="A pair is made of models for seven labels.",
            ) from error
        if weighing.levelling:
            answers = keras.Model(network.input, keras.layers.Softmax()(opinion))
            bias -= weighing.levelling * share * np.log(_mean_answer(answers, dataset))
    kernel = np.concatenate([share * np.eye(len(labels)) for share in shares])
    network.get_layer(WEIGHING).set_weights([kernel, bias])
    return network


def _mean_answer(network: Any, dataset: Dataset) -> NDArray[np.float64]:
    """Return how often a network gives each answer to training faces, shape (labels,)."""
    rows = np.random.default_rng(0).permutation(dataset.rows("train"))[:_PRIOR_FACES]
    answers = raw_probabilities(network, dataset, np.sort(rows))
    return np.asarray(np.maximum(answers.mean(axis=0, dtype=np.float64), _LEAST_SHARE))
