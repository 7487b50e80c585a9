"""The options of ``report``, and of whatever else writes tables."""

import argparse
from pathlib import Path
from typing import get_args

from fer_desktop.settings import CsvDialect


def add_csv_dialect(command: argparse.ArgumentParser) -> None:
    """Add what a CSV looks like."""
    command.add_argument(
        "--csv-dialect",
        choices=get_args(CsvDialect),
        default="comma",
        help="semicolon: semicolons between cells and decimal commas, as spreadsheets in many"
        " languages want them (default: %(default)s)",
    )


def add_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    report = commands.add_parser(
        "report",
        help="sum sessions up: who showed what for how long",
        description="Sums up sessions (.fersession) and exported tables (.csv, with the .meta.json"
        " beside them): shares of time and means for each person and marked interval, with"
        " intervals of confidence. FILE.html and FILE.pdf are reports to read; FILE.csv, FILE.xlsx"
        " and FILE.parquet are one tidy table over all sessions, with a data dictionary.",
        epilog="Exit status: 0 all done, 1 some input failed (each in a line on standard error; the"
        " others are in the report), 2 wrong usage.",
        allow_abbrev=False,
    )
    report.add_argument(
        "files",
        metavar="SESSION|RESULT.csv",
        nargs="+",
        type=Path,
        help="session or exported table",
    )
    report.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        required=True,
        help="the report; a file of an earlier run is replaced",
    )
    add_csv_dialect(report)
    report.add_argument(
        "--usable-only",
        action="store_true",
        help="leave faces out that are too small, dark, bright, blurred, turned or covered, where"
        " the measure quality was taken; they count as seen, and not as read",
    )
