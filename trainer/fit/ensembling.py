"""Training the members of an ensemble one by one, and joining them into one network."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
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
from trainer.runs.run_folder import held
from trainer.systems.system import System, is_single, member_label, usable_members


@dataclass(frozen=True)
class Part:
    """A network of an ensemble.

    Attributes:
        member: its system's name.
        fold: which fold of a stacking ensemble it is trained without, from 1; 0: on all faces.
    """

    member: str
    fold: int


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
    meta = None
    spent = 0.0
    if system.combination.how == "stacking":
        meta, spent = _fit_meta(config, system, dataset, controls, train_network)
    network, progress = _train_all(
        config, system, dataset, _members_folder(config), controls, train_network
    )
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
        network, progress = _train_one(config, member, dataset, folder, controls, train_network)
        weights.append(copied(network.weights))
        total.seconds += progress.seconds
        total.epoch = max(total.epoch, progress.epoch)
        total.best_epoch = max(total.best_epoch, progress.best_epoch)
    keras.mixed_precision.set_global_policy("float32")
    joined = system.build(dataset.labels)
    for member, values in zip(members, weights, strict=True):
        joined.get_layer(member.name).set_weights(values)
    return joined, total


def _train_one(
    config: TrainConfig,
    member: System,
    dataset: Dataset,
    folder: Path,
    controls: Controls,
    train_network: TrainNetwork,
) -> tuple[Any, Progress]:
    return train_network(
        replace(config, system=member.name),
        member,
        dataset.against_rest(member_label(member)) if is_single(member) else dataset,
        folder / member.name,
        controls,
    )


def member_parts(config: TrainConfig, system: System, labels: tuple[str, ...]) -> list[Part]:
    """Return the networks that an ensemble is made of, each of which can be trained by itself."""
    assert system.combination is not None
    folds = config.folds if system.combination.how == "stacking" else 0
    names = [member.name for member in usable_members(system.combination, labels)]
    return [Part(name, fold) for fold in range(folds + 1) for name in names]


def train_part(
    config: TrainConfig,
    system: System,
    dataset: Dataset,
    part: Part,
    controls: Controls,
    train_network: TrainNetwork,
) -> None:
    """Train one network of an ensemble, where ``train_members`` will find it.

    Raises:
        TrainerError: as ``train_network`` does, or if another process trains it.
        Stopped: if it was cancelled.
    """
    assert system.combination is not None
    members = usable_members(system.combination, dataset.labels)
    member = next(each for each in members if each.name == part.member)
    folder = _members_folder(config)
    if part.fold:
        rows = dataset.rows("train")
        dataset = dataset.without(rows[_folds(config, dataset)[part.fold - 1]])
        folder = _fold_folder(config, part.fold)
    checkpoint.make_folder(folder / member.name)
    with held(folder / member.name):
        _train_one(config, member, dataset, folder, controls, train_network)


def _members_folder(config: TrainConfig) -> Path:
    return config.out / "members"


def _fold_folder(config: TrainConfig, fold: int) -> Path:
    return config.out / f"fold_{fold}_of_{config.folds}"


def _folds(config: TrainConfig, dataset: Dataset) -> list[NDArray[np.int64]]:
    """Return which of the training rows each fold leaves out; copies stay together."""
    from sklearn.model_selection import StratifiedGroupKFold

    rows = dataset.rows("train")
    folds = StratifiedGroupKFold(config.folds, shuffle=True, random_state=config.seed)
    try:
        divided = folds.split(rows, dataset.truth(rows), dataset.copies[rows])
        return [held_out for _, held_out in divided]
    except ValueError as error:
        raise DataError(
            f"there are too few training faces to hold out {config.folds} folds.",
            hint="Lower --stacking-folds or give more faces of each label.",
        ) from error


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

    rows = dataset.rows("train")
    truth = dataset.truth(rows)
    parts = _folds(config, dataset)
    scores: NDArray[np.float32] | None = None
    seconds = 0.0
    for at, left_out in enumerate(parts, start=1):
        network, progress = _train_all(
            config,
            system,
            dataset.without(rows[left_out]),
            _fold_folder(config, at),
            controls,
            train_network,
        )
        seconds += progress.seconds
        scorer = keras.Model(network.input, network.get_layer("scores").output)
        found = raw_probabilities(scorer, dataset, rows[left_out])
        if scores is None:
            scores = np.zeros((len(rows), found.shape[1]), np.float32)
        scores[left_out] = found
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
