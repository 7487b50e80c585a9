"""What the values of options are: each function takes a text and returns what it stands for.

They raise ``argparse.ArgumentTypeError`` where it stands for nothing.
"""

import argparse
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fer_desktop.domain.frame_selection import EVERY_MAX
from fer_desktop.errors import StreamError
from fer_desktop.settings import ENGINES

_SECONDS_MAX: Final = 1e9
_WORKERS_MAX: Final = 256
_TOKEN_LENGTHS: Final = (8, 200)
ENGINE_HELP: Final = (
    "what runs the model: litert, litert-int8, keras, an engine of an installed package, or auto,"
    " which takes Keras on a graphics card, else LiteRT where it can run the model, which is"
    " several times faster on a processor; litert-int8 uses a model's weights of 8 bits where it"
    " has them, which is two to four times faster again, with probabilities that differ by some"
    " hundredths"
)


def engine_name(text: str) -> str:
    """Return the name of an engine that is there."""
    if text in ENGINES:  # no package need be looked at
        return text
    from fer_desktop.vision.engines.plugin_engines import engine_names

    return _one_of(text, engine_names())


def table_file(text: str) -> Path:
    """Return where a table goes: a name with the suffix of a format.

    A name without one, as in ``all/``, is a folder for a table in several Parquet files.
    """
    from fer_desktop.recording.table_files import TABLE_SUFFIXES

    path = Path(text)
    if path.suffix.lower() not in ("", *TABLE_SUFFIXES):
        raise argparse.ArgumentTypeError(
            f"must end in one of {', '.join(TABLE_SUFFIXES)}, or be a folder, as in all/: {text!r}"
        )
    return path


def worker_count(text: str) -> int:
    """Return how many processes there shall be."""
    return _counted(text, _WORKERS_MAX)


def scheduler_address(text: str) -> str:
    """Return the address of a Dask scheduler."""
    if not re.fullmatch(r"(tcp|tls)://\S+:\d{1,5}", text):
        raise argparse.ArgumentTypeError(
            f"must be an address, as in tcp://192.168.1.20:8786: {text!r}"
        )
    return text


def output_name(text: str) -> str:
    """Return what asks for an output that is there, with what it takes."""
    from fer_desktop.pipeline.plugin_outputs import output_names

    _one_of(text.partition(":")[0], output_names())
    return text


def stream_or_output(text: str) -> str:
    """Return what asks for a stream, or for an output that is there."""
    from fer_desktop.pipeline.plugin_outputs import output_names
    from fer_desktop.streaming.targets import is_stream, stream_kinds, stream_target

    if not is_stream(text):
        _one_of(text.partition(":")[0], (*stream_kinds(), *output_names()))
        return text
    try:
        return stream_target(text).text
    except StreamError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def control(text: str) -> str:
    """Return where commands can be heard."""
    from fer_desktop.streaming.targets import control_target

    try:
        return control_target(text).text
    except StreamError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def marks_from(text: str) -> str:
    """Return whose markers become marks."""
    kind, colon, name = text.partition(":")
    if kind != "lsl" or bool(colon) != bool(name):
        raise argparse.ArgumentTypeError(
            f"write lsl, or lsl:NAME for the markers of one stream: {text[:100]!r}"
        )
    return text


def token(text: str) -> str:
    """Return a token that cannot be guessed at once and needs no escapes in an address."""
    low, high = _TOKEN_LENGTHS
    if not low <= len(text) <= high or not re.fullmatch(r"[A-Za-z0-9._~-]*", text):
        raise argparse.ArgumentTypeError(
            f"must have {low} to {high} letters, digits or any of . _ ~ -"
        )
    return text


def measures(text: str) -> tuple[str, ...]:
    """Return the names of measures that are there."""
    if text in ("", "none"):
        return ()
    from fer_desktop.vision.measure_catalogue import all_measures, measure_names

    known = measure_names()
    if text == "all":
        return all_measures()
    return tuple(_one_of(name.strip(), known) for name in text.split(","))


def _one_of(name: str, known: Sequence[str]) -> str:
    if name not in known:
        there = f"there are {', '.join(known)}" if known else "no installed package has any"
        raise argparse.ArgumentTypeError(f"unknown: {name!r} ({there})")
    return name


def interval(text: str) -> tuple[float, float]:
    """Return the two times of ``FROM-TO`` in seconds."""
    begin, dash, end = text.partition("-")
    try:
        times = float(begin), float(end)
    except ValueError:
        times = 0.0, 0.0
    if not dash or not 0 <= times[0] < times[1] < math.inf:
        raise argparse.ArgumentTypeError(
            f"must be two times in seconds, as in 2-5 or 0.5-3.5: {text!r}"
        )
    return times


def seconds(text: str) -> float:
    """Return a time in seconds."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= _SECONDS_MAX:  # also where it is no number
        raise argparse.ArgumentTypeError(f"must be a time in seconds, as in 90 or 2.5: {text!r}")
    return value


def every(text: str) -> int:
    """Return which frames are analysed: every so many."""
    return _counted(text, EVERY_MAX)


def _counted(text: str, most: int) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if not 1 <= number <= most:
        raise argparse.ArgumentTypeError(f"must be a whole number between 1 and {most}: {text!r}")
    return number
