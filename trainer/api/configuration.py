"""From what a notebook names to what the trainer takes."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from trainer.api.answers import Data, PathLike, Trained
from trainer.config import Augmentation, DataSource, Recipe, TrainConfig, VoteUse, gentle
from trainer.errors import RunError


def as_source(
    data: PathLike | DataSource | Data,
    *,
    label_map: str = "",
    votes: PathLike | None = None,
    subject_pattern: str = "",
    vote_use: VoteUse = "soft",
) -> DataSource:
    """Return where faces come from."""
    if isinstance(data, Data):
        return data.source
    if isinstance(data, DataSource):
        return data
    return DataSource(
        path=Path(data),
        votes=Path(votes) if votes is not None else None,
        vote_use=vote_use,
        subject_pattern=subject_pattern,
        label_map=label_map,
    )


def as_model(model: PathLike | Trained) -> Path:
    """Return a model's folder.

    Raises:
        RunError: if there is no such model.
    """
    from trainer.presets.model_names import model_folder

    return model.folder if isinstance(model, Trained) else model_folder(model)


def system_of(out: Path, start: Path | None, *, resume: bool) -> str:
    """Return the system of a run that goes on, or of the model that it begins with.

    Raises:
        RunError: if nothing says it.
    """
    from trainer.presets.model_folder import model_preset
    from trainer.runs.run_folder import holds_run, read_run

    if resume and holds_run(out):
        return read_run(out).config.system
    if start is None:
        raise RunError("neither a system nor a model to start from is named.")
    return model_preset(start).system


def run_settings(
    *,
    system: str,
    source: DataSource,
    out: Path,
    start: Path | None,
    labels: str,
    seed: int,
    settings: Mapping[str, Any],
) -> TrainConfig:
    """Return the settings of a run.

    Raises:
        TrainerError: if one is unknown, or cannot be what it is.
    """
    from trainer.systems.catalogue import get_system
    from trainer.systems.own_file import allow

    allow(system)
    recipe = get_system(system).recipe
    recipe = recipe if start is None else gentle(recipe)
    fields = {name for name in vars(Recipe()) if name != "augmentation"}
    changes = set(vars(Augmentation()))
    of_run = {"precision", "weights", "folds", "teacher_share", "input_px", "color"}
    known = fields | changes | of_run
    for name in settings:
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise RunError(
                f"there is no setting {name!r}.", hint=f"`fer-train settings` lists them.{meant}"
            )
    given = {name: value for name, value in settings.items() if name in changes}
    recipe = replace(
        recipe,
        augmentation=replace(recipe.augmentation, **given),
        **{name: value for name, value in settings.items() if name in fields},
    )
    config = TrainConfig(
        system=system,
        data=source.path,
        votes=source.votes,
        vote_use=source.vote_use,
        subject_pattern=source.subject_pattern,
        label_map=source.label_map,
        fixes=source.fixes,
        out=out,
        start=start,
        labels=labels,
        seed=seed,
        recipe=recipe,
        **{name: value for name, value in settings.items() if name in of_run},
    )
    return _checked(config)


def _checked(config: TrainConfig) -> TrainConfig:
    """Return the settings if each is what it can be; a notebook may give anything."""
    from trainer.config import config_from_dict

    try:
        config_from_dict(config.to_dict())
    except ValueError as error:
        raise RunError(f"a setting cannot be used: {error}.") from error
    return config
