"""``fer-train evaluate``: one model on one or several sets of faces."""

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trainer.cli.data_options import add_model, add_reading, split_name
from trainer.cli.set_options import Sets, add_sets, is_table, sets_from_args
from trainer.cli.worker_options import add_workers, workers_from_args
from trainer.data.dataset import SPLITS


def add_evaluate(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("evaluate", help="evaluate a model on one or several datasets")
    add_model(parser)
    add_sets(parser)
    add_reading(parser)
    parser.add_argument(
        "--split",
        type=split_name,
        choices=(*SPLITS, "all"),
        help="or FER2013's name for it; default: test, or validation where there are no test "
        "faces; of several datasets, all of one without splits that the model did not learn from",
    )
    parser.add_argument("--labels", default="", metavar="SET", help="labels the model may predict")
    looks = parser.add_mutually_exclusive_group()
    looks.add_argument(
        "--look",
        dest="flip",
        action="store_false",
        default=False,
        help="classify each face once, as the application does (default)",
    )
    looks.add_argument(
        "--flip", action="store_true", help="average with the mirror image of each face"
    )
    parser.add_argument(
        "--against",
        type=Path,
        metavar="DIR",
        help="another model: test whether the difference on the same faces is significant",
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "int8"),
        default="float32",
        help="weights of --model: int8 has model.int8.tflite answer, which `fer-train convert "
        "--precision int8` makes",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for figures and diagrams")
    parser.add_argument(
        "--table",
        type=Path,
        metavar="FILE",
        help="csv with a row for each face: file, truth, answer, each probability, person",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_workers(parser, "evaluations of several --data")
    parser.set_defaults(command="evaluate")


def evaluate(args: argparse.Namespace) -> int:
    """Evaluate, print the figures and return the exit status."""
    from trainer.data.readers import parse_labels

    sets = sets_from_args(
        args,
        votes=args.votes,
        vote_use=args.vote_use,
        subject_pattern=args.subject_pattern,
        label_map=args.label_map,
        test_fold=args.test_fold,
        fixes=args.fixes,
    )
    labels = parse_labels(args.labels) if args.labels else ()
    tables = [Path(text) for text in args.groups if is_table(text)]
    if len(sets.labelled) == 1 and not sets.unlabelled and not args.only_labels:
        if workers_from_args(args) is not None:
            args.usage_error("--workers and --scheduler are for several --data")
        if len(tables) > 1:
            args.usage_error("one --groups CSV at most")
        return _evaluate_one(args, sets, labels, tables[0] if tables else None)
    if tables or args.against is not None:
        args.usage_error("--against and --groups CSV belong to a single --data")
    return _evaluate_sets(args, sets, labels)


def _evaluate_one(
    args: argparse.Namespace, sets: Sets, labels: tuple[str, ...], groups: Path | None
) -> int:
    from trainer.contract.checked_json import encode_json
    from trainer.reports.evaluation import evaluate_model, evaluation_as_text

    figures = evaluate_model(
        args.model,
        sets.labelled[0].source,
        labels=labels,
        split=args.split,
        flip=args.flip,
        groups=groups,
        against=args.against,
        out=args.out,
        table=args.table,
        precision=args.precision,
    )
    print(encode_json(figures) if args.json else evaluation_as_text(figures))
    return 0


def _evaluate_sets(args: argparse.Namespace, sets: Sets, labels: tuple[str, ...]) -> int:
    from trainer.metrics.set_tables import sets_as_text
    from trainer.reports.sets import evaluate_sets
    from trainer.runs.checkpoint import make_folder, write_atomically
    from trainer.runs.worker_pool import Workers

    place = workers_from_args(args)
    if args.scheduler and args.out is None:
        args.usage_error("--scheduler needs --out DIR, a folder that its workers can write to")
    with ExitStack() as stack:
        folder = args.out
        if place is not None and folder is None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="fer-evaluate-")))
        workers = None if place is None else Workers(place=place, folder=folder, tell=_tell)
        report = evaluate_sets(
            args.model,
            sets.labelled,
            sets.unlabelled,
            labels=labels,
            split=args.split,
            flip=args.flip,
            table=args.table,
            workers=workers,
            precision=args.precision,
        )
    as_json, as_text = json.dumps(report, indent=1), sets_as_text(report)
    if args.out is not None:
        make_folder(args.out)
        write_atomically(args.out / "figures.json", (as_json + "\n").encode())
        write_atomically(args.out / "figures.txt", (as_text + "\n").encode())
    print(as_json if args.json else as_text)
    return 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr)
