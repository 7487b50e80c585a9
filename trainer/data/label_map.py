"""Mapping a dataset's labels: joined if they mean the same, renamed or left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from trainer.contract.labels import canonical, expression_of
from trainer.contract.text import counted, label_problem, look
from trainer.data.legends import LEGENDS, is_number, plain_number
from trainer.data.split_names import split_of
from trainer.errors import DataError

_LISTED: Final = 12


@dataclass(frozen=True)
class Mapped:
    """A label of a dataset.

    Attributes:
        native: as the dataset names it.
        becomes: its name from then on; nothing where its faces are left out.
        faces: how many have it.
    """

    native: str
    becomes: str
    faces: int


def parse_map(text: str) -> dict[str, str]:
    """Return what a ``--map`` says: pairs ``theirs=ours`` with commas between, or a legend's name.

    A label without a name after its ``=`` is left out.

    Raises:
        DataError: if it is neither.
    """
    if not text.strip():
        return {}
    if legend := LEGENDS.get(text.strip().lower()):
        return dict(legend)
    pairs: dict[str, str] = {}
    for part in text.split(","):
        theirs, equals, ours = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if not equals or not theirs:
            raise DataError(
                f"the map {text!r} is not understood at {part.strip()!r}.",
                hint='Give pairs such as "anger=angry,joy=happy,unclear=", or one of '
                f"{', '.join(LEGENDS)}.",
            )
        if ours and (problem := label_problem(ours)):
            raise DataError(f"the map's label {ours!r} cannot be used: {problem}.")
        if pairs.setdefault(theirs, ours) != ours:
            raise DataError(f"the map {text!r} names {theirs!r} twice.")
    return pairs


def map_labels(
    where: str, natives: Sequence[str], counts: Sequence[int], text: str
) -> tuple[Mapped, ...]:
    """Return what each label of a dataset becomes.

    Args:
        where: the dataset, for messages.
        natives: its labels.
        counts: faces of each.
        text: the user's ``--map``; may be empty.

    Raises:
        DataError: if the map does not fit, or labels cannot be used without one.
    """
    wanted = _by_native(where, natives, text)
    becomes = [wanted.get(native, native) for native in natives]
    spellings: dict[str, list[str]] = {}
    for native, name in zip(natives, becomes, strict=True):
        if name and native not in wanted:
            spellings.setdefault(canonical(name), []).append(name)
    asked = {canonical(name): name for name in wanted.values() if name}
    result = []
    for native, name, count in zip(natives, becomes, counts, strict=True):
        key = canonical(name)
        if native not in wanted and expression_of(name):
            # Two words for one expression are one label; one word stays as the dataset has it.
            if key in asked:
                name = asked[key]
            elif len(spellings[key]) > 1:
                name = key
        result.append(Mapped(native, name, count))
    _check(where, result)
    return tuple(result)


def _by_native(where: str, natives: Sequence[str], text: str) -> dict[str, str]:
    pairs = parse_map(text)
    if not pairs:
        return {}
    is_legend = text.strip().lower() in LEGENDS
    if is_legend:
        numbers = [name for name in natives if is_number(name)]
        unknown = [name for name in numbers if plain_number(name) not in pairs]
        if unknown:
            raise DataError(
                f"{where} has the label {unknown[0]}, which {text.strip()} does not know.",
                hint='Name every label yourself: --map "0=angry,1=disgust,...".',
            )
        return {name: pairs[plain_number(name)] for name in numbers}
    by_look = {look(native): native for native in natives}
    found = {}
    for theirs, ours in pairs.items():
        native = theirs if theirs in natives else by_look.get(look(theirs))
        if native is None:
            near = get_close_matches(theirs, natives, 1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise DataError(
                f"the map names {theirs!r}, which is no label of {where}.",
                hint=f"Its labels are {_listed(natives)}.{meant}",
            )
        found[native] = ours
    return found


def _check(where: str, mapped: Sequence[Mapped]) -> None:
    used = [row for row in mapped if row.becomes and row.faces]
    numbers = [row for row in used if is_number(row.becomes)]
    if numbers:
        raise DataError(
            f"{where} names its labels by numbers ({_listed([row.becomes for row in numbers])}), "
            "and nothing says what they stand for.",
            hint='Say it with --map "0=angry,1=disgust,...", or name whose numbers they are: '
            f"--map {', --map '.join(LEGENDS)}; or put a classes.txt with a line for each "
            "(0 angry) beside them.",
        )
    splits = [row.becomes for row in used if split_of(row.becomes) is not None]
    if splits:
        raise DataError(
            f"{where} has labels that are named like splits: {_listed(splits)}.",
            hint="Put a folder for each label into each of them, or, if they are labels, give "
            f'them other names: --map "{splits[0]}=...".',
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_LISTED])
    more = len(names) - _LISTED
    return f"{shown} and {counted(more, 'more', 'more')}" if more > 0 else shown
