"""Options of commands that train one network many times: for parts or shares of the faces."""

import argparse
from typing import Any

from trainer.cli.numbers import number
from trainer.cli.training_options import add_network, add_run, add_training
from trainer.cli.worker_options import add_workers
from trainer.config import limits


def add_cross_validate(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "cross-validate",
        help="train one network for each part of the faces, tested on that part",
        description="Every face is tested once for each seed, by a network that did not learn from "
        "it, its copies, or other faces of its person. Writes cross_validation.json and .csv into "
        "DIR beside the runs; the same command goes on where it was stopped.",
    )
    add_network(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--folds",
        "--cross-folds",
        dest="cross_folds",
        type=number(int, 2, 100),
        default=5,
        metavar="N",
        help="number of parts, each of which is tested once",
    )
    which.add_argument(
        "--by-person", action="store_true", help="leave one person out after the other"
    )
    _add_seeds(parser)
    add_workers(parser, "trainings")
    add_training(parser, has_folds=True)
    add_run(parser)
    parser.set_defaults(command="cross-validate", resume=False)


def add_learning_curve(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "learning-curve",
        help="train one network with more and more of the faces",
        description="Says what more faces would bring: a network for each share of the training "
        "faces, all tested on the same test faces. Writes learning_curve.json, .csv and .png into "
        "DIR beside the runs; the same command goes on where it was stopped.",
    )
    add_network(parser)
    parser.add_argument(
        "--shares",
        type=_shares,
        default=(0.1, 0.2, 0.4, 0.7, 1.0),
        metavar="A,B,...",
        help="of the training faces; default: 0.1,0.2,0.4,0.7,1",
    )
    _add_seeds(parser)
    add_workers(parser, "trainings")
    add_training(parser)
    add_run(parser)
    parser.set_defaults(command="learning-curve", resume=False)


def _shares(text: str) -> tuple[float, ...]:
    least, most = limits("train_share")
    found = tuple(float(part) for part in text.split(","))
    if len(set(found)) < len(found) or not all(least <= share <= most for share in found):
        raise argparse.ArgumentTypeError(
            f"must be different numbers from {least:g} to {most:g}: {text}"
        )
    return tuple(sorted(found))


def _add_seeds(parser: Any) -> None:
    parser.add_argument(
        "--seeds",
        type=_seeds,
        default=(0,),
        metavar="A,B,...",
        help="repeat all of it with each of these seeds; default: 0",
    )


def _seeds(text: str) -> tuple[int, ...]:
    least, most = limits("seed")
    found = tuple(int(part) for part in text.split(","))
    if (
        not found
        or len(set(found)) < len(found)
        or not all(least <= seed <= most for seed in found)
    ):
        raise argparse.ArgumentTypeError(f"must be different whole numbers: {text}")
    return found
