"""Two heads become one: shares add up, and what is answered most is taken off."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.trainer.conftest import SIDE
from trainer.config import AUXILIARY_HEAD, MAIN_HEAD, DataSource
from trainer.data.dataset import Dataset
from trainer.data.readers import load_dataset
from trainer.presets.heads import Blend, one_headed
from trainer.systems.catalogue import get_system

LABELS = ("angry", "disgust", "fear")


@pytest.fixture
def dataset(faces_csv: Path) -> Dataset:
    return load_dataset(DataSource(path=faces_csv), labels=LABELS, size_px=SIDE, color="gray")


@pytest.fixture
def network(tiny_systems: None) -> Any:
    keras.utils.set_random_seed(0)
    network = get_system("tiny").build_parts(LABELS, auxiliary=True).whole
    *values, bias = network.get_weights()
    network.set_weights([*values, np.linspace(-1, 1, len(bias))])  # some answers come often
    return network


def answers(network: Any, dataset: Dataset, blend: Blend, labels: tuple[str, ...]) -> Any:
    single = one_headed(get_system("tiny"), network, AUXILIARY_HEAD, blend, dataset, labels)
    return single.predict_on_batch(dataset.images.astype("float32"))


def softmax(logits: Any) -> Any:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_a_blend_weighs_both_heads(network: Any, dataset: Dataset) -> None:
    both = network.predict_on_batch(dataset.images.astype("float32"))
    expected = softmax(0.7 * np.log(both[AUXILIARY_HEAD]) + 0.3 * np.log(both[MAIN_HEAD]))
    blended = answers(network, dataset, Blend(share=0.7, levelling=0.0), LABELS)
    np.testing.assert_allclose(blended, expected, atol=1e-5)
    part = answers(network, dataset, Blend(share=0.7, levelling=0.0), LABELS[:2])
    np.testing.assert_allclose(
        part, expected[:, :2] / expected[:, :2].sum(axis=1, keepdims=True), atol=1e-5
    )


def test_levelling_takes_off_what_each_head_answers_most(network: Any, dataset: Dataset) -> None:
    plain = answers(network, dataset, Blend(share=0.7, levelling=0.0), LABELS)
    levelled = answers(network, dataset, Blend(share=0.7, levelling=1.0), LABELS)
    favourite, rarest = plain.mean(axis=0).argmax(), plain.mean(axis=0).argmin()
    assert levelled[:, favourite].mean() < plain[:, favourite].mean()
    assert levelled[:, rarest].mean() > plain[:, rarest].mean()
