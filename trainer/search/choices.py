"""How a search can choose and judge, by the names that the command line takes."""

from typing import Final, Literal, get_args

Objective = Literal[
    "validation accuracy", "validation balanced accuracy", "unseen balanced accuracy"
]
Sampler = Literal["tpe", "random"]
Pruner = Literal["median", "hyperband", "none"]

OBJECTIVES: Final[tuple[Objective, ...]] = get_args(Objective)
SAMPLERS: Final[tuple[Sampler, ...]] = get_args(Sampler)
PRUNERS: Final[tuple[Pruner, ...]] = get_args(Pruner)
UNSEEN: Final[Objective] = "unseen balanced accuracy"
