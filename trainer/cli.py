"""Command line of the trainer: what can be asked for, and what each command prints."""

import argparse
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from trainer.config import (
    Augmentation,
    DataSource,
    Optimizer,
    Precision,
    Recipe,
    Schedule,
    TrainConfig,
    VoteUse,
)
from trainer.contract.labels import LABEL_SETS
from trainer.contract.progress import Cancelled, Failed
from trainer.errors import TrainerError
from trainer.native import import_keras_quietly

if TYPE_CHECKING:
    from trainer.comparison import Row
    from trainer.fitting import Controls

DONE, FAILED, INTERRUPTED = 0, 1, 130
_CHOICES: dict[str, tuple[str, ...]] = {
    "optimizer": get_args(Optimizer),
    "schedule": get_args(Schedule),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    args = build_parser().parse_args(argv)
    import_keras_quietly()
    try:
        status: int = args.run(args)
    except TrainerError as error:
        print(f"fer-train: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; Python would complain once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="fer-train", description="Trains, evaluates and compares facial-expression networks."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_systems(commands)
    _add_inspect(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_compare(commands)
    _add_predict(commands)
    _add_export(commands)
    return parser


def _add_systems(commands: Any) -> None:
    parser = commands.add_parser("systems", help="list the networks that can be trained")
    parser.add_argument("--json", action="store_true", help="print one JSON array")
    parser.set_defaults(run=_systems)


def _add_inspect(commands: Any) -> None:
    parser = commands.add_parser("inspect", help="say what a dataset holds and what is wrong in it")
    _add_data(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write a page with contact sheets"
    )
    parser.set_defaults(run=_inspect)


def _add_train(commands: Any) -> None:
    parser = commands.add_parser("train", help="train a network and write its model folder")
    parser.add_argument("--system", required=True, metavar="NAME")
    parser.add_argument("--resume", action="store_true", help="continue an interrupted run")
    _add_training(parser)
    parser.set_defaults(run=_train)


def _add_compare(commands: Any) -> None:
    parser = commands.add_parser(
        "compare", help="train several systems and put their figures beside the reported ones"
    )
    parser.add_argument(
        "--systems", required=True, metavar="A,B,...", help="names, or all, scratch or a study"
    )
    _add_training(parser)
    parser.set_defaults(run=_compare)


def _add_training(parser: Any) -> None:
    _add_data(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
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
        help="of a pretrained backbone: imagenet, none, or a weights file",
    )
    parser.add_argument("--seed", type=_not_negative(int), default=0, metavar="N")
    parser.add_argument("--precision", choices=get_args(Precision), default="auto")
    parser.add_argument("--folds", type=int, default=3, metavar="N", help="of a stacking ensemble")
    parser.add_argument(
        "--progress",
        choices=("text", "json"),
        default="text",
        help="json: one object a line on standard output; `cancel` on standard input stops",
    )
    recipe = parser.add_argument_group("recipe", "default: the system's own")
    _add_settings(recipe, Recipe())
    _add_settings(recipe, Augmentation())
    recipe.add_argument("--no-augmentation", action="store_true", default=None)


def _add_data(parser: Any) -> None:
    parser.add_argument("--data", required=True, type=Path, metavar="PATH")
    parser.add_argument("--votes", type=Path, metavar="CSV", help="FER+ votes for fer2013.csv")
    parser.add_argument("--vote-use", choices=get_args(VoteUse), default="soft")
    parser.add_argument(
        "--subject-pattern",
        default="",
        metavar="REGEX",
        help="finds the subject in an image's path, to keep people together in splits",
    )


def _add_settings(group: Any, defaults: Recipe | Augmentation) -> None:
    for name, value in vars(defaults).items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None)
        elif name in _CHOICES:
            group.add_argument(flag, choices=_CHOICES[name])
        elif isinstance(value, int | float):
            group.add_argument(flag, type=_not_negative(type(value)), metavar="N")


def _not_negative(kind: type[int] | type[float]) -> Any:
    def parse(text: str) -> float:
        value = kind(text)
        if not value >= 0:
            raise argparse.ArgumentTypeError(f"must not be negative: {text}")
        return value

    return parse


def _add_evaluate(commands: Any) -> None:
    parser = commands.add_parser("evaluate", help="measure a model on a dataset")
    parser.add_argument("--model", required=True, type=Path, metavar="DIR")
    _add_data(parser)
    parser.add_argument(
        "--split",
        choices=("train", "validation", "test", "all"),
        help="default: test, or validation where there are no test faces",
    )
    parser.add_argument("--flip", action="store_true", help="ask each face's mirror image as well")
    parser.add_argument(
        "--groups", type=Path, metavar="CSV", help="columns file and group: figures for each group"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write figures and diagrams")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_evaluate)


def _add_predict(commands: Any) -> None:
    parser = commands.add_parser("predict", help="print what a model reads off face crops")
    parser.add_argument("--model", required=True, type=Path, metavar="DIR")
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    parser.add_argument("--json", action="store_true", help="print one JSON object an image")
    parser.set_defaults(run=_predict)


def _add_export(commands: Any) -> None:
    parser = commands.add_parser(
        "export", help="write a run as a model folder, or a model as a file for other programs"
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--run", dest="run_folder", type=Path, metavar="DIR")
    source.add_argument("--model", type=Path, metavar="DIR")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR|FILE")
    parser.add_argument("--name", default="", help="of a run's model; default: the folder's name")
    parser.add_argument("--format", choices=("litert", "onnx"), help="of a model's file")
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help="faces to check the file on; default: a portrait"
    )
    parser.set_defaults(run=_export, usage_error=parser.error)


def _systems(args: argparse.Namespace) -> int:
    from trainer.listing import systems_as_json, systems_as_text

    print(systems_as_json() if args.json else systems_as_text())
    return DONE


def _inspect(args: argparse.Namespace) -> int:
    from trainer.checkpoint import write_atomically
    from trainer.inspection import inspect
    from trainer.inspection_page import as_html, as_text

    facts, dataset = inspect(_source(args))
    if args.html is not None:
        write_atomically(args.html, as_html(facts, dataset).encode())
    print(json.dumps(facts, indent=1) if args.json else as_text(facts))
    return DONE


def _train(args: argparse.Namespace) -> int:
    from trainer.training import train

    def work(controls: "Controls") -> None:
        train(config_from_args(args, args.system), replace(controls, resume=args.resume))

    return _with_controls(args, work)


def _compare(args: argparse.Namespace) -> int:
    from trainer.comparison import as_markdown, compare
    from trainer.listing import choose_systems

    names = choose_systems(args.systems)
    rows: list[Row] = []

    def work(controls: "Controls") -> None:
        rows.extend(compare(names, partial(config_from_args, args), args.out, controls))

    status = _with_controls(args, work)
    if status == DONE and args.progress == "text":
        print(as_markdown(rows), end="")
    return FAILED if any(row.problem for row in rows) else status


def _with_controls(args: argparse.Namespace, work: Callable[["Controls"], None]) -> int:
    from trainer.checkpoint import epochs_done
    from trainer.fitting import Controls, Stopped
    from trainer.reporting import TextReport, cancel_on_input, json_report

    cancelled = threading.Event()
    as_json = args.progress == "json"
    report = json_report(sys.stdout) if as_json else TextReport(sys.stderr)
    if as_json:
        cancel_on_input(cancelled)
    try:
        work(Controls(resume=False, report=report, cancelled=cancelled))
    except (KeyboardInterrupt, Stopped):
        report(Cancelled(done=epochs_done(args.out)))
        return INTERRUPTED
    except TrainerError as error:
        if not as_json:
            raise
        report(Failed(message=error.message, hint=error.hint))
        return FAILED
    return DONE


def config_from_args(args: argparse.Namespace, name: str) -> TrainConfig:
    """Return the settings of a system's training: its recipe with what the person changed."""
    from trainer.systems.registry import get_system

    recipe = get_system(name).recipe
    augmentation = Augmentation() if args.no_augmentation else recipe.augmentation
    return TrainConfig(
        system=name,
        data=args.data,
        out=args.out,
        votes=args.votes,
        vote_use=args.vote_use,
        subject_pattern=args.subject_pattern,
        labels=args.labels,
        weights=args.weights,
        seed=args.seed,
        precision=args.precision,
        folds=args.folds,
        recipe=replace(
            recipe,
            **_given(args, Recipe()),
            augmentation=replace(augmentation, **_given(args, augmentation)),
        ),
    )


def _given(args: argparse.Namespace, defaults: Recipe | Augmentation) -> dict[str, Any]:
    names = (name for name in vars(defaults) if name != "augmentation")
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def _source(args: argparse.Namespace) -> DataSource:
    return DataSource(
        path=args.data,
        votes=args.votes,
        vote_use=args.vote_use,
        subject_pattern=args.subject_pattern,
    )


def _evaluate(args: argparse.Namespace) -> int:
    from trainer.report import evaluate_model, figures_as_text

    figures = evaluate_model(
        args.model,
        _source(args),
        split=args.split,
        flip=args.flip,
        groups=args.groups,
        out=args.out,
    )
    print(json.dumps(figures, indent=1) if args.json else figures_as_text(figures))
    return DONE


def _predict(args: argparse.Namespace) -> int:
    from trainer.prediction import print_predictions

    return print_predictions(args.model, args.images, as_json=args.json)


def _export(args: argparse.Namespace) -> int:
    if (args.model is None) != (args.format is None):
        args.usage_error("--model and --format belong together")
    if args.model is not None:
        from trainer.conversion.convert import convert_model

        print(convert_model(args.model, args.out, args.format, data=args.data))
        return DONE
    from trainer.export import export_run
    from trainer.report import figures_as_text

    figures = export_run(args.run_folder, args.out, name=args.name)
    print(figures_as_text(figures))
    return DONE
