"""``fer-train explain``: pictures of what in faces speaks for a model's answers."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from trainer.cli.data_options import (
    LAYOUTS_HELP,
    add_model,
    add_reading,
    source_from_args,
    split_name,
)
from trainer.cli.numbers import number
from trainer.data.dataset import SPLITS

_MOST: Final = 20
_MOST_POSSIBLE: Final = 1000


def add_explain(commands: Any) -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "explain",
        help="show what in faces speaks for a model's answers, and what it looks at for each label",
        description="Writes a picture for each face (the face, a map of what speaks for a label and"
        " against it, the probabilities), for each label the mean of its faces, explanations.html"
        " (which needs no other file) and explanations.json. A face takes about a second.",
    )
    add_model(parser)
    parser.add_argument(
        "images",
        nargs="*",
        type=Path,
        metavar="PICTURE|FOLDER",
        help="all pictures below a folder; in place of --data",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="such as why")
    parser.add_argument(
        "--label",
        default="",
        metavar="LABEL",
        help="explain this label, such as happy, and not each face's likeliest one; of a dataset,"
        " only faces that the model answers with it",
    )
    parser.add_argument(
        "--photos",
        action="store_true",
        help="the pictures are whole photographs: the application cuts out the one face of each",
    )
    parser.add_argument("--data", type=Path, metavar="PATH", help=LAYOUTS_HELP)
    add_reading(parser)
    parser.add_argument(
        "--split",
        type=split_name,
        choices=(*SPLITS, "all"),
        help="or FER2013's name for it; default: test, or validation where there are no test faces",
    )
    parser.add_argument(
        "--most",
        type=number(int, 1, _MOST_POSSIBLE),
        default=_MOST,
        metavar="N",
        help="of a dataset, faces for each answer of the model, spread evenly",
    )
    parser.add_argument("--json", action="store_true", help="print explanations.json")
    parser.set_defaults(command="explain", check_usage=lambda args: _check(parser, args))


def _check(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    if bool(args.images) == (args.data is not None):
        parser.error("give either pictures or --data")
    if args.photos and args.data is not None:
        parser.error("--photos goes with pictures, not with --data")


def explain(args: argparse.Namespace) -> int:
    """Write pictures, page and numbers; return the exit status, 1 if a picture was unreadable."""
    from trainer.contract.checked_json import encode_json
    from trainer.presets.model_folder import load_model_folder
    from trainer.reports.explained_faces import (
        explain_faces,
        faces_in_dataset,
        faces_in_pictures,
        label_of,
    )
    from trainer.reports.explanation_page import PAGE_FILE, as_text, write_explanations

    model = load_model_folder(args.model)
    label = label_of(model, args.label)
    if args.data is None:
        faces, notes = faces_in_pictures(model, args.model, args.images, are_photos=args.photos)
    else:
        source = source_from_args(args)
        faces, notes = faces_in_dataset(model, source, args.split, label, args.most)
    for note in notes:
        print(f"fer-train: {note}", file=sys.stderr)
    total = len(faces)

    def tell(done: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{done:,} of {total:,} faces", end=end, file=sys.stderr, flush=True)

    found = explain_faces(model, faces, label, tell)
    explained = write_explanations(args.out, model.preset, found, notes)
    print(encode_json(explained) if args.json else f"{as_text(explained)}\n{args.out / PAGE_FILE}")
    return 1 if notes and args.data is None else 0
