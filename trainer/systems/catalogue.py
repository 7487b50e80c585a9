"""The systems that the trainer knows, found by their names: its own and those of other packages."""

from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final

from trainer.config import TrainConfig
from trainer.contract.entry_points import Offer, described
from trainer.errors import TrainerError, UnknownSystemError
from trainer.plugins import extensions
from trainer.systems.system import Body, System

# Each entry point of this group names a ``System`` of its own name.
GROUP: Final = "trainer.systems"


def systems() -> tuple[System, ...]:
    """Return all systems: those of the studies, ours, and those of other packages."""
    own = sorted(_own().values(), key=lambda system: (system.study == "ours", system.study))
    return (*own, *_EXTENSIONS.all().values())


def get_system(name: str) -> System:
    """Return the system of that name, or what a name such as ``frozen_VGG19`` describes.

    Raises:
        UnknownSystemError: if there is none.
    """
    known = _own().get(name) or _EXTENSIONS.get(name)
    if known is not None:
        return known
    from trainer.systems.own_file import own_system
    from trainer.systems.transfer import any_transfer

    described_by_name = own_system(name) or any_transfer(name)
    if described_by_name is None:
        near = get_close_matches(name, (*_own(), *_EXTENSIONS.all()), 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise UnknownSystemError(
            f"there is no system {name!r}.", hint=f"`fer-train systems` lists them.{meant}"
        )
    return described_by_name


def system_of(config: TrainConfig) -> System:
    """Return the system of a run, with the input that the run gives it.

    Raises:
        UnknownSystemError: if there is none, or it cannot have another input.
    """
    system = get_system(config.system)
    if config.input_px is None and config.color is None:
        return system
    if system.combination is not None:
        raise UnknownSystemError(
            f"{system.name} combines networks: its input stays as it is.",
            hint="Leave out --input and --color.",
        )
    return replace(
        system,
        size_px=config.input_px or system.size_px,
        color=config.color or system.color,
        parameters=None,
    )


def _own() -> dict[str, System]:
    # Imported late: a training needs one of them, and most commands none.
    from trainer.systems import ensembles, residual, scratch, transfer

    built_in = (*scratch.SYSTEMS, *ensembles.SYSTEMS, *transfer.SYSTEMS, *residual.SYSTEMS)
    return {system.name: system for system in built_in}


def _checked(offer: Offer, extension: object) -> System:
    if not isinstance(extension, System):
        raise TypeError(f"it must be a System, and is {described(extension)}")
    if extension.name != offer.name:
        raise ValueError(f"it calls itself {extension.name!r}: both names must be the same")
    return _explaining(extension, offer.package)


def _explaining(system: System, package: str) -> System:
    """Return a system that says in words what goes wrong in another package's network."""
    if system.combination is not None:
        members = tuple(_explaining(member, package) for member in system.combination.members)
        return replace(system, combination=replace(system.combination, members=members))
    assert system.body is not None
    return replace(system, body=_explaining_body(system.body, system.name, package))


def _explaining_body(body: Body, name: str, package: str) -> Body:
    def explained(*arguments: Any) -> Any:
        try:
            return body(*arguments)
        except TrainerError:
            raise
        except Exception as error:
            raise UnknownSystemError(
                f"the system {name} of the package {package} cannot be built:"
                f" {type(error).__name__}: {error}.",
                hint="Tell whoever made it, or choose another system.",
            ) from error

    return explained


def _own_names() -> frozenset[str]:
    return frozenset(_own())


_EXTENSIONS: Final = extensions(GROUP, _checked, taken=_own_names)
