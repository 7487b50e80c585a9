"""Entry point of ``fer-desktop`` and ``python -m fer_desktop``."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fer_desktop import cli
from fer_desktop.errors import FerError
from trainer.contract.whole_file import give_up_parts

if TYPE_CHECKING:
    from fer_desktop.recording.report.reported import Reported


def main() -> NoReturn:
    """Run the command line; without a subcommand open the window. Ends the process."""
    _end_process(cli.main(None, _open_window, _write_pdf))


def _open_window(args: argparse.Namespace) -> int:
    from fer_desktop.app import run_app

    try:
        return run_app(args)
    except ImportError as error:
        if not (error.name or "").startswith("PySide6"):
            raise
        print(
            f"fer-desktop: the window cannot be opened: {error}. Install what is missing;"
            " fer-desktop analyze works without a window.",
            file=sys.stderr,
        )
        return 1


def _write_pdf(sessions: "Sequence[Reported]", path: Path) -> None:
    from fer_desktop.app import write_pdf

    try:
        write_pdf(sessions, path)
    except ImportError as error:
        if not (error.name or "").startswith("PySide6"):
            raise
        raise FerError(
            f"A PDF cannot be written: {error}.",
            hint="Install what is missing, or write an .html file instead.",
        ) from error


def _end_process(status: int) -> NoReturn:
    """End at once: all that is to be kept is written by now, and no half file stays behind.

    Taking down the interpreter with its many libraries takes most of a second, and aborts where a
    driver or a library keeps one of our threads in its native code.
    """
    give_up_parts()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):  # whoever read it has gone
                stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
