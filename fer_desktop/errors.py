"""Failures that a person can be told about.

Every expected failure is a ``FerError``: its text says what happened, its hint what to do. Anything
else that escapes is a bug and ends up in the log with a traceback.
"""


class FerError(Exception):
    """Base of all failures with a message for the user.

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


class SourceError(FerError):
    """A camera, stream or file that cannot be opened or read."""


class ModelError(FerError):
    """A model folder that is missing, damaged or unsafe."""


class DetectorError(FerError):
    """The face detector cannot be loaded."""


class StorageError(FerError):
    """A session or export that cannot be written or read."""


class SettingsError(FerError):
    """A settings file that cannot be used."""
