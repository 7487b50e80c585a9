"""The arguments of ``fer-desktop``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

from fer_desktop import __version__
from fer_desktop.cli.arguments_of_files import add_crop, add_rerun
from fer_desktop.cli.option_values import (
    ENGINE_HELP,
    control,
    engine_name,
    every,
    interval,
    measures,
    output_name,
    seconds,
    stream_or_output,
    table_file,
    token,
)
from fer_desktop.cli.report_options import add_csv_dialect, add_report
from fer_desktop.domain.bundle_name import BUNDLE_SUFFIX
from fer_desktop.settings import FaceSearch, Settings, TableFormat, bounds
from fer_desktop.sources.media_names import MEDIA_SUFFIXES
from fer_desktop.streaming.targets import is_stream

PROGRAM: Final = "fer-desktop"
_MODEL_HELP: Final = "name of an installed model, or a model folder"
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
    if args.command == "stream" and not args.to:
        top.error("stream needs --to, as in --to udp:127.0.0.1:9001")
    if args.command in ("analyze", "stream"):
        _check_range(top, "--smoothing-ms", args.smoothing_ms, "smoothing_ms")
        _check_range(top, "--min-score", args.min_score, "min_detection_score")
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
        "       %(prog)s stream --camera INDEX|NAME|URL --to udp:HOST:PORT [OPTION...]\n"
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
    top.add_argument("--model", metavar="NAME|DIR", default="", help=_MODEL_HELP)
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
    _add_stream(commands)
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
        help="image or video, or a folder with images and videos (its subfolders are left out)",
    )
    analyze.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="folder for the results"
    )
    # Not set where it is not given, so that one before the command holds.
    analyze.add_argument("--model", metavar="NAME|DIR", default=argparse.SUPPRESS, help=_MODEL_HELP)
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
        " .xlsx or .parquet",
    )
    analyze.add_argument(
        "--calibrate",
        metavar="FROM-TO",
        type=interval,
        help="read the faces of each video against their own neutral expression, shown"
        " between these two times in seconds: emotion, confidence and the columns corrected_..."
        " then follow it, the columns p_... do not",
    )
    _add_reading_options(analyze)


def _add_reading_options(command: argparse.ArgumentParser) -> None:
    """Add what says how faces are found and read."""
    defaults = Settings()
    command.add_argument(
        "--smoothing-ms",
        metavar="MS",
        type=int,
        default=defaults.smoothing_ms,
        help="time constant of the smoothing of emotion and confidence over time, 0 for none"
        " (default: %(default)s); the columns p_... are never smoothed",
    )
    command.add_argument(
        "--min-score",
        metavar="SCORE",
        type=float,
        default=defaults.min_detection_score,
        help="minimum detection score of a face (default: %(default)s)",
    )
    command.add_argument(
        "--measures",
        metavar="all|none|A,B",
        type=measures,
        default=(),
        help="further measures of each face, in columns after p_...: head_pose, gaze, eyes_open,"
        " actions_mouth and others (README: Measures), measures of installed packages, all of them"
        " except mesh, or none (default); mesh is written as NAME.mesh.npz",
    )
    command.add_argument(
        "--faces",
        choices=get_args(FaceSearch),
        default=defaults.face_search,
        help="small: search every frame for small faces as well, as in a group photograph or a "
        "classroom, which takes about a hundred times as long (tenths of a second per "
        "frame); large: never search for them; auto: in images, but not in videos (default: "
        "%(default)s)",
    )


def _add_stream(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    stream = commands.add_parser(
        "stream",
        help="send what is read of a camera to other programs, without a window",
        description="Analyses a camera, always at its newest frame, or a file at its own pace, and"
        " sends the numbers to other programs. A camera that goes away is tried again until the"
        " command is ended by Ctrl+C or SIGTERM.",
        epilog="Exit status: 0 ended as asked or at the end of the file, 1 the source or an output"
        " failed (each in a line on standard error), 2 wrong usage.",
        allow_abbrev=False,
    )
    source = stream.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--camera",
        metavar="INDEX|NAME|URL",
        help="analyse this camera, or this stream (rtsp://..., http://...)",
    )
    source.add_argument("--open", metavar="FILE", help="analyse this video or image")
    stream.add_argument(
        "--to",
        "--output",
        metavar="KIND[:PLACE]",
        type=stream_or_output,
        action="append",
        default=argparse.SUPPRESS,
        help="send to udp:HOST:PORT (a JSON object per frame) or osc:HOST:PORT, serve listeners at"
        " ws:PORT (WebSocket, and http://127.0.0.1:PORT/latest), offer lsl (Lab Streaming Layer;"
        " lsl:network to other computers as well), or hand over to an output of an installed"
        " package, NAME[:TARGET]; may be given several times",
    )
    stream.add_argument(
        "--control",
        metavar="KIND:PORT",
        type=control,
        default=None,  # a text would have to be one
        help="obey MARK text, START, STOP and NEWSESSION name, a line each, from other programs at"
        " tcp:PORT or udp:PORT",
    )
    stream.add_argument(
        "--bind",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="serve listeners at this address of the computer, 0.0.0.0 for all of them (default:"
        " %(default)s, this computer only)",
    )
    stream.add_argument(
        "--token",
        metavar="TEXT",
        type=token,
        default=None,  # a text would have to be one
        help="what listeners must know, as ?token=TEXT or in the header Authorization: Bearer TEXT,"
        " and who gives commands, as TOKEN TEXT before each;"
        " where --bind serves other computers and none is given, one is made and printed",
    )
    stream.add_argument("--model", metavar="NAME|DIR", default=argparse.SUPPRESS, help=_MODEL_HELP)
    stream.add_argument(
        "--engine", metavar="NAME", type=engine_name, default=argparse.SUPPRESS, help=ENGINE_HELP
    )
    _add_reading_options(stream)


def _check_range(top: argparse.ArgumentParser, option: str, value: float, setting: str) -> None:
    low, high = bounds(setting)
    if not low <= value <= high:  # also where it is no number
        top.error(f"argument {option}: must lie between {low:g} and {high:g}: {value:g}")
