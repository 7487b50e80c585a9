"""Options of a model that is made of a run or of others: its name, and how heads blend."""

from typing import Any

from trainer.cli.numbers import number


def add_naming(parser: Any) -> None:
    """Add ``--name`` and ``--description``."""
    parser.add_argument("--name", default="", help="the model's name; default: the folder's name")
    parser.add_argument("--description", default="", help="one sentence for the model menu")


def add_blending(parser: Any, *, share: str, default: float | None, condition: str = "") -> None:
    """Add ``--share`` and ``--levelling``.

    Args:
        parser: takes the options.
        share: what ``--share`` weighs.
        default: that weight, unless given.
        condition: what ``--levelling`` needs, with a colon.
    """
    strength = number(float, 0, 1)
    parser.add_argument("--share", type=strength, default=default, metavar="S", help=share)
    parser.add_argument(
        "--levelling",
        type=strength,
        default=0.0,
        metavar="S",
        help=f"{condition}strength of the logit adjustment, which raises the recall of rare "
        "labels: this times the logarithm of how often a head predicts a label on training faces "
        "is subtracted from its logit",
    )
