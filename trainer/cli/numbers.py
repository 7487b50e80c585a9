"""Numbers on the command line, within bounds."""

import argparse
import math
from typing import Any


def number(kind: type[int] | type[float], least: float = 0, most: float = math.inf) -> Any:
    """Return what argparse takes as the type of a number from ``least`` to ``most``."""

    def parse(text: str) -> float:
        value = kind(text)
        if not least <= value <= most:
            limit = f"at least {least:g}" if value < least else f"at most {most:g}"
            raise argparse.ArgumentTypeError(f"must be {limit}: {text}")
        return value

    parse.__name__ = kind.__name__  # argparse names it where a text is no number
    parse.limits = (least, most)  # type: ignore[attr-defined]  # for its help
    return parse
