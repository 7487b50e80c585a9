"""``fer-train pair``: two models of our own network combined in one."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trainer.cli.data_options import add_data, crop_geometry, source_from_args
from trainer.cli.set_options import add_sets, sets_from_args
from trainer.contract.crop import CropGeometry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trainer.contract.figures import SplitFigures
    from trainer.contract.preset import Preset
    from trainer.data.dataset import Dataset


def add_pair(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "pair", help="put two models together: what they answer is weighed, in one model folder"
    )
    parser.add_argument(
        "--model", dest="members", required=True, action="append", type=Path, metavar="DIR"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument("--name", default="", help="default: the folder's name")
    parser.add_argument("--description", default="", help="one sentence for the model menu")
    parser.add_argument(
        "--share", type=_share, default=0.5, metavar="S", help="of the first model in the answer"
    )
    parser.add_argument(
        "--levelling",
        type=_share,
        default=0.0,
        metavar="S",
        help="how much of the logarithm of how often a model gives an answer to training faces is "
        "taken off its logit, so that rare labels are found more often",
    )
    parser.add_argument(
        "--crop",
        type=crop_geometry,
        default=CropGeometry(),
        metavar="SCALE,SHIFT_UP",
        help="where the pair looks, in box widths of a face",
    )
    parser.add_argument(
        "--sure",
        type=_share,
        default=0.8,
        metavar="S",
        help="share of right answers wanted among the faces that the pair is sure of",
    )
    add_data(parser)
    add_sets(parser, flag="--calibrate-on")
    parser.set_defaults(command="pair")


def pair(args: argparse.Namespace) -> int:
    """Write the pair, and print its figures; return the exit status."""
    from trainer.presets.pair_export import HeldOut, PairRecipe, export_pair
    from trainer.presets.pairing import Weighing
    from trainer.reports.evaluation import figures_as_text
    from trainer.reports.selection import select

    def faces(each: HeldOut, preset: "Preset") -> "tuple[Dataset, NDArray[np.int64]]":
        selection = select(each.source, preset, only=each.only, whole=True)
        return selection.dataset, selection.rows

    recipe = PairRecipe(
        members=tuple(args.members),
        weighing=Weighing(share=args.share, levelling=args.levelling),
        crop=args.crop,
        calibrate_on=tuple(
            HeldOut(name=each.name, source=each.source, only=each.only)
            for each in sets_from_args(args).labelled
        ),
        sure=args.sure,
    )
    figures = export_pair(
        recipe,
        source_from_args(args),
        args.out,
        select=faces,
        name=args.name,
        description=args.description,
    )
    print(figures_as_text(cast("SplitFigures", figures)))
    return 0


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"must lie between 0 and 1: {text}")
    return value
