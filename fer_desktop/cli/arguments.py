"""The arguments of ``fer-desktop``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

from fer_desktop import __version__
from fer_desktop.cli.arguments_of_files import add_crop, add_many_files, add_rerun, check_many_files
from fer_desktop.cli.arguments_of_stream import add_stream, check_stream
from fer_desktop.cli.option_values import (
    ENGINE_HELP,
    engine_name,
    every,
    interval,
    output_name,
    seconds,
    stream_or_output,
    table_file,
)
from fer_desktop.cli.reading_options import MODEL_HELP, add_reading_options
from fer_desktop.cli.report_options import add_csv_dialect, add_report
from fer_desktop.domain.bundle_name import BUNDLE_SUFFIX
from fer_desktop.settings import TableFormat, bounds
from fer_desktop.sources.media_names import MEDIA_SUFFIXES
from fer_desktop.streaming.targets import is_stream

PROGRAM: Final = "fer-desktop"
_TO_HELP: Final = (
    "also send every analysis to this output of an installed package, with TARGET as its argument;"
    " may be given several times"
)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed arguments; ``command`` is None where the window is to open.

    Raises:
        SystemExit: after wrong usage, ``--help`` and ``--version``.
    """
    top = _parser()
    args = top.parse_args(_with_open(sys.argv[1:] if argv is None else argv))
    if args.command is not None:
        for_window = ["temp_profile", "smoke_test"]
        if args.command != "stream":
            for_window += ["camera", "open"]
        if given := [f"--{name.replace('_', '-')}" for name in for_window if getattr(args, name)]:
            top.error(f"{', '.join(given)}: not allowed with the command {args.command}")
    if args.command in ("cameras", "models", "rerun") and args.to:
        top.error(f"--to: not allowed with the command {args.command}")
    if args.command == "analyze" and (streams := [text for text in args.to if is_stream(text)]):
        top.error(f"--to {streams[0]}: not allowed with the command analyze")
    if args.command == "stream":
        check_stream(top, args)
    if args.command in ("analyze", "stream"):
        _check_range(top, "--smoothing-ms", args.smoothing_ms, "smoothing_ms")
        _check_range(top, "--min-score", args.min_score, "min_detection_score")
    if args.command == "analyze":
        check_many_files(top, args)
    from_s, to_s = getattr(args, "from_s", None), getattr(args, "to_s", None)
    if from_s is not None and to_s is not None and from_s >= to_s:
        top.error(f"argument --to: must come after --from: {args.to_s:g}")
    return args


def _with_open(argv: Sequence[str]) -> Sequence[str]:
    """Let a file stand alone, as file managers name the one that was double-clicked."""
    is_file = len(argv) == 1 and not argv[0].startswith("-")
    if is_file and Path(argv[0]).suffix.lower() in (BUNDLE_SUFFIX, *MEDIA_SUFFIXES):
        return ["--open", argv[0]]
    return argv


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog=PROGRAM,
        usage="%(prog)s [--camera INDEX|NAME|URL | --open FILE] [--model NAME|DIR] [OPTION...]\n"
        "       %(prog)s analyze FILE|FOLDER... --out DIR [OPTION...]\n"
        "       %(prog)s stream --camera INDEX|NAME|URL... --to udp:HOST:PORT [OPTION...]\n"
        "       %(prog)s rerun BUNDLE... [--video FILE|FOLDER]\n"
        "       %(prog)s report SESSION|RESULT.csv... --out FILE [OPTION...]\n"
        "       %(prog)s crop FOLDER --out DATASET [OPTION...]\n"
        "       %(prog)s cameras | models [--json]",
        description="Recognises facial expressions in real time. Without a command it opens the "
        "window.",
        allow_abbrev=False,
    )
    source = top.add_mutually_exclusive_group()
    source.add_argument(
        "--camera",
        metavar="INDEX|NAME|URL",
        help="open this camera, or this stream (rtsp://..., http://...)",
    )
    source.add_argument("--open", metavar="FILE", help="open this video, image or bundle")
    top.add_argument("--model", metavar="NAME|DIR", default="", help=MODEL_HELP)
    top.add_argument("--engine", metavar="NAME", type=engine_name, help=ENGINE_HELP)
    top.add_argument(
        "--to",
        "--output",
        metavar="NAME[:TARGET]",
        type=stream_or_output,
        action="append",
        default=[],
        help=f"{_TO_HELP}; or send the numbers as with the command stream, as in ws:8765",
    )
    top.add_argument(
        "--temp-profile",
        action="store_true",
        help="use fresh settings, and discard them and the sessions afterwards",
    )
    top.add_argument(
        "--smoke-test",
        action="store_true",
        help="start, analyse the demo clip for a moment and quit, to check the installation",
    )
    top.add_argument("--verbose", action="store_true", help="log to standard error")
    top.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = top.add_subparsers(dest="command", title="commands", metavar="COMMAND", prog=PROGRAM)
    _add_analyze(commands)
    add_stream(commands)
    add_report(commands)
    add_rerun(commands)
    add_crop(commands)
    cameras = commands.add_parser("cameras", help="list the cameras of this computer")
    models = commands.add_parser("models", help="list the installed models")
    for command in (cameras, models):
        command.add_argument("--json", action="store_true", help="print a JSON array")
    return top


