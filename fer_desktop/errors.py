"""Failures that a person can be told about.

Every expected failure is a ``FerError``: its text says what happened, its hint what to do. Anything
else that escapes is a bug and ends up in the log with a traceback.
"""

from trainer.contract.errors import ExplainedError


class FerError(ExplainedError):
    """Base of all failures with a message for the user."""


class SourceError(FerError):
    """A camera, stream or file that cannot be opened or read."""


class RefusedSourceError(SourceError):
    """A network camera that refuses: trying again brings the same answer."""


class LoginError(RefusedSourceError):
    """A network camera that wants a user's name and a password, or others."""


class ModelError(FerError):
    """A model folder that is missing, damaged or unsafe."""


class DetectorError(FerError):
    """The face detector cannot be loaded."""


class StorageError(FerError):
    """A session or export that cannot be written or read."""


class SettingsError(FerError):
    """A settings file that cannot be used."""


class PasswordError(FerError):
    """A password that cannot be kept."""


class TrainingError(FerError):
    """A training that cannot begin, go on, or be measured."""


class StreamError(FerError):
    """An output to another program that cannot be opened, or goes no further."""


class CalibrationError(FerError):
    """A face that cannot be read against its own neutral expression."""
