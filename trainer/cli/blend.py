"""``fer-train blend``: the last layers of two models on the trunk of the first."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trainer.cli.data_options import add_data, source_from_args
from trainer.cli.held_out_options import add_use, held_out_from_args
from trainer.cli.made_model_options import add_blending, add_naming

if TYPE_CHECKING:
    from trainer.contract.figures import SplitFigures


def add_blend(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "blend",
        help="combine two models that descend from one network",
        description="Writes a model folder with the first model's network, whose last layer is the "
        "weighted mean of both models' last layers, and with brightness and contrast of every face "
        "evened out first.",
    )
    parser.add_argument(
        "--model", dest="models", required=True, action="append", type=Path, metavar="DIR"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    add_naming(parser)
    add_blending(
        parser,
        share="weight of the first model's last layer, its head; the second model's has the rest",
        default=0.5,
    )
    add_data(parser)
    add_use(parser)
    parser.set_defaults(command="blend")


def blend(args: argparse.Namespace) -> int:
    """Write the blend, and print its figures; return the exit status."""
    from trainer.presets.blending import BlendRecipe, export_blend
    from trainer.presets.heads import Blend
    from trainer.reports.evaluation import figures_as_text

    recipe = BlendRecipe(
        models=tuple(args.models),
        blend=Blend(share=args.share, levelling=args.levelling),
        crop=args.crop,
        held_out=held_out_from_args(args),
    )
    figures = export_blend(
        recipe, source_from_args(args), args.out, name=args.name, description=args.description
    )
    print(figures_as_text(cast("SplitFigures", figures)))
    return 0
