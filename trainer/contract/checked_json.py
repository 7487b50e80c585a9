"""JSON from anywhere, read as a type: what does not fit is refused, with the place and the reason.

A type is a dataclass, a named tuple or a built-in container; paths are texts. Bounds stand beside
the fields (``msgspec.Meta``), so that no number, text or list of a stranger can be larger than what
reads it expects. Fields that a type does not have are left for newer versions.
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from trainer.contract.text import one_line

T = TypeVar("T")

MOST_BYTES: Final = 8 << 20
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"  # some editors write it

# What numbers and texts of files may be at most, however wrong they are.
Count = Annotated[int, Meta(ge=0, le=2**53)]
Share = Annotated[float, Meta(ge=0, le=1)]
Number = Annotated[float, Meta(ge=-1e12, le=1e12)]
Seconds = Annotated[float, Meta(ge=0, le=1e9)]
Line = Annotated[str, Meta(max_length=1_000)]
Prose = Annotated[str, Meta(max_length=20_000)]
PathText = Annotated[str, Meta(max_length=10_000, pattern=r"\A[^\0]*\Z")]

_PLACE: Final = re.compile(r" - at `(?:key in )?\$\.?(.*)`$")
_WORDS: Final = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "null": "nothing",
    "object": "an object",
    "str": "text",
}


class JsonError(ValueError):
    """JSON that cannot be used; the message says in one line what is wrong with it."""


def encode_json(answer: object) -> str:
    """Return dataclasses, typed dictionaries or sequences of them as JSON; paths become texts."""
    return json.dumps(msgspec.to_builtins(answer, enc_hook=_to_text), indent=1)


def decode_json(text: bytes | str, kind: type[T], *, has_odd_names: bool = False) -> T:
    """Return what a text says, as a type.

    Args:
        text: JSON.
        kind: the type.
        has_odd_names: whether names of files may stand in it that are no text: half characters,
            which may otherwise not come in, because they cannot be written everywhere.

    Raises:
        JsonError: if it is not JSON, or does not fit the type.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        if has_odd_names:
            raw = json.loads(content.decode("utf-8"), parse_constant=_refuse)
            return msgspec.convert(raw, type=kind, dec_hook=_from_text)
        return msgspec.json.decode(content, type=kind, dec_hook=_from_text)
    except (ValueError, RecursionError) as error:
        raise JsonError(_reason(error)) from error


def as_type(value: object, kind: type[T]) -> T:
    """Return a value that was parsed already, as a type.

    Raises:
        JsonError: if it does not fit the type.
    """
    try:
        return msgspec.convert(value, type=kind, dec_hook=_from_text)
    except (ValueError, RecursionError) as error:
        raise JsonError(_reason(error)) from error


def read_json(
    path: Path, kind: type[T], *, most_bytes: int = MOST_BYTES, has_odd_names: bool = False
) -> T:
    """Return what a file says, as a type; the arguments are those of ``decode_json``.

    Raises:
        JsonError: if it is too large, not JSON, or does not fit the type.
        OSError: if it cannot be read.
    """
    return decode_json(read_bounded(path, most_bytes), kind, has_odd_names=has_odd_names)


def read_bounded(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return a file's content, unless there is more of it than expected.

    Raises:
        JsonError: if it is no ordinary file, or too large.
        OSError: if it cannot be read.
    """
    if path.exists() and not path.is_file():  # reading a pipe would wait for its writer
        raise JsonError("it is not an ordinary file")
    with path.open("rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise JsonError(f"it is larger than {most_bytes / 1e6:,.0f} MB")
    return content


def _to_text(value: Any) -> str:
    if isinstance(value, Path):
        return value.as_posix()
    raise NotImplementedError(f"{type(value).__name__} has no form in JSON")


def _from_text(kind: type[Any], value: Any) -> Path:
    """Return what JSON has no word for: paths."""
    if kind is Path:
        return Path(as_type(value, PathText))
    raise NotImplementedError(f"no field can be a {kind.__name__}")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if not isinstance(error, msgspec.ValidationError):
        return f"it is not JSON ({_first_small(str(error))})"
    message = str(error)
    place = _PLACE.search(message)
    problem = _PLACE.sub("", message).replace("Object missing required field", "it lacks")
    problem = re.sub(r"`(\w+)`", _plain_word, problem)
    problem = re.sub(r" matching regex .*", " of another form", problem)
    where = f"{place[1]}: " if place is not None and place[1] else ""
    return one_line(f"{where}{_first_small(problem)}")


def _plain_word(match: re.Match[str]) -> str:
    return _WORDS.get(match[1], repr(match[1]))


def _first_small(text: str) -> str:
    return text[:1].lower() + text[1:] if not text[:2].isupper() else text
