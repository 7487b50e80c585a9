"""Commands of other programs, one a line, and where what they export may go."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast, get_args

from fer_desktop.errors import StreamError
from fer_desktop.files import name_problem
from fer_desktop.settings import TableFormat

Verb = Literal["MARK", "START", "STOP", "NEWSESSION", "EXPORT"]

LINE_MAX: Final = 4096  # bytes
_TEXT_MAX: Final = {"MARK": 1000, "NEWSESSION": 200, "EXPORT": 500}  # characters
_SUFFIXES: Final = tuple(f".{kind}" for kind in get_args(TableFormat))
_NAME_MAX: Final = 200
_VERBS: Final = get_args(Verb)
_WEB: Final = re.compile(rb"[A-Za-z]+ \S+ HTTP/\d")


@dataclass(frozen=True, slots=True)
class Command:
    """What another program wants.

    Attributes:
        verb: what is to be done.
        text: of the mark, the session's name, or the path of the table; else empty.
    """

    verb: Verb
    text: str = ""


def is_foreign(line: bytes) -> bool:
    """Tell whether a line comes from a program that does not mean us.

    A page in a browser can have anything sent to a port of this computer, but not without words of
    HTTP, or bytes that are no text, before it. Who sends those is heard no further.
    """
    return _WEB.match(line) is not None or not _is_text(line)


def command(line: bytes) -> Command:
    """Return what a line wants.

    Args:
        line: UTF-8; what ends it may be there or not.

    Raises:
        StreamError: if it is no command, saying what is wrong with it.
    """
    if len(line) > LINE_MAX:
        raise too_long()
    if not _is_text(line):
        raise StreamError("this is no text")
    word, _, text = line.decode().strip().partition(" ")
    verb, text = word.upper(), text.strip()
    if verb not in _VERBS:
        raise StreamError(f"there are {', '.join(_VERBS)}")
    longest = _TEXT_MAX.get(verb, 0)
    if len(text) > longest:
        few = f"can have at most {longest} characters" if longest else "takes no text"
        raise StreamError(f"{verb} {few}")
    if longest and not text:
        raise StreamError(f"{verb} needs a text, as in {verb} one")
    return Command(cast(Verb, verb), text)


def too_long() -> StreamError:
    """Return what is wrong with a line that is too long."""
    return StreamError(f"a line can have at most {LINE_MAX} bytes")


def export_path(text: str, folder: Path, *, suffix: str = ".csv") -> Path:
    """Return where a table goes that another program asks for: a new file inside a folder.

    Args:
        text: path inside the folder.
        folder: nothing else may be written to.
        suffix: is added where the path has none of a table.

    Raises:
        StreamError: if it leads elsewhere, also by a link, or its folder is not there.
    """
    names = text.split("/")
    for name in names:
        if problem := name_problem(name, longest=_NAME_MAX, forbidden="\\:"):
            raise StreamError(f"the path must lead into the export folder: {problem}")
        if not name:
            raise StreamError("the path must lead into the export folder: write folder/name")
    path = folder.joinpath(*names)
    if path.suffix.casefold() not in _SUFFIXES:
        path = path.with_name(f"{path.name}{suffix}")
    try:
        parent, top = path.parent.resolve(strict=True), folder.resolve(strict=True)
    except OSError as error:
        raise StreamError(f"the folder {path.parent} is not there") from error
    if not parent.is_relative_to(top):
        raise StreamError("the path must lead into the export folder: this one leads elsewhere")
    return parent / path.name


def _is_text(line: bytes) -> bool:
    try:
        return line.decode().strip("\r\n").isprintable()
    except UnicodeDecodeError:
        return False
