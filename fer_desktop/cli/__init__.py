"""The command line: the same pipeline without a window."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence

from fer_desktop import paths
from fer_desktop.cli.arguments import PROGRAM, parse
from fer_desktop.errors import FerError
from fer_desktop.log import keep_standard_error, quiet_native_libraries, set_up_logging

_INTERRUPTED = 130  # what shells report for a program ended by Ctrl-C


def main(argv: Sequence[str] | None, open_window: Callable[[argparse.Namespace], int]) -> int:
    """Run what the arguments ask for and return the exit status.

    Args:
        argv: arguments without the program's name; None for those of this process.
        open_window: called where there is no subcommand.

    Raises:
        SystemExit: after wrong usage, ``--help`` and ``--version``.
    """
    args = parse(argv)
    _accept_any_text()
    quiet_native_libraries()
    try:
        return _run(args, open_window)
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except FerError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1


def _run(args: argparse.Namespace, open_window: Callable[[argparse.Namespace], int]) -> int:
    if args.command is None:
        return open_window(args)
    set_up_logging(paths.log_file(), verbose=args.verbose)
    if not args.verbose:
        keep_standard_error()
    # Imported only now: --version and --help answer at once.
    if args.command == "analyze":
        from fer_desktop.cli.analyze import analyze

        return analyze(args)
    if args.command == "cameras":
        from fer_desktop.cli.tables import print_cameras

        return print_cameras(as_json=args.json)
    from fer_desktop.cli.tables import print_models

    return print_models(as_json=args.json)


def _accept_any_text() -> None:
    """Print names that a terminal cannot show as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
