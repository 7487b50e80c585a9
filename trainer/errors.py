"""Failures that the person training a model can be told about."""


class TrainerError(Exception):
    """An expected failure: its text says what is wrong and, in the hint, what to do.

    Attributes:
        hint: what the person can do about it; may be empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} {self.hint}" if self.hint else message

    @property
    def message(self) -> str:
        """What happened, without the hint."""
        return super().__str__()


class DataError(TrainerError):
    """A dataset that cannot be read or used."""


class UnknownSystemError(TrainerError):
    """A system that does not exist or cannot be built as asked."""


class RunError(TrainerError):
    """A run or model folder that cannot be read, written or continued."""
