"""The arguments of ``fer-desktop stream``."""

import argparse
from pathlib import Path

from fer_desktop import paths
from fer_desktop.cli.option_values import (
    ENGINE_HELP,
    control,
    engine_name,
    marks_from,
    stream_or_output,
    token,
)
from fer_desktop.cli.reading_options import MODEL_HELP, add_reading_options
from fer_desktop.streaming.targets import is_stream


def add_stream(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that sends what is read of cameras to other programs."""
    stream = commands.add_parser(
        "stream",
        help="send what is read of a camera to other programs, without a window",
        description="Analyses a camera, always at its newest frame, or a file at its own pace, and"
        " sends the numbers to other programs. A camera that goes away is tried again until the"
        " command is ended by Ctrl+C or SIGTERM. Several cameras are analysed at once, each for"
        " itself.",
        epilog="Exit status: 0 ended as asked or at the end of the file, 1 the source or an output"
        " failed (each in a line on standard error), 2 wrong usage.",
        allow_abbrev=False,
    )
    source = stream.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--camera",
        metavar="INDEX|NAME|URL",
        action="append",
        help="analyse this camera, or this stream (rtsp://..., http://...); may be given several"
        " times (README: Two cameras at once)",
    )
    source.add_argument(
        "--open",
        metavar="FILE",
        action="append",
        help="analyse this video or image; may be given several times",
    )
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
        "--sessions",
        metavar="DIR",
        type=Path,
        nargs="?",
        const=paths.sessions_dir(),
        default=None,
        help="record each session of a camera, with its marks, in a file of this folder, which the"
        " command report reads; without one, among the past sessions that the window shows",
    )
    stream.add_argument(
        "--marks-from",
        metavar="lsl[:NAME]",
        type=marks_from,
        default=None,  # a text would have to be one
        help="turn markers of other programs into marks: all those of the Lab Streaming Layer, or"
        " those of the stream with this name",
    )
    stream.add_argument(
        "--control",
        metavar="KIND:PORT",
        type=control,
        default=None,  # a text would have to be one
        help="obey MARK text, START, STOP, NEWSESSION name and, with --sessions, EXPORT path, a"
        " line each, from other programs at tcp:PORT or udp:PORT",
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
    stream.add_argument("--model", metavar="NAME|DIR", default=argparse.SUPPRESS, help=MODEL_HELP)
    stream.add_argument(
        "--engine", metavar="NAME", type=engine_name, default=argparse.SUPPRESS, help=ENGINE_HELP
    )
    add_reading_options(stream, to_tables=False)


def check_stream(top: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Refuse arguments that do not go together.

    Raises:
        SystemExit: if they do not.
    """
    if not args.to and not args.sessions:
        top.error("stream needs --to, as in --to udp:127.0.0.1:9001, or --sessions")
    if args.sessions and args.open:
        top.error("--sessions: records cameras only; files are analysed by the command analyze")
    strangers = [text for text in args.to if not is_stream(text)]
    if strangers and len(args.camera or args.open) > 1:
        top.error(f"--to {strangers[0]}: takes the results of one camera only")
