"""What a command tells while it runs, each a line on standard error."""

import sys

from fer_desktop.cli.arguments import PROGRAM
from fer_desktop.files import shown_name


def say(text: str) -> None:
    """Tell something."""
    print(text, file=sys.stderr, flush=True)


def complain(message: str) -> None:
    """Tell what is wrong."""
    say(f"{PROGRAM}: {shown_name(message)}")
