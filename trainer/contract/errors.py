"""What the trainer's and the application's expected failures have in common."""


class ExplainedError(Exception):
    """A failure that a person can be told about: its text says what happened.

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
