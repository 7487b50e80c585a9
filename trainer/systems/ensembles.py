"""Study E's ensembles: eight small networks whose scores are combined inside one Keras model."""

from trainer.systems.registry import Combination, Reported, System, register
from trainer.systems.scratch import E_RECIPE, SINGLE_EMOTIONS

_SINGLE = tuple(f"study_e_single_{emotion}" for emotion in SINGLE_EMOTIONS)
_GENERAL = "study_e_general"
_TEST = "7,066 validation images"


def _ensemble(
    name: str,
    title: str,
    layers: str,
    combination: Combination,
    accuracy: float,
    parameters: tuple[int, int],
) -> None:
    register(
        System(
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
    )


_ensemble(
    "study_e_ensemble_all",
    "ensemble: single-emotion + multi-class",
    "the scores of the seven single-emotion networks and of the general one, averaged",
    Combination(members=(*_SINGLE, _GENERAL), how="average"),
    0.4508,
    (3_111_765, 3_107_157),
)
_ensemble(
    "study_e_ensemble_single",
    "ensemble: single-emotion only",
    "the scores of the seven single-emotion networks, scaled to sum to 1",
    Combination(members=_SINGLE, how="average"),
    0.4016,
    (2_722_510, 2_718_478),
)
_ensemble(
    "study_e_stacking",
    "stacking",
    "logistic regression on the eight networks' scores, fitted on held-out folds",
    Combination(members=(*_SINGLE, _GENERAL), how="stacking"),
    0.4083,
    (3_111_870, 3_107_262),
)
