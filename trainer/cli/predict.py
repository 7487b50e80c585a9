"""``fer-train predict``: a model's answers for pictures of faces."""

import argparse
from pathlib import Path
from typing import Any

from trainer.cli.data_options import add_model


def add_predict(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "predict",
        help="print a model's predictions for face crops",
        description="Prints a model's answers for pictures of faces, cut as its training faces "
        "were; --photos cuts them out of photographs.",
    )
    add_model(parser)
    parser.add_argument(
        "images", nargs="+", type=Path, metavar="PICTURE|FOLDER", help="all pictures below a folder"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per image")
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write a row for each picture: file, emotion, confidence, unsure, each probability",
    )
    parser.add_argument(
        "--photos",
        action="store_true",
        help="the pictures are whole photographs: the application cuts out the one face of each",
    )
    parser.set_defaults(command="predict")


def predict(args: argparse.Namespace) -> int:
    """Print or write the answers; return the exit status, 1 if a picture could not be read."""
    from trainer.presets.prediction import print_predictions

    return print_predictions(
        args.model, args.images, as_json=args.json, table=args.csv, are_photos=args.photos
    )
