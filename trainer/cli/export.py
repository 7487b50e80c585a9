"""``fer-train export``: a run as a model folder, or a model as a file for other programs."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trainer.cli.held_out_options import add_use, held_out_from_args
from trainer.cli.made_model_options import add_blending, add_naming
from trainer.cli.numbers import number
from trainer.config import AUXILIARY_HEAD, MAIN_HEAD

if TYPE_CHECKING:
    from trainer.contract.figures import SplitFigures


def add_export(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "export", help="write a run as a model folder, or a model as a file for other programs"
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--run", dest="run_folder", type=Path, metavar="DIR", help="the --out of a training"
    )
    source.add_argument("--model", type=Path, metavar="DIR", help="a model folder or name")
    parser.add_argument(
        "--system", metavar="FILE.py:FUNCTION", help="the run's network, where it is your own"
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="DIR|FILE",
        help="the new model folder, or the file. Example: --out models/mine",
    )
    add_naming(parser)
    parser.add_argument(
        "--head",
        choices=(MAIN_HEAD, AUXILIARY_HEAD),
        default=MAIN_HEAD,
        help="head whose labels the model predicts, for a run with an auxiliary head",
    )
    parser.add_argument(
        "--balance",
        type=number(float, 0, 1),
        default=0.0,
        metavar="S",
        help="criterion for weighing the heads, from accuracy (0) to balanced accuracy (1)",
    )
    add_blending(
        parser,
        share="weight of --head; the other head has the rest; default: the weight that is best on "
        "the validation faces",
        default=None,
        condition="with --share: ",
    )
    parser.add_argument(
        "--labels", default="", metavar="SET", help="labels the model keeps, of those of the run"
    )
    parser.add_argument(
        "--renormalize",
        action="store_true",
        help="recompute the batch normalization statistics on the run's training faces, half of "
        "them unchanged and half shifted like a detector's crops: they were augmented more during "
        "training",
    )
    add_use(parser)
    parser.add_argument("--format", choices=("litert", "onnx"), help="format of the file")
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help="faces to check the file on; default: a portrait"
    )
    parser.set_defaults(command="export", usage_error=parser.error, check_usage=_check_usage)


def _check_usage(args: argparse.Namespace) -> None:
    if (args.model is None) != (args.format is None):
        args.usage_error("--model and --format belong together")
    if args.levelling and args.share is None:
        args.usage_error("--levelling belongs to --share")


def export(args: argparse.Namespace) -> int:
    """Write what was asked for; return the exit status."""
    if args.model is not None:
        from trainer.presets.conversion.convert import convert_model

        print(convert_model(args.model, args.out, args.format, data=args.data))
        return 0
    from trainer.data.readers import parse_labels
    from trainer.presets.export import Answer, export_run
    from trainer.presets.heads import Blend
    from trainer.reports.evaluation import figures_as_text

    labels = parse_labels(args.labels) if args.labels else ()
    blend = None
    if args.share is not None:
        blend = Blend(share=args.share, levelling=args.levelling)
    answer = Answer(
        head=args.head,
        labels=labels,
        balance=args.balance,
        blend=blend,
        renormalize=args.renormalize,
        crop=args.crop,
        held_out=held_out_from_args(args),
    )
    figures = export_run(
        args.run_folder, args.out, name=args.name, description=args.description, answer=answer
    )
    print(figures_as_text(cast("SplitFigures", figures)))
    return 0
