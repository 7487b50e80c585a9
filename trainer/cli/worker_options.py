"""Options that say who does the work where it can be divided."""

import argparse
from typing import TYPE_CHECKING, Any, Final

from trainer.cli.numbers import number

if TYPE_CHECKING:
    from trainer.contract.cluster import Place

_MOST: Final = 1_000


def add_workers(parser: Any, what: str) -> None:
    """Add ``--workers`` and ``--scheduler``.

    Args:
        parser: of a command.
        what: what is done at the same time, such as ``trainings``.
    """
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--workers",
        type=number(int, 1, _MOST),
        metavar="N",
        help=f"{what} at the same time on this computer, each with its share of the processor, or "
        "one graphics card; needs the extra `cluster`. Default: one after the other",
    )
    group.add_argument(
        "--scheduler",
        default="",
        metavar="tcp://HOST:PORT",
        help=f"do the {what} on the workers of this Dask cluster; DIR and the data must have the "
        "same paths on each of its machines",
    )
    parser.set_defaults(usage_error=parser.error)


def workers_from_args(args: argparse.Namespace) -> "Place | None":
    """Return who does the work, None for this process; wrong usage ends the program."""
    from trainer.contract.cluster import Place

    if not args.scheduler and args.workers is None:
        return None
    if getattr(args, "progress", "text") == "json":
        args.usage_error("--progress json is of one training: leave out --workers and --scheduler")
    return Place(workers=args.workers or 1, scheduler=args.scheduler)
