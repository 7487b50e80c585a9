"""Failures that the user of the trainer can be told about."""

from trainer.contract.errors import ExplainedError


class TrainerError(ExplainedError):
    """Base of all failures with a message for the user."""


class DataError(TrainerError):
    """A dataset that cannot be read or used."""


class UnknownSystemError(TrainerError):
    """A system that does not exist or cannot be built as asked."""


class RunError(TrainerError):
    """A run or model folder that cannot be read, written or resumed."""
