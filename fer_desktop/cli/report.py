"""``fer-desktop report``: sessions summed up, to be read or to go on reckoning with."""

import argparse
import sys

from fer_desktop.cli.arguments import PROGRAM
from fer_desktop.errors import FerError, StorageError
from fer_desktop.files import shown_name
from fer_desktop.recording.observed import Observed
from fer_desktop.recording.report.writing import (
    REPORT_SUFFIXES,
    WritePdf,
    observe,
    write_report,
)
from trainer.contract.text import counted


def report(args: argparse.Namespace, write_pdf: WritePdf) -> int:
    """Write the report and return the exit status.

    Raises:
        StorageError: if no input can be read, or the report cannot be written.
    """
    if args.out.suffix.lower() not in REPORT_SUFFIXES:
        raise StorageError(
            f"{args.out.name} is no name for a report.",
            hint=f"Let it end in {', '.join(REPORT_SUFFIXES)}.",
        )
    sessions: list[Observed] = []
    failures = 0
    for path in args.files:
        try:
            if path.resolve() == args.out.resolve():
                raise StorageError("The report would replace it.", hint="Choose another name.")
            sessions += observe(path)
        except FerError as error:
            print(f"{PROGRAM}: {shown_name(path)}: {shown_name(str(error))}", file=sys.stderr)
            failures += 1
    if not sessions:
        return 1
    if args.usable_only:
        for session in sessions:
            if not session.seen.knows_quality:
                print(
                    f"{PROGRAM}: {shown_name(session.name)}: the measure quality was not taken: no"
                    " face is left out.",
                    file=sys.stderr,
                )
    write_report(
        sessions,
        args.out,
        write_pdf=write_pdf,
        dialect=args.csv_dialect,
        usable_only=args.usable_only,
        overwrite=True,
    )
    print(f"{counted(len(sessions), 'session')}: {shown_name(args.out)}", file=sys.stderr)
    return 1 if failures else 0
