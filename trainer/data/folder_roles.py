"""Finding out which folder level names splits, which labels and which persons."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trainer.contract.labels import canonical, expression_of
from trainer.data.legends import is_number
from trainer.data.split_names import split_of

Parts = tuple[str, ...]
_HALF: Final = 0.5
_DEEPEST: Final = 4


@dataclass(frozen=True)
class Place:
    """What a folder says of the pictures in it.

    Attributes:
        label: nothing where it belongs to no label.
        split: index into ``SPLITS``, or -1.
        subject: who is shown, empty where the folders do not say.
    """

    label: str = ""
    split: int = -1
    subject: str = ""


@dataclass(frozen=True)
class Roles:
    """What the folders of a tree are for.

    Attributes:
        places: for each folder with pictures, what it says of them.
        order: the levels from the outside, in words.
        strays: folders beside split folders that are none.
    """

    places: dict[Parts, Place]
    order: tuple[str, ...]
    strays: tuple[str, ...] = ()


def read_roles(folders: Sequence[Parts]) -> Roles:
    """Return what the folders of a tree are for.

    Args:
        folders: those with pictures, as their names below the tree's root.
    """
    lasting = list(dict.fromkeys(folders))
    at = _split_level(lasting)
    strays: tuple[str, ...] = ()
    if at is not None:
        wrong = [parts for parts in lasting if len(parts) > at and split_of(parts[at]) is None]
        strays = tuple(sorted({"/".join(parts[: at + 1]) for parts in wrong}))
    splits = {
        parts: split_of(parts[at]) if at is not None and len(parts) > at else None
        for parts in lasting
    }
    rest = {
        parts: parts[:at] + parts[at + 1 :]
        if splits[parts] is not None and at is not None
        else parts
        for parts in lasting
    }
    rest = _without_wrappers(rest, splits)
    label_at, subject_at = _label_level(list(rest.values()))
    places = {}
    for parts, inner in rest.items():
        split = splits[parts]
        places[parts] = Place(
            label=inner[label_at] if len(inner) > label_at else "",
            split=-1 if split is None else split,
            subject=inner[subject_at]
            if subject_at is not None and len(inner) > max(label_at, subject_at)
            else "",
        )
    order: list[tuple[float, str]] = [(label_at, "label")]
    if subject_at is not None:
        order.append((subject_at, "person"))
    if at is not None:
        order.append((at - 0.5 if at <= label_at else at + 0.5, "split"))
    return Roles(places, tuple(word for _, word in sorted(order)), strays)


def _split_level(folders: list[Parts]) -> int | None:
    """Return the level that names splits: all of its names do, or most of an outermost one."""
    for at in range(_DEEPEST):
        deep = [parts for parts in folders if len(parts) > at]
        names = {parts[at] for parts in deep}
        known = {name for name in names if split_of(name) is not None}
        if not known:
            continue
        # A split has folders for labels in it, or lies in a label's folder.
        inside = any(len(parts) > at + 1 and parts[at] in known for parts in deep)
        if at == 0 and inside:
            return at
        if at > 0 and known == names:
            return at
    return None


def _without_wrappers(
    rest: dict[Parts, Parts], splits: dict[Parts, int | None]
) -> dict[Parts, Parts]:
    """Leave out outer folders that hold everything, or everything of a split."""
    while True:
        outer: dict[int | None, set[str]] = defaultdict(set)
        for parts, inner in rest.items():
            outer[splits[parts]].add(inner[0] if len(inner) > 1 else "")
        is_wrapped = all(len(names) == 1 and "" not in names for names in outer.values())
        names = set().union(*outer.values()) if outer else set()
        if not names or not is_wrapped or any(map(expression_of, names)):
            return rest
        rest = {parts: inner[1:] for parts, inner in rest.items()}


def _label_level(folders: list[Parts]) -> tuple[int, int | None]:
    """Return the level that names labels, and the one that names persons, if one does."""
    levels = [{parts[at] for parts in folders if len(parts) > at} for at in range(_DEEPEST)]

    def share_known(at: int) -> float:
        names = levels[at]
        return sum(bool(expression_of(name)) for name in names) / len(names) if names else 0.0

    if share_known(0) < _HALF:
        for at in range(1, _DEEPEST):
            if share_known(at) >= _HALF and len(set(map(canonical, levels[at]))) > 1:
                return at, 0
        # People are numbered, labels are named.
        numbered = all(map(is_number, levels[0])) and not all(map(is_number, levels[1]))
        if numbered and levels[1] and _recur(folders, outer=0, inner=1):
            return 1, 0
    return 0, 1 if _recur(folders, outer=0, inner=1) else None


def _recur(folders: list[Parts], *, outer: int, inner: int) -> bool:
    """Tell whether most names of an inner level lie in several folders of an outer one."""
    found: dict[str, set[str]] = defaultdict(set)
    for parts in folders:
        if len(parts) > inner:
            found[parts[inner]].add(parts[outer])
    several = sum(len(outers) > 1 for outers in found.values())
    return bool(found) and several >= _HALF * len(found)
