"""Options of every command that trains: the network, the recipe, the run."""

import argparse
from pathlib import Path
from typing import Any, Final, get_args

from trainer.cli.data_options import add_data
from trainer.cli.numbers import number
from trainer.cli.setting_list import meanings
from trainer.config import (
    Augmentation,
    Optimizer,
    Precision,
    Recipe,
    Schedule,
    TrainConfig,
    limits,
)
from trainer.contract.labels import LABEL_SETS
from trainer.contract.preset import Color

_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "optimizer": get_args(Optimizer),
    "schedule": get_args(Schedule),
}


def add_network(parser: Any) -> None:
    """Add what says which network is trained."""
    parser.add_argument(
        "--system",
        metavar="NAME",
        help="a network that `fer-train systems` lists, such as study_a_complex_cnn; or one of "
        "your own, FILE.py:FUNCTION, where the function takes scaled pixels and the number of "
        "labels and returns the logits",
    )
    parser.add_argument(
        "--start",
        type=Path,
        metavar="MODEL",
        help="model to fine-tune, a folder or a name as `fer-desktop models` lists them; "
        "its system need not be named, labels may differ",
    )
    parser.set_defaults(usage_error=parser.error)


def add_training(parser: Any, *, has_folds: bool = False) -> None:
    """Add what every training takes.

    Args:
        has_folds: whether ``--folds`` is the command's own.
    """
    add_data(parser)
    parser.add_argument(
        "--labels",
        default="",
        metavar="SET",
        help=f"{', '.join(LABEL_SETS)}, or names separated by commas",
    )
    parser.add_argument(
        "--weights",
        default="imagenet",
        metavar="WEIGHTS",
        help="weights of a pretrained backbone: imagenet, none or a file",
    )
    parser.add_argument(
        "--auxiliary-votes",
        type=Path,
        metavar="CSV",
        help="FER+ votes for a second head, trained beside the dataset's own labels",
    )
    parser.add_argument(
        "--teacher",
        type=Path,
        metavar="DIR",
        help="model folder of the teacher (knowledge distillation)",
    )
    parser.add_argument(
        "--teacher-share",
        type=number(float, 0, 1),
        default=0.5,
        metavar="S",
        help="weight of the teacher's probabilities in the targets; the labels have the rest",
    )
    parser.add_argument(
        "--train-share",
        type=number(float, *limits("train_share")),
        default=1.0,
        metavar="S",
        help="share of the training faces that are learned from, as many of each label in "
        "proportion; copies and persons stay together",
    )
    parser.add_argument(
        "--seed",
        type=number(int, *limits("seed")),
        default=0,
        metavar="N",
        help="of everything that is drawn; on a processor the same seed trains the same network",
    )
    parser.add_argument(
        "--precision",
        choices=get_args(Precision),
        default="auto",
        help="of the arithmetic; auto: what this machine is quickest with",
    )
    own = () if has_folds else ("--folds",)
    parser.add_argument(
        "--stacking-folds",
        *own,
        dest="folds",
        type=number(int, *limits("folds")),
        metavar="N",
        help="number of folds from which a stacking ensemble's second stage learns; default: "
        f"{TrainConfig.folds}",
    )
    parser.add_argument(
        "--input",
        dest="input_px",
        type=number(int, *limits("input_px")),
        metavar="PX",
        help="side of the faces that the network sees, 16 to 512 pixels, such as 96; default: the "
        "system's",
    )
    parser.add_argument(
        "--color",
        choices=get_args(Color),
        help="whether it sees gray or colour; default: the system's",
    )
    recipe = parser.add_argument_group("recipe", "default: the system's own")
    _add_settings(recipe, Recipe())
    _add_settings(recipe, Augmentation())
    recipe.add_argument(
        "--no-augmentation", action="store_true", default=None, help="change no training face"
    )


def add_run(parser: Any) -> None:
    """Add where the run goes and how its progress is told."""
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="folder of the run and its model"
    )
    parser.add_argument(
        "--progress",
        choices=("text", "json"),
        default="text",
        help="json: one object per line on standard output; standard input takes `pause`, "
        "`continue` and `cancel`",
    )


def _add_settings(group: Any, defaults: Recipe | Augmentation) -> None:
    texts = {name: text.replace("%", "%%") for name, text in meanings(type(defaults)).items()}
    for name, value in vars(defaults).items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            group.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=None, help=texts[name]
            )
        elif name in _CHOICES:
            group.add_argument(flag, choices=_CHOICES[name], help=texts[name])
        elif isinstance(value, int | float):
            group.add_argument(
                flag, type=number(type(value), *limits(name)), metavar="N", help=texts[name]
            )
