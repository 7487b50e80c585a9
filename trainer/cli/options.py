"""The commands of the command line and their options."""

import argparse
from importlib import metadata
from pathlib import Path
from typing import Any

from trainer.cli.blend import add_blend
from trainer.cli.cache import add_cache
from trainer.cli.evaluate import add_evaluate
from trainer.cli.explain import add_explain
from trainer.cli.explained import explain
from trainer.cli.export import add_export
from trainer.cli.fingerprint import add_fingerprint
from trainer.cli.fix import add_fix
from trainer.cli.inspect import add_inspect
from trainer.cli.parser import Parser
from trainer.cli.predict import add_predict
from trainer.cli.repeated_options import add_cross_validate, add_learning_curve
from trainer.cli.report import add_report
from trainer.cli.search import add_search
from trainer.cli.training_options import add_network, add_run, add_training
from trainer.cli.worker_options import add_workers


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
    add_cross_validate(commands)
    add_learning_curve(commands)
    add_search(commands)
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
    add_network(parser)
    parser.add_argument("--resume", action="store_true", help="resume an interrupted run")
    add_training(parser)
    add_run(parser)
    parser.set_defaults(command="train")


def _add_probe(commands: Any) -> None:
    parser = commands.add_parser(
        "probe", help="estimate the training time on this machine from a few steps"
    )
    add_network(parser)
    add_training(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(command="probe", out=Path("probe"))


def _add_compare(commands: Any) -> None:
    parser = commands.add_parser(
        "compare", help="train several systems and compare them with the reported figures"
    )
    parser.add_argument(
        "--systems", required=True, metavar="A,B,...", help="names, or all, scratch or a study"
    )
    parser.add_argument("--only-finished", action="store_true", help="only compare finished runs")
    add_workers(parser, "trainings")
    add_training(parser)
    add_run(parser)
    parser.set_defaults(command="compare", start=None)


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
