"""``fer-train fix``: a copy of a dataset without what `inspect` finds wrong with it."""

import argparse
from pathlib import Path
from typing import Any

from trainer.cli.data_options import add_data, source_from_args
from trainer.contract.checked_json import encode_json
from trainer.data.fixing import SIZES

_LISTED = 50


def add_fix(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "fix",
        help="write a copy of a dataset without copies, contradictions and blank pictures",
        description="Writes the faces of any layout into a new folder with an index.csv, without "
        "pictures of one colour, pictures under several labels, and all but one of exact copies "
        "(of those the test faces stay). The original is never changed.",
    )
    add_data(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="DIR", help="a new folder")
    where.add_argument(
        "--list", action="store_true", help="only list what the copy would lack, and why"
    )
    parser.add_argument(
        "--size",
        type=int,
        choices=SIZES,
        help="side of the pictures written, pixels; default: one that fits the pictures, and 48 "
        "for a csv",
    )
    parser.add_argument(
        "--thorough",
        action="store_true",
        help="also leave out training pictures of which another split has a mirrored, turned or "
        "cut copy; takes minutes",
    )
    parser.add_argument(
        "--drop",
        action="append",
        default=[],
        metavar="NAME",
        help="leave out this picture as well, named as `inspect` names it; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(command="fix")


def fix(args: argparse.Namespace) -> int:
    """Write the copy, and say what it lacks; return the exit status."""
    from trainer.data.fixing import fix_dataset

    found = fix_dataset(
        source_from_args(args),
        args.out,
        size_px=args.size,
        drop=args.drop,
        is_thorough=args.thorough,
    )
    if args.json:
        print(encode_json(found))
        return 0
    for row in found.removed[:_LISTED]:
        print(f"left out: {row.name}: {row.reason}")
    if len(found.removed) > _LISTED:
        print(f"and {len(found.removed) - _LISTED:,} more; --json names all")
    counts = ", ".join(f"{n:,} {split}" for split, n in found.counts.items())
    where = args.out or "A copy would have"
    print(f"{where}: {counts} faces; {len(found.removed):,} left out.")
    return 0
