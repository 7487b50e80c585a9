"""A parser whose errors are one line: what is wrong, what was probably meant, where help is."""

import argparse
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

WRONG_USAGE = 2


class Parser(argparse.ArgumentParser):
    """Suggests what is closest to a wrong word; the usage itself is left to ``--help``."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse, and note which command's options count where a word is not understood."""
        _LAST[:] = [self]
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line and end with 2."""
        # Unknown words are told by the outermost parser; their options are those of the command.
        speaker = _LAST[0] if message.startswith("unrecognized arguments") and _LAST else self
        meant = speaker.nearest(message)
        hint = f" Did you mean {meant}?" if meant else ""
        text = message if message.endswith((".", "?")) else f"{message}."
        print(
            f"{speaker.prog}: {text}{hint} See {speaker.prog} --help for the usage.",
            file=sys.stderr,
        )
        sys.exit(WRONG_USAGE)

    def nearest(self, message: str) -> str:
        """Return the option or choice that is closest to the wrong one in a message."""
        if message.startswith("unrecognized arguments"):
            words = [word.split("=")[0] for word in message.split(": ", 1)[1].split()]
            options = [name for name in self._option_string_actions if name.startswith("--")]
            wrong = next((word for word in words if word.startswith("-")), "")
            return next(iter(get_close_matches(wrong, options, 1)), "")
        match = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if match is None:
            return ""
        choices = re.findall(r"[\w.+-]+", match[2])
        return next(iter(get_close_matches(match[1], choices, 1)), "")


# The parser that has begun last: the one of the command.
_LAST: list[Parser] = []
