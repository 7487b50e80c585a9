"""The command line: the same pipeline without a window."""

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from fer_desktop import paths
from fer_desktop.cli.arguments import PROGRAM, parse
from fer_desktop.errors import FerError
from fer_desktop.files import shown_name
from fer_desktop.log import keep_standard_error, quiet_native_libraries, set_up_logging
from fer_desktop.plugins import telling
from trainer.contract.errors import ExplainedError

if TYPE_CHECKING:
    from fer_desktop.recording.report.writing import WritePdf

_BY_SIGNAL = 128  # what shells add to the number of the signal that ended a program


class _Terminated(BaseException):
    """The process was asked to end by a signal; ``args`` has its number."""


def main(
    argv: Sequence[str] | None,
    open_window: Callable[[argparse.Namespace], int],
    write_pdf: "WritePdf | None" = None,
) -> int:
    """Run what the arguments ask for and return the exit status.

    Args:
        argv: arguments without the program's name; None for those of this process.
        open_window: called where there is no subcommand.
        write_pdf: called where a report is to be a PDF.

    Raises:
        SystemExit: after wrong usage, ``--help`` and ``--version``.
    """
    _accept_any_text()
    with telling(lambda problem: print(f"{PROGRAM}: {shown_name(problem)}", file=sys.stderr)):
        return _answer(parse(argv), open_window, write_pdf)


def _answer(
    args: argparse.Namespace,
    open_window: Callable[[argparse.Namespace], int],
    write_pdf: "WritePdf | None",
) -> int:
    quiet_native_libraries()
    try:
        return _run(args, open_window, write_pdf)
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return _BY_SIGNAL + signal.SIGINT
    except _Terminated as ended:
        print(f"{PROGRAM}: terminated", file=sys.stderr)
        return _BY_SIGNAL + int(ended.args[0])
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ExplainedError as error:
        print(f"{PROGRAM}: {shown_name(str(error))}", file=sys.stderr)
        return 1


def _run(
    args: argparse.Namespace,
    open_window: Callable[[argparse.Namespace], int],
    write_pdf: "WritePdf | None",
) -> int:
    if args.command is None:
        return open_window(args)
    set_up_logging(paths.log_file(), verbose=args.verbose)
    if not args.verbose:
        keep_standard_error()
    # Imported only now: --version and --help answer at once.
    if args.command == "analyze":
        with _tidy_end():
            if args.workers or args.scheduler:
                from fer_desktop.cli.many.run import analyze_many

                return analyze_many(args)
            from fer_desktop.cli.analyze import analyze

            return analyze(args)
    if args.command == "report":
        from fer_desktop.cli.report import report

        with _tidy_end():
            return report(args, write_pdf or _no_pdf)
    if args.command == "crop":
        from fer_desktop.cli.crop import crop

        with _tidy_end():
            return crop(args)
    if args.command == "rerun":
        from fer_desktop.cli.rerun import rerun

        with _tidy_end():
            return rerun(args)
    if args.command == "stream":
        from fer_desktop.cli.stream import stream

        return stream(args)
    if args.command == "cameras":
        from fer_desktop.cli.tables import print_cameras

        return print_cameras(as_json=args.json)
    from fer_desktop.cli.tables import print_models

    return print_models(as_json=args.json)


def _no_pdf(*_: object) -> NoReturn:
    raise FerError("A PDF cannot be written here.", hint="Write an .html file instead.")


@contextmanager
def _tidy_end() -> Iterator[None]:
    """Make sure that half-written files are removed when a signal ends the process."""

    def end(number: int, _: FrameType | None) -> NoReturn:
        signal.signal(number, signal.SIG_DFL)  # asked again, it ends at once
        raise _Terminated(number)

    names = ("SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # What the caller ignores, as nohup does, stays ignored.
    former = {
        number: signal.signal(number, end)
        for number in numbers
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _accept_any_text() -> None:
    """Print names that a terminal cannot show as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
