"""Options that say where faces come from and how they are read."""

import argparse
from pathlib import Path
from typing import Any, Final, get_args

from trainer.config import DataSource, VoteUse
from trainer.contract.crop import CropGeometry
from trainer.data.dataset import SPLITS
from trainer.data.legends import LEGENDS
from trainer.data.split_names import split_of

LAYOUTS_HELP: Final = (
    "fer2013.csv and files like it; a folder for each label, with folders for train, validation "
    "and test, and for persons, around or in them; a csv, tsv or Parquet file with columns such as "
    "path, label, split and subject; AffectNet, RAF-DB, FER+, ExpW, CK+, JAFFE or KDEF as they "
    "are unpacked; or a .zip or .tar of one of these. Example: --data faces.zip. "
    "`fer-train inspect` says what is understood"
)


def add_model(parser: Any) -> None:
    """Add ``--model``, the one that a command asks."""
    parser.add_argument(
        "--model",
        required=True,
        type=Path,
        metavar="MODEL",
        help="a model folder, or a name as `fer-desktop models` lists them, such as fer7",
    )


def add_data(parser: Any) -> None:
    """Add ``--data`` and the options that go with it."""
    parser.add_argument("--data", required=True, type=Path, metavar="PATH", help=LAYOUTS_HELP)
    add_reading(parser)


def add_reading(parser: Any) -> None:
    """Add the options that go with ``--data``."""
    parser.add_argument("--votes", type=Path, metavar="CSV", help="FER+ votes for fer2013.csv")
    parser.add_argument(
        "--vote-use",
        choices=get_args(VoteUse),
        default="soft",
        help="whether a face's target is the shares of its votes, or the label with most of them",
    )
    parser.add_argument(
        "--subject-pattern",
        default="",
        metavar="REGEX",
        help="pattern that finds the subject in an image's path, so that splits keep people "
        "together",
    )
    parser.add_argument(
        "--test-fold",
        default="",
        metavar="K/N|person=NAME",
        help="test on this part of the faces, such as 2/5, in place of the dataset's splits; "
        "copies and persons stay together",
    )
    parser.add_argument(
        "--map",
        dest="label_map",
        default="",
        metavar="THEIRS=OURS,...",
        help='what the dataset\'s labels become, such as "anger=angry,joy=happy,unclear=" (a label '
        f"without a new name is left out), or whose numbers they are: {', '.join(LEGENDS)}",
    )
    _add_fixes(parser)


def _add_fixes(parser: Any) -> None:
    parser.add_argument(
        "--fixes",
        type=Path,
        metavar="CSV",
        help="csv with the columns name and label: pictures, named as `fer-train inspect` names "
        "them, whose labels are others than the dataset says; one without a label is left out",
    )


def source_from_args(args: argparse.Namespace) -> DataSource:
    """Return the source that ``add_data``'s options name."""
    return DataSource(
        path=args.data,
        votes=args.votes,
        vote_use=args.vote_use,
        subject_pattern=args.subject_pattern,
        label_map=args.label_map,
        fixes=args.fixes,
        test_fold=args.test_fold,
    )


def split_name(text: str) -> str:
    """Return our name for a split that may have one of its usual other names."""
    number = split_of(text)
    return text if number is None else SPLITS[number]


def crop_geometry(text: str) -> CropGeometry:
    """Return the geometry that ``SCALE,SHIFT_UP`` names.

    Raises:
        ValueError: if it names none.
    """
    scale, shift_up = map(float, text.split(","))
    return CropGeometry(scale=scale, shift_up=shift_up)
