"""The settings of a training as data: meaning, default and allowed values.

The meanings are those of the dataclasses in ``trainer.config``, so that help, wizards and code say
the same.
"""

import inspect
import math
import re
from dataclasses import fields, replace
from typing import Any, Final, get_args, get_type_hints

from trainer.config import Augmentation, DataSource, Recipe, TrainConfig, limits
from trainer.contract.checked_json import encode_json
from trainer.contract.offers import Setting

# Of the run rather than the recipe; the rest of ``TrainConfig`` says what is trained on what.
_OF_THE_RUN: Final = ("precision", "seed", "weights", "folds")


def settings(recipe: Recipe | None = None) -> tuple[Setting, ...]:
    """Return every setting that a user may change, the most important group first.

    Args:
        recipe: holds the defaults; without one, they are those of no particular system.
    """
    own: dict[str, Any] = {}
    if recipe is not None:
        own = vars(recipe) | vars(recipe.augmentation)
    listed = (
        *_settings_of(Recipe, "recipe", None),
        *_settings_of(Augmentation, "augmentation", None),
        *_settings_of(TrainConfig, "run", _OF_THE_RUN),
        *_settings_of(DataSource, "run", ("subject_pattern",)),
    )
    return tuple(
        replace(setting, default=own.get(setting.name, setting.default)) for setting in listed
    )


def settings_as_json(recipe: Recipe | None = None, *, without: tuple[str, ...] = ()) -> str:
    """Return a JSON array with one object for each setting, its defaults from a recipe.

    Args:
        recipe: of a system.
        without: settings that mean nothing to it.
    """
    return encode_json([each for each in settings(recipe) if each.name not in without])


def meanings(documented: type) -> dict[str, str]:
    """Return what a dataclass's docstring says of each attribute."""
    _, _, section = inspect.getdoc(documented).partition("Attributes:\n")  # type: ignore[union-attr]
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=    \S)", section.split("\n\n")[0]):
        names, _, text = " ".join(entry.split()).partition(": ")
        found.update(dict.fromkeys(names.split(", "), text.replace("``", "")))
    return found


def _settings_of(owner: Any, group: str, names: tuple[str, ...] | None) -> list[Setting]:
    hints, texts = get_type_hints(owner), meanings(owner)
    defaults = {field.name: field.default for field in fields(owner)}
    chosen = names or tuple(name for name in hints if name != "augmentation")
    return [_setting(name, group, hints[name], defaults[name], texts[name]) for name in chosen]


def _setting(name: str, group: str, hint: Any, default: Any, meaning: str) -> Setting:
    kinds: dict[Any, Any] = {int: "int", float: "float", bool: "bool", str: "text"}
    least, most = limits(name)
    return Setting(
        name=name,
        group=group,
        kind=kinds.get(hint, "choice"),
        default=default,
        choices=get_args(hint),
        least=least,
        most=None if math.isinf(most) else most,
        meaning=meaning,
    )
