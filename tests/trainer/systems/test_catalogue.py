import numpy as np
import pytest

from trainer.contract.labels import LABEL_SETS, REST
from trainer.data.readers import parse_labels
from trainer.errors import UnknownSystemError
from trainer.systems.catalogue import get_system, systems
from trainer.systems.system import System, is_single

ALL_ROWS = {
    "A": 6,
    "B": 6,
    "C": 6,
    "D": 5,
    "E": 14,
    "ours": 2,
}


def test_every_row_of_every_study_is_there() -> None:
    found: dict[str, int] = {}
    for system in systems():
        found[system.study] = found.get(system.study, 0) + 1
    assert found == ALL_ROWS


@pytest.mark.parametrize("system", systems(), ids=lambda system: system.name)
def test_parameters_are_those_of_the_table(system: System) -> None:
    network = system.build(parse_labels(system.labels))
    trainable = sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)
    assert (network.count_params(), trainable) == system.parameters


def test_an_rgb_network_takes_gray_and_sees_the_same() -> None:
    system = get_system("study_a_vgg16")
    rgb, gray = system.build(LABEL_SETS["fer4"]), system.build(LABEL_SETS["fer4"], channels=1)
    gray.set_weights(rgb.get_weights())
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48, 1), np.uint8)
    np.testing.assert_allclose(
        gray.predict_on_batch(faces), rgb.predict_on_batch(np.repeat(faces, 3, axis=-1)), atol=1e-5
    )


def test_an_unknown_system_is_named() -> None:
    with pytest.raises(UnknownSystemError, match=r"no system 'vgg'.*fer-train systems"):
        get_system("vgg")


def test_single_emotion_systems_know_one_label() -> None:
    singles = [system for system in systems() if is_single(system)]
    assert {system.labels for system in singles} == {
        f"{label},{REST}" for label in LABEL_SETS["fer7"]
    }


@pytest.mark.usefixtures("tiny_systems")
def test_an_ensemble_refuses_labels_that_no_member_knows() -> None:
    with pytest.raises(UnknownSystemError, match="no network for bored"):
        get_system("tiny_average").build(("angry", "bored"))


@pytest.mark.usefixtures("tiny_systems")
@pytest.mark.parametrize("name", ["tiny_average", "tiny_stacking"])
def test_an_ensemble_gives_probabilities(name: str) -> None:
    network = get_system(name).build(("angry", "disgust", "fear"))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 1), np.uint8)
    np.testing.assert_allclose(network.predict_on_batch(pixels).sum(axis=1), 1, atol=1e-5)


def test_any_keras_application_can_be_named() -> None:
    frozen = get_system("frozen_VGG19_at_block3_pool")
    assert frozen.backbone is not None
    assert (frozen.backbone.application, frozen.backbone.cut) == ("VGG19", "block3_pool")
    parts = frozen.build_parts(LABEL_SETS["fer7"], channels=1)
    assert parts.features.output_shape == (None, 6, 6, 256)
    tuned = get_system("tuned_MobileNetV2")
    assert tuned.backbone is not None
    assert not tuned.backbone.frozen
    with pytest.raises(UnknownSystemError, match="no application 'VGG99'"):
        get_system("frozen_VGG99").build(LABEL_SETS["fer7"])
