"""The arguments of commands that work on what is there already: photographs, recorded sessions."""

import argparse
import os
from pathlib import Path

from fer_desktop.cli.option_values import (
    ENGINE_HELP,
    engine_name,
    scheduler_address,
    worker_count,
)


def add_many_files(analyze: argparse.ArgumentParser) -> None:
    """Add the options that choose files of folders, and who analyses them."""
    analyze.add_argument(
        "--recursive",
        action="store_true",
        help="search the subfolders of folders as well, but not the one for the results; links that"
        " lead out of them are not followed",
    )
    for option, verb in (("--include", "take only"), ("--exclude", "leave out")):
        analyze.add_argument(
            option,
            metavar="PATTERN",
            action="append",
            default=[],
            help=f"{verb} files of folders whose name, or path in the folder, is like this, as in"
            " '*.mp4' or 'pilot/*'; may be given several times",
        )
    where = analyze.add_mutually_exclusive_group()
    where.add_argument(
        "--workers",
        metavar="N",
        type=worker_count,
        help="analyse N files at the same time, each in a process of its own (needs the extra"
        " cluster); a run that was interrupted goes on with the same command, and files that are"
        " done already are skipped",
    )
    where.add_argument(
        "--scheduler",
        metavar="tcp://HOST:PORT",
        type=scheduler_address,
        default=None,
        help="the same on the workers of a Dask cluster, which must find files and results under"
        " the same paths",
    )


def check_many_files(top: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """End the program where options of ``analyze`` do not go together."""
    if (args.workers or args.scheduler) and args.to:
        top.error("--output: not allowed with --workers and --scheduler")
    if args.together is not None and os.path.abspath(args.together) == os.path.abspath(args.out):
        top.error("--together: must be another folder than --out")


def add_crop(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that cuts faces out of photographs."""
    crop = commands.add_parser(
        "crop",
        help="cut the faces out of photographs, for fer-train",
        description="Cuts the one face out of each photograph below a folder, framed as models see"
        " faces, into the same folders below DATASET, with origins.csv that says where each comes"
        " from. Pictures that are cut out already are copied. Photographs with no face or several"
        " are left out and named.",
        epilog="Exit status: 0 done, 1 no picture could be used, 2 wrong usage.",
        allow_abbrev=False,
    )
    crop.add_argument("folder", metavar="FOLDER", type=Path, help="folder of photographs")
    where = crop.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", metavar="DATASET", type=Path, help="a new folder for the faces")
    where.add_argument(
        "--check", action="store_true", help="write nothing, only count the photographs"
    )
    where.add_argument(
        "--boxes",
        action="store_true",
        help="write nothing, only print where faces are in each picture, as a JSON object",
    )
    crop.add_argument(
        "--model",
        metavar="NAME|DIR",
        default=argparse.SUPPRESS,
        help="frame faces as this model sees them; default: as most models do",
    )
    crop.add_argument("--json", action="store_true", help="print a JSON object")


def add_rerun(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that analyses recorded sessions again."""
    command = commands.add_parser(
        "rerun",
        help="analyse recorded sessions again, and say whether their numbers repeat",
        description="Analyses what the sessions of a bundle were made of with the same model and"
        " settings, and compares all numbers. The video is taken from the bundle, from --video, or"
        " found by its content beside the bundle.",
        epilog="Exit status: 0 all numbers repeat (within 0.0001 in a probability), 1 a session"
        " cannot be analysed again (each in a line on standard error), 2 wrong usage, 3 numbers"
        " differ.",
        allow_abbrev=False,
    )
    command.add_argument(
        "bundles", metavar="BUNDLE", nargs="+", type=Path, help="a bundle, or a session's file"
    )
    command.add_argument(
        "--video",
        metavar="FILE|FOLDER",
        dest="videos",
        type=Path,
        action="append",
        default=[],
        help="the analysed video or image, or a folder in which it is; may be given several times",
    )
    command.add_argument(
        "--model",
        metavar="NAME|DIR",
        default=argparse.SUPPRESS,
        help="read faces with this model instead of the one that read them",
    )
    command.add_argument(
        "--engine", metavar="NAME", type=engine_name, default=argparse.SUPPRESS, help=ENGINE_HELP
    )
    command.add_argument(
        "--json", action="store_true", help="print one JSON object per session on standard output"
    )