def _add_analyze(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    analyze = commands.add_parser(
        "analyze",
        help="analyse images and videos, every frame, into tables",
        description="Analyses every frame of images and videos and writes, for each, DIR/<stem>.csv"
        " and DIR/<stem>.meta.json. Files of an earlier run are replaced; two inputs with one stem"
        " get distinct names (<stem>-2). The same file gives the same table each time. Of a"
        " damaged file, what can be read is written.",
        epilog="Exit status: 0 all done, 1 some input failed (each in a line on standard error),"
        " 2 wrong usage.",
        allow_abbrev=False,
    )
    analyze.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="image or video, a folder with images and videos (without its subfolders), or a"
        " pattern, as in 'study/**/*.mp4'",
    )
    add_many_files(analyze)
    analyze.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="folder for the results"
    )
    # Not set where it is not given, so that one before the command holds.
    analyze.add_argument("--model", metavar="NAME|DIR", default=argparse.SUPPRESS, help=MODEL_HELP)
    analyze.add_argument(
        "--engine", metavar="NAME", type=engine_name, default=argparse.SUPPRESS, help=ENGINE_HELP
    )
    # Not --to, as for the window: that is a time here.
    analyze.add_argument(
        "--output",
        dest="to",
        metavar="NAME[:TARGET]",
        type=output_name,
        action="append",
        default=argparse.SUPPRESS,
        help=_TO_HELP,
    )
    analyze.add_argument(
        "--annotated",
        action="store_true",
        help="also write <stem>.annotated.mp4 (or .png) with boxes and labels drawn in",
    )
    analyze.add_argument(
        "--video",
        dest="videos",
        choices=("clean", "blurred"),
        action="append",
        default=[],
        help="also write <stem>.clean.mp4, the analysed part of a video with its sound, or"
        " <stem>.blurred.mp4 (or .png), in which every face that was found is hidden, without"
        " sound; may be given twice",
    )
    analyze.add_argument(
        "--chart", action="store_true", help="also write <stem>.timeline.png, one row per face"
    )
    analyze.add_argument(
        "--json", action="store_true", help="print one JSON object per file on standard output"
    )
    analyze.add_argument(
        "--every",
        metavar="N",
        type=every,
        default=1,
        help="analyse only frames whose index is a multiple of N (default: 1, every frame)",
    )
    analyze.add_argument(
        "--from",
        metavar="S",
        dest="from_s",
        type=seconds,
        help="analyse from this second of each file on",
    )
    analyze.add_argument(
        "--to", metavar="S", dest="to_s", type=seconds, help="analyse up to this second"
    )
    analyze.add_argument(
        "--empty-rows",
        action="store_true",
        help="write a row, with empty cells, for each frame without a face as well",
    )
    analyze.add_argument(
        "--format",
        choices=get_args(TableFormat),
        default="csv",
        help="format of the table (default: %(default)s); parquet needs pyarrow",
    )
    add_csv_dialect(analyze)
    analyze.add_argument(
        "--together",
        metavar="FILE",
        type=table_file,
        help="also write one table of all files, with a last column file; its name ends in .csv,"
        " .xlsx or .parquet, or is a folder, as in all/, for a Parquet file of each file",
    )
    analyze.add_argument(
        "--calibrate",
        metavar="FROM-TO",
        type=interval,
        help="read the faces of each video against their own neutral expression, shown"
        " between these two times in seconds: emotion, confidence and the columns corrected_..."
        " then follow it, the columns p_... do not",
    )
    add_reading_options(analyze)


def _check_range(top: argparse.ArgumentParser, option: str, value: float, setting: str) -> None:
    low, high = bounds(setting)
    if not low <= value <= high:  # also where it is no number
        top.error(f"argument {option}: must lie between {low:g} and {high:g}: {value:g}")
