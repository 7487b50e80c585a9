"""The systems as a list for people and for programs."""

from trainer.config import flat_recipe
from trainer.contract.checked_json import encode_json
from trainer.contract.offers import ListedSystem, SystemKind
from trainer.errors import UnknownSystemError
from trainer.systems.catalogue import get_system, systems
from trainer.systems.system import System


def systems_as_text() -> str:
    """Return one line for each system."""
    listed = systems()
    width = max(len(system.name) for system in listed)
    lines = [f"{'system':<{width}}  study  labels          parameters  reported"]
    for system in listed:
        parameters = f"{system.parameters[0]:,}" if system.parameters else ""
        reported = str(system.reported) if system.reported else ""
        lines.append(
            f"{system.name:<{width}}  {system.study:<5}  {system.labels:<13}  {parameters:>11}  "
            f"{reported}"
        )
    lines.append(
        "Any Keras application: frozen_NAME, frozen_NAME_at_LAYER or tuned_NAME, such as "
        "frozen_VGG19_at_block3_pool."
    )
    return "\n".join(lines)


def systems_as_json() -> str:
    """Return a JSON array with one object for each system."""
    return encode_json([_describe(system) for system in systems()])


def choose_systems(text: str) -> tuple[str, ...]:
    """Return the names that a ``--systems`` value stands for.

    Besides names it may hold ``all``, ``scratch`` (what starts from random weights) and studies,
    such as ``A``.

    Raises:
        UnknownSystemError: if a word is none of these.
    """
    chosen: dict[str, None] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        group = [
            system.name
            for system in systems()
            if word in ("all", system.study) or (word == "scratch" and system.backbone is None)
        ]
        chosen.update(dict.fromkeys(group or [get_system(word).name]))
    if not chosen:
        raise UnknownSystemError("no system is named.", hint="`fer-train systems` lists them.")
    return tuple(chosen)


def _describe(system: System) -> ListedSystem:
    kind: SystemKind = "scratch"
    if system.combination is not None:
        kind = "ensemble"
    elif system.backbone is not None:
        kind = "transfer"
    members = system.combination.members if system.combination is not None else ()
    parameters, trainable = system.parameters or (None, None)
    reported = system.reported
    return ListedSystem(
        name=system.name,
        study=system.study,
        title=system.title,
        kind=kind,
        layers=system.layers,
        labels=system.labels,
        input=(system.size_px, system.size_px, system.channels),
        parameters=parameters,
        trainable_parameters=trainable,
        members=tuple(member.name for member in members),
        recipe=flat_recipe(system.recipe),
        reported_accuracy=reported.accuracy if reported is not None else None,
        reported_interval_95=reported.interval_95 if reported is not None else None,
        reported_test=reported.test if reported is not None else None,
    )
