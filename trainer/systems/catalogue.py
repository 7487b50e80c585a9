"""The systems that the trainer knows, found by their names."""

from typing import Final

from trainer.errors import UnknownSystemError
from trainer.systems.system import System

_registered: Final[dict[str, System]] = {}


def register(system: System) -> System:
    """Make a system known by its name.

    Raises:
        ValueError: if the name is taken.
    """
    if system.name in _known():
        raise ValueError(f"system {system.name!r} is already registered")
    _registered[system.name] = system
    return system


def systems() -> tuple[System, ...]:
    """Return all systems in the order of the studies."""
    return tuple(
        sorted(_known().values(), key=lambda system: (system.study == "ours", system.study))
    )


def get_system(name: str) -> System:
    """Return the system of that name, or what a name such as ``frozen_VGG19`` describes.

    Raises:
        UnknownSystemError: if there is none.
    """
    known = _known()
    if name in known:
        return known[name]
    from trainer.systems.transfer import any_transfer

    described = any_transfer(name)
    if described is None:
        raise UnknownSystemError(
            f"there is no system {name!r}.", hint="`fer-train systems` lists them."
        )
    return described


def _known() -> dict[str, System]:
    # Imported late because they bring Keras.
    from trainer.systems import ensembles, residual, scratch, transfer

    built_in = (*scratch.SYSTEMS, *ensembles.SYSTEMS, *transfer.SYSTEMS, *residual.SYSTEMS)
    return {system.name: system for system in built_in} | _registered
