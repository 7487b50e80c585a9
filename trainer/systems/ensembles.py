"""Study E's ensembles: eight small networks whose scores are combined inside one Keras model."""

from typing import Final

from trainer.systems.scratch import E_GENERAL, E_RECIPE, E_SINGLES
from trainer.systems.system import Combination, Reported, System

_TEST = "7,066 validation images"


def _ensemble(
    name: str,
    title: str,
    layers: str,
    combination: Combination,
    accuracy: float,
    parameters: tuple[int, int],
) -> System:
    return System(
        name=name,
        study="E",
        title=title,
        layers=layers,
        combination=combination,
        labels="fer7",
        recipe=E_RECIPE,
        reported=Reported(accuracy=accuracy, test=_TEST, test_n=7066),
        parameters=parameters,
    )


SYSTEMS: Final = (
    _ensemble(
        "study_e_ensemble_all",
        "ensemble: single-emotion + multi-class",
        "the scores of the seven single-emotion networks and of the general one, averaged",
        Combination(members=(*E_SINGLES, E_GENERAL), how="average"),
        0.4508,
        (3_111_765, 3_107_157),
    ),
    _ensemble(
        "study_e_ensemble_single",
        "ensemble: single-emotion only",
        "the scores of the seven single-emotion networks, scaled to sum to 1",
        Combination(members=E_SINGLES, how="average"),
        0.4016,
        (2_722_510, 2_718_478),
    ),
    _ensemble(
        "study_e_stacking",
        "stacking",
        "logistic regression on the eight networks' scores, fitted on held-out folds",
        Combination(members=(*E_SINGLES, E_GENERAL), how="stacking"),
        0.4083,
        (3_111_870, 3_107_262),
    ),
)
