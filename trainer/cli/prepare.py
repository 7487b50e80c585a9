"""Checks of a command line before libraries are imported that take seconds."""

import argparse
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from trainer.contract.labels import REST, canonical
from trainer.errors import DataError

# Options that name a model, or several.
_MODELS: Final = ("model", "start", "teacher", "against")


def prepare(args: argparse.Namespace) -> None:
    """Find models by their names, and check labels as far as that takes no network.

    Raises:
        TrainerError: if a model is unknown, or labels cannot be what they are.
    """
    if (check := getattr(args, "check_usage", None)) is not None:
        check(args)
    _find_models(args)
    for name in filter(None, (getattr(args, "system", None), *_systems(args))):
        from trainer.systems.own_file import allow

        allow(name)
    if getattr(args, "labels", ""):
        _check_labels(args)


def _systems(args: argparse.Namespace) -> list[str]:
    return [word.strip() for word in getattr(args, "systems", "").split(",")]


def _find_models(args: argparse.Namespace) -> None:
    from trainer.presets.model_names import model_folder

    for name in _MODELS:
        given = getattr(args, name, None)
        # A run that is resumed needs the model that it began with no more.
        if given is None or (name == "start" and getattr(args, "resume", False)):
            continue
        setattr(args, name, model_folder(given))
    if (given := getattr(args, "models", None)) is not None:
        args.models = [model_folder(each) for each in given]


def _check_labels(args: argparse.Namespace) -> None:
    """Refuse labels that are invalid or that the dataset cannot have, and suggest similar ones."""
    from trainer.data.readers import listed_labels, parse_labels

    wanted = parse_labels(args.labels)
    data: Path | None = getattr(args, "data", None)
    if data is None or getattr(args, "votes", None) is not None or args.command == "export":
        return
    from trainer.cli.data_options import source_from_args

    found = listed_labels(source_from_args(args))
    if found is None:
        return
    known = {canonical(name): name for name in found}
    missing = [name for name in wanted if name != REST and canonical(name) not in known]
    if missing:
        near = get_close_matches(canonical(missing[0]), known, 1)
        meant = f" Did you mean {known[near[0]]}?" if near else ""
        raise DataError(
            f"{data} has no label {', '.join(missing)}.",
            hint=f"Its labels are {', '.join(found)}.{meant}",
        )
