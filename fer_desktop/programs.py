"""How this application starts its other programs: each a process that may take long, or die."""

import sys
from collections.abc import Sequence


def module_command(module: str, arguments: Sequence[str]) -> list[str]:
    """Return the program and the arguments that run a module of ours."""
    return [sys.executable, "-m", module, *arguments]


def trainer_command(words: Sequence[str]) -> list[str]:
    """Return the program and the arguments that run a command of the trainer."""
    return module_command("trainer", words)
