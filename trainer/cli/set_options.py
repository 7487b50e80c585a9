"""Options that name several sets of faces."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.cli.data_options import crop_geometry
from trainer.config import DataSource, VoteUse
from trainer.contract.crop import CropGeometry
from trainer.data.group_pictures import GROUPS_FILE, is_group_folder
from trainer.data.readers import parse_label_names
from trainer.errors import DataError
from trainer.reports.sets import LabelledSet, UnlabelledSet


@dataclass(frozen=True)
class Sets:
    """The sets of a command line: those with labels, and those with groups of people only."""

    labelled: tuple[LabelledSet, ...]
    unlabelled: tuple[UnlabelledSet, ...]


def add_sets(parser: Any, *, flag: str = "--data", required: bool = True) -> None:
    """Add the options that name sets of faces.

    Args:
        flag: of a set.
        required: whether there must be one.
    """
    parser.add_argument(
        flag,
        dest="sets",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="a set of faces; repeat it for one table of several sets",
    )
    parser.add_argument(
        "--only-labels",
        action="append",
        default=[],
        metavar="SET=A,B,...",
        help="evaluate only the faces with these labels; SET is a set's name or path",
    )
    parser.add_argument(
        "--framed",
        action="append",
        default=[],
        metavar="[SET=]SCALE,SHIFT_UP",
        help="crop geometry of the pictures, so that each model gets its own crop of them; "
        "default: the pictures are used as they are",
    )
    parser.add_argument(
        "--groups",
        action="append",
        default=[],
        metavar="DIR[:CSV]|CSV",
        help="pictures without labels and a csv (groups.csv) with the columns file and origin, sex "
        "or age: answers to each group; or, for one set, a csv with the columns file and group: "
        "accuracy of each group",
    )
    needed = f"one of {flag} and --groups DIR is needed" if required else ""
    parser.set_defaults(usage_error=parser.error, no_set=needed)


def sets_from_args(
    args: argparse.Namespace,
    *,
    votes: Path | None = None,
    vote_use: VoteUse = "soft",
    subject_pattern: str = "",
    label_map: str = "",
    test_fold: str = "",
    fixes: Path | None = None,
) -> Sets:
    """Return the sets that ``add_sets``'s options name; wrong usage ends the program.

    Args:
        votes: FER+ votes, for those of the sets that are a csv.

    Raises:
        DataError: if a folder or table of groups is not there.
    """
    extra = [_group_folder(text) for text in args.groups if not is_table(text)]
    paths = [*args.sets, *(folder for folder, _ in extra)]
    if args.no_set and not paths:
        args.usage_error(args.no_set)
    if len({path.resolve() for path in paths}) < len(paths):
        args.usage_error("a set is named twice")
    names = dict(zip(distinct_names(paths), paths, strict=True))
    only = {
        name: parse_label_names(value)
        for name, value in _by_set(args, args.only_labels, names, "--only-labels").items()
    }
    framed = _by_set(args, args.framed, names, "--framed", for_all=True)
    geometry = {name: _geometry(args, value) for name, value in framed.items()}
    tables = {folder: table for folder, table in extra}
    labelled, unlabelled = [], []
    for name, path in names.items():
        cut = geometry.get(name, geometry.get(""))
        if path in tables or is_group_folder(path):
            table = tables.get(path, path / GROUPS_FILE)
            unlabelled.append(UnlabelledSet(name=name, folder=path, table=table, framed=cut))
            continue
        source = DataSource(
            path=path,
            votes=votes if path.is_file() else None,
            vote_use=vote_use,
            subject_pattern=subject_pattern,
            label_map=label_map,
            test_fold=test_fold,
            fixes=fixes,
            framed=cut,
        )
        labelled.append(LabelledSet(name=name, source=source, only=only.get(name, ())))
    return Sets(tuple(labelled), tuple(unlabelled))


def is_table(text: str) -> bool:
    """Tell whether a ``--groups`` names a csv alone, which belongs to a set with truth."""
    path = Path(text)
    return path.is_file() or (path.suffix.lower() == ".csv" and ":" not in text)


def _group_folder(text: str) -> tuple[Path, Path]:
    folder, table = Path(text), Path(text) / GROUPS_FILE
    if not folder.is_dir():
        before, colon, after = text.rpartition(":")
        if not colon or not Path(before).is_dir():
            raise DataError(f"{text} is not a folder.", hint="Give DIR, or DIR:CSV.")
        folder = Path(before)
        table = folder / after if (folder / after).is_file() else Path(after)
    if not table.is_file():
        raise DataError(f"{folder} has no {table.name}.", hint="Name another csv as DIR:CSV.")
    return folder, table


def _by_set(
    args: argparse.Namespace,
    given: Sequence[str],
    names: dict[str, Path],
    flag: str,
    *,
    for_all: bool = False,
) -> dict[str, str]:
    """Return each set's value of an option; under the empty name the one that is for all."""
    values = {}
    for text in given:
        key, equals, value = text.rpartition("=")
        if not equals and not for_all:
            args.usage_error(f"{flag} needs SET=VALUE: {text}")
        name = next((name for name, path in names.items() if key in (name, str(path))), "")
        if equals and not name:
            args.usage_error(f"{flag} names no set of these: {key} ({', '.join(names)})")
        values[name] = value
    return values


def _geometry(args: argparse.Namespace, text: str) -> CropGeometry:
    try:
        return crop_geometry(text)
    except ValueError:
        args.usage_error(f"--framed needs a scale and a shift, such as 1.16,0.075: {text}")
        raise


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """Return a short name for each path: its own, with as many folders as tell it from others."""
    parts = [
        (*path.resolve().parts[:-1], path.stem if path.is_file() else path.resolve().name)
        for path in paths
    ]
    depth = 1
    while True:
        names = ["/".join(each[-depth:]) for each in parts]
        if len(set(names)) == len(set(parts)) or depth > max(map(len, parts)):
            return names
        depth += 1
