"""``fer-train fingerprint``: what a model says of the faces that it learned from."""

import argparse
from pathlib import Path
from typing import Any

from trainer.cli.data_options import LAYOUTS_HELP, add_reading, source_from_args


def add_fingerprint(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "fingerprint",
        help="note in model folders which faces they learned from",
        description="Writes a fingerprint of every training and validation face of --data into "
        "model folders (faces.bin, 16 bytes for each face), beside those that they have. By them "
        "`inspect`, `evaluate`, `compare` and `report` tell test pictures that a model has "
        "learned from. Trainings write them by themselves: the command is for models made "
        "before, or elsewhere. Without --data, --start and --remove it prints what there is. "
        "Example: fer-train fingerprint models/mine --data faces.zip --start fer7",
    )
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="model folders")
    parser.add_argument("--data", type=Path, metavar="PATH", help=LAYOUTS_HELP)
    add_reading(parser)
    parser.add_argument(
        "--start",
        type=Path,
        metavar="MODEL",
        help="the model that they began with, whose faces they have learned from as well",
    )
    parser.add_argument(
        "--remove",
        action="store_true",
        help="take the fingerprints out of the folders: they tell whoever has the same pictures "
        "that these were used",
    )
    parser.set_defaults(command="fingerprint", usage_error=parser.error, check_usage=_check_usage)


def _check_usage(args: argparse.Namespace) -> None:
    if args.remove and (args.data is not None or args.start is not None):
        args.usage_error("--remove takes neither --data nor --start")


def fingerprint(args: argparse.Namespace) -> int:
    """Write the fingerprints, take them away, or print what there is; return the exit status."""
    from trainer.data.readers import load_dataset
    from trainer.presets.known_faces import (
        KnownFaces,
        faces_of,
        give_known_faces,
        joined,
        read_known_faces,
    )

    added: list[KnownFaces | None] = []
    if args.data is not None:
        added.append(faces_of(load_dataset(source_from_args(args))))
    if args.start is not None:
        added.append(read_known_faces(args.start))
    for folder in args.models:
        known = None if args.remove else read_known_faces(folder)
        if added:
            known = joined([*added, *([known] if known is not None else [])])
        if added or args.remove:
            give_known_faces(folder, known)
        if known is None:
            print(f"{folder}: no fingerprints")
            continue
        not_all = "" if known.is_complete else "; it also learned from faces without fingerprints"
        print(
            f"{folder}: fingerprints of {len(known.learned):,} training and {len(known.chosen):,} "
            f"validation faces{not_all}"
        )
    return 0
