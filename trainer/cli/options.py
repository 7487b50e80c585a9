"""The commands of the command line and their options."""

import argparse
from importlib import metadata
from pathlib import Path
from typing import Any, Final, get_args

from trainer.cli.blend import add_blend
from trainer.cli.cache import add_cache
from trainer.cli.data_options import add_data
from trainer.cli.evaluate import add_evaluate
from trainer.cli.explain import add_explain
from trainer.cli.explained import explain
from trainer.cli.export import add_export
from trainer.cli.fingerprint import add_fingerprint
from trainer.cli.fix import add_fix
from trainer.cli.inspect import add_inspect
from trainer.cli.numbers import number
from trainer.cli.parser import Parser
from trainer.cli.predict import add_predict
from trainer.cli.report import add_report
from trainer.cli.search import add_search_options
from trainer.cli.setting_list import meanings
from trainer.cli.worker_options import add_workers
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


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = Parser(
        prog="fer-train", description="Trains, evaluates and compares facial-expression networks."
    )
    parser.add_argument("--version", action="version", version=f"fer-train {_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_systems(commands)
    _add_settings_list(commands)
    add_inspect(commands)
    _add_train(commands)
    _add_probe(commands)
    add_evaluate(commands)
    _add_compare(commands)
    _add_cross_validate(commands)
    _add_learning_curve(commands)
    _add_search(commands)
    add_predict(commands)
    add_explain(commands)
    add_export(commands)
    add_blend(commands)
    _add_convert(commands)
    _add_card(commands)
    add_report(commands)
    add_fix(commands)
    add_fingerprint(commands)
    add_cache(commands)
    for command in commands.choices.values():
        explain(command)
    return parser


def _version() -> str:
    try:
        return metadata.version("fer-desktop")
    except metadata.PackageNotFoundError:
        return "(of unknown version)"


def _add_systems(commands: Any) -> None:
    parser = commands.add_parser("systems", help="list the networks that can be trained")
    parser.add_argument("--json", action="store_true", help="print one JSON array")
    parser.set_defaults(command="systems")


def _add_settings_list(commands: Any) -> None:
    parser = commands.add_parser("settings", help="list the training settings and their meaning")
    network = parser.add_mutually_exclusive_group()
    network.add_argument("--system", metavar="NAME", help="with the defaults of this system")
    network.add_argument(
        "--start", type=Path, metavar="DIR", help="with the defaults for fine-tuning this model"
    )
    parser.set_defaults(command="settings")


def _add_train(commands: Any) -> None:
    parser = commands.add_parser("train", help="train a network and write its model folder")
    _add_network(parser)
    parser.add_argument("--resume", action="store_true", help="resume an interrupted run")
    _add_training(parser)
    _add_run(parser)
    parser.set_defaults(command="train")


def _add_probe(commands: Any) -> None:
    parser = commands.add_parser(
        "probe", help="estimate the training time on this machine from a few steps"
    )
    _add_network(parser)
    _add_training(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(command="probe", out=Path("probe"))


def _add_network(parser: Any) -> None:
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


def _add_compare(commands: Any) -> None:
    parser = commands.add_parser(
        "compare", help="train several systems and compare them with the reported figures"
    )
    parser.add_argument(
        "--systems", required=True, metavar="A,B,...", help="names, or all, scratch or a study"
    )
    parser.add_argument("--only-finished", action="store_true", help="only compare finished runs")
    add_workers(parser, "trainings")
    _add_training(parser)
    _add_run(parser)
    parser.set_defaults(command="compare", start=None)


def _add_cross_validate(commands: Any) -> None:
    parser = commands.add_parser(
        "cross-validate",
        help="train one network for each part of the faces, tested on that part",
        description="Every face is tested once for each seed, by a network that did not learn from "
        "it, its copies, or other faces of its person. Writes cross_validation.json and .csv into "
        "DIR beside the runs; the same command goes on where it was stopped.",
    )
    _add_network(parser)
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
    parser.add_argument(
        "--seeds",
        type=_seeds,
        default=(0,),
        metavar="A,B,...",
        help="repeat all of it with each of these seeds; default: 0",
    )
    add_workers(parser, "trainings")
    _add_training(parser, has_folds=True)
    _add_run(parser)
    parser.set_defaults(command="cross-validate", resume=False)


def _add_learning_curve(commands: Any) -> None:
    parser = commands.add_parser(
        "learning-curve",
        help="train one network with more and more of the faces",
        description="Says what more faces would bring: a network for each share of the training "
        "faces, all tested on the same test faces. Writes learning_curve.json, .csv and .png into "
        "DIR beside the runs; the same command goes on where it was stopped.",
    )
    _add_network(parser)
    parser.add_argument(
        "--shares",
        type=_shares,
        default=(0.1, 0.2, 0.4, 0.7, 1.0),
        metavar="A,B,...",
        help="of the training faces; default: 0.1,0.2,0.4,0.7,1",
    )
    parser.add_argument(
        "--seeds",
        type=_seeds,
        default=(0,),
        metavar="A,B,...",
        help="repeat all of it with each of these seeds; default: 0",
    )
    add_workers(parser, "trainings")
    _add_training(parser)
    _add_run(parser)
    parser.set_defaults(command="learning-curve", resume=False)


def _shares(text: str) -> tuple[float, ...]:
    least, most = limits("train_share")
    found = tuple(float(part) for part in text.split(","))
    if len(set(found)) < len(found) or not all(least <= share <= most for share in found):
        raise argparse.ArgumentTypeError(
            f"must be different numbers from {least:g} to {most:g}: {text}"
        )
    return tuple(sorted(found))


def _add_search(commands: Any) -> None:
    parser = commands.add_parser(
        "search",
        help="look for a better recipe by many short trainings",
        description="Trains a network again and again with settings that Optuna chooses, and "
        "leaves the best run in DIR/best, its command on the terminal, and search.html, "
        "search.json and the trials in DIR. The same command goes on where it was stopped.",
    )
    _add_network(parser)
    add_search_options(parser)
    _add_training(parser)
    _add_run(parser)


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


def _add_training(parser: Any, *, has_folds: bool = False) -> None:
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


def _add_run(parser: Any) -> None:
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


def _add_convert(commands: Any) -> None:
    parser = commands.add_parser(
        "convert",
        help="add to model folders the file that the application runs on processors",
        description="Also writes the network of each model folder as model.tflite for LiteRT, and"
        " names it in preset.json. The file is kept only if its predictions equal model.keras'.",
    )
    parser.add_argument(
        "models", nargs="+", type=Path, metavar="DIR", help="model folders, or names of models"
    )
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help="faces to check it on; default: a portrait"
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "int8"),
        default="float32",
        help="of the weights; int8 writes model.int8.tflite, which `fer-desktop --engine "
        "litert-int8` runs: two to four times faster, with predictions that differ by some "
        "hundredths; "
        "`fer-train evaluate --precision int8` tells how accurate it is",
    )
    parser.set_defaults(command="convert")


def _add_card(commands: Any) -> None:
    parser = commands.add_parser(
        "card", help="rewrite MODEL_CARD.md from a model's preset.json and metrics.json"
    )
    parser.add_argument(
        "models", nargs="+", type=Path, metavar="DIR", help="model folders, or names of models"
    )
    parser.set_defaults(command="card")
