"""A system's keyring that a test can look into."""


class FakeKeyring:
    """What ``keyring`` offers, in memory.

    Attributes:
        entries: what is kept, by service and name.
        error: why it refuses; None if it does not.
        priority: how much it is to be trusted, in the package's own measure.
    """

    def __init__(self, priority: float = 5.0, error: Exception | None = None) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.priority = priority
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error is not None:
            raise self.error
        self.entries[service, username] = password
