"""Trainings that nobody watches: those of workers."""

import threading

from trainer.config import TrainConfig
from trainer.fit.ensembling import Part
from trainer.fit.epochs import Controls
from trainer.fit.training import train, train_member
from trainer.systems.own_file import allow


def quiet_controls() -> Controls:
    """Return controls of a training that resumes, reports to nobody and is stopped from outside."""
    return Controls(resume=True, report=lambda _: None, cancelled=threading.Event())


def train_unattended(config: TrainConfig, part: Part | None = None) -> None:
    """Train a network, or go on where its training was interrupted.

    Args:
        config: of the training.
        part: the only network of an ensemble that is trained; all of it unless given.

    Raises:
        TrainerError: if data, system or run folder cannot be used.
    """
    allow(config.system)  # the person named it where the work was given out
    if part is not None:
        train_member(config, part, quiet_controls())
    else:
        train(config, quiet_controls())
