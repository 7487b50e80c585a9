"""Training the members of an ensemble one by one, and joining them into one network."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from trainer.config import TrainConfig
from trainer.contract.progress import Note
from trainer.data.dataset import Dataset
from trainer.errors import DataError
from trainer.fit.epochs import Controls, Progress
from trainer.fit.optimization import copied
from trainer.presets.model_folder import raw_probabilities
from trainer.runs import checkpoint
from trainer.systems.system import System, is_single, member_label, usable_members

TrainNetwork = Callable[[TrainConfig, System, Dataset, Path, Controls], tuple[Any, Progress]]


def train_members(
    config: TrainConfig,
    system: System,
    dataset: Dataset,
    controls: Controls,
    train_network: TrainNetwork,
) -> Progress:
    """Train every member, then the meta-classifier of a stacking ensemble; keep the joint weights.

    Each member has its own folder and checkpoint, so an interrupted training resumes within the
    member that it had reached.

    Raises:
        TrainerError: as ``train_network`` does.
        Stopped: if it was cancelled.
    """
    assert system.combination is not None
    members = config.out / "members"
    meta = None
    spent = 0.0
    if system.combination.how == "stacking":
        meta, spent = _fit_meta(config, system, dataset, controls, train_network)
    network, progress = _train_all(config, system, dataset, members, controls, train_network)
    if meta is not None:
        network.get_layer("meta").set_weights(meta)
    rows = dataset.rows("validation")
    right = raw_probabilities(network, dataset, rows).argmax(axis=1) == dataset.truth(rows)
    progress = replace(
        progress, best_accuracy=float(right.mean()), seconds=progress.seconds + spent
    )
    checkpoint.save_state(
        config.out / checkpoint.BEST_FILE, copied(network.weights), [], asdict(progress)
    )
    return progress


def _train_all(
    config: TrainConfig,
    system: System,
    dataset: Dataset,
    folder: Path,
    controls: Controls,
    train_network: TrainNetwork,
) -> tuple[Any, Progress]:
    assert system.combination is not None
    members = usable_members(system.combination, dataset.labels)
    weights, total = [], Progress()
    for at, member in enumerate(members, start=1):
        controls.report(Note(text=f"{folder.name}: {member.title} ({at} of {len(members)})"))
        single = is_single(member)
        network, progress = train_network(
            replace(config, system=member.name),
            member,
            dataset.against_rest(member_label(member)) if single else dataset,
            folder / member.name,
            controls,
        )
        weights.append(copied(network.weights))
        total.seconds += progress.seconds
        total.epoch = max(total.epoch, progress.epoch)
        total.best_epoch = max(total.best_epoch, progress.best_epoch)
    keras.mixed_precision.set_global_policy("float32")
    joined = system.build(dataset.labels)
    for member, values in zip(members, weights, strict=True):
        joined.get_layer(member.name).set_weights(values)
    return joined, total


def _fit_meta(
    config: TrainConfig,
    system: System,
    dataset: Dataset,
    controls: Controls,
    train_network: TrainNetwork,
) -> tuple[list[NDArray[np.float32]], float]:
    """Return the meta-classifier's kernel and bias, and the seconds that its folds took.

    It sees scores of faces that the networks giving them were not trained on.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    rows = dataset.rows("train")
    truth = dataset.truth(rows)
    folds = StratifiedGroupKFold(config.folds, shuffle=True, random_state=config.seed)
    try:
        parts = [held for _, held in folds.split(rows, truth, dataset.copies[rows])]
    except ValueError as error:
        raise DataError(
            f"there are too few training faces to hold out {config.folds} folds.",
            hint="Lower --stacking-folds or give more faces of each label.",
        ) from error
    scores: NDArray[np.float32] | None = None
    seconds = 0.0
    for at, held in enumerate(parts, start=1):
        network, progress = _train_all(
            config,
            system,
            dataset.without(rows[held]),
            config.out / f"fold_{at}_of_{config.folds}",
            controls,
            train_network,
        )
        seconds += progress.seconds
        scorer = keras.Model(network.input, network.get_layer("scores").output)
        found = raw_probabilities(scorer, dataset, rows[held])
        if scores is None:
            scores = np.zeros((len(rows), found.shape[1]), np.float32)
        scores[held] = found
    assert scores is not None
    meta = LogisticRegression(max_iter=2000).fit(scores, truth)
    return _as_dense(meta, len(dataset.labels)), seconds


def _as_dense(meta: Any, labels: int) -> list[NDArray[np.float32]]:
    """Return a logistic regression as the weights of a softmax layer."""
    kernel = np.zeros((meta.coef_.shape[1], labels), np.float32)
    # A label that no training face has stays impossible.
    bias = np.full(labels, -30.0, np.float32)
    if len(meta.classes_) == 2:
        first, second = meta.classes_
        kernel[:, second], bias[first], bias[second] = meta.coef_[0], 0.0, meta.intercept_[0]
    else:
        kernel[:, meta.classes_], bias[meta.classes_] = meta.coef_.T, meta.intercept_
    return [kernel, bias]
