"""Options that fit a model to its use: its crop, and the faces that calibrate it."""

import argparse
from typing import TYPE_CHECKING, Any

from trainer.cli.data_options import crop_geometry
from trainer.cli.numbers import number
from trainer.cli.set_options import add_sets, sets_from_args
from trainer.contract.crop import CropGeometry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from trainer.contract.preset import Preset
    from trainer.data.dataset import Dataset
    from trainer.presets.held_out import HeldOut, HeldOutSet


def add_use(parser: Any) -> None:
    """Add ``--crop``, ``--calibrate-on`` and what belongs to them."""
    parser.add_argument(
        "--crop",
        type=crop_geometry,
        default=CropGeometry(),
        metavar="SCALE,SHIFT_UP",
        help="square that the model sees, in box widths of a face",
    )
    parser.add_argument(
        "--sure",
        type=number(float, 0, 1),
        default=0.8,
        metavar="S",
        help="with --calibrate-on: accuracy wanted among the faces that the model is sure of",
    )
    add_sets(parser, flag="--calibrate-on", required=False)


def held_out_from_args(args: argparse.Namespace) -> "HeldOut | None":
    """Return the sets that calibrate a model, none where none is named."""
    from trainer.presets.held_out import HeldOut, HeldOutSet
    from trainer.reports.selection import select

    def faces(each: "HeldOutSet", preset: "Preset") -> "tuple[Dataset, NDArray[np.int64]]":
        selection = select(each.source, preset, only=each.only, whole=True)
        return selection.dataset, selection.rows

    sets = tuple(
        HeldOutSet(name=each.name, source=each.source, only=each.only)
        for each in sets_from_args(args).labelled
    )
    return HeldOut(sets=sets, select=faces, sure=args.sure) if sets else None
