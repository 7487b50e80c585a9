"""What the trainer prints of itself is what the application reads."""

import pytest

from fer_desktop.errors import TrainingError
from fer_desktop.training.choices import (
    can_be_trained,
    epochs_within,
    read_estimate,
    read_settings,
    read_systems,
)
from trainer.cli.setting_list import settings, settings_as_json
from trainer.cli.system_list import systems_as_json
from trainer.contract.checked_json import encode_json
from trainer.contract.offers import Estimate

pytestmark = pytest.mark.unit


def test_the_systems_are_read_as_they_are_listed_less_parts_of_ensembles() -> None:
    listed = {system.name: system for system in read_systems(systems_as_json())}
    assert "study_e_single_happy" not in listed
    assert listed["study_e_stacking"].members[0] == "study_e_single_angry"
    assert listed["residual_se"].reported_accuracy is None
    low, high = listed["study_a_cnn_1"].reported_interval_95 or (0, 0)
    assert 0 < low < listed["study_a_cnn_1"].reported_accuracy < high < 1


def test_the_settings_are_read_as_they_are_listed() -> None:
    assert read_settings(settings_as_json()) == settings()


@pytest.mark.parametrize("printed", ["", "[]", "[1]", "{}", '{"system": "x"}'])
def test_an_answer_that_cannot_be_read_is_told(printed: str) -> None:
    for read in (read_systems, read_settings, read_estimate):
        with pytest.raises(TrainingError, match="cannot be read"):
            read(printed)


def test_an_estimate_becomes_epochs() -> None:
    estimate = Estimate(
        system="x",
        parameters=1,
        faces=9,
        steps_per_epoch=1,
        seconds_per_epoch=10.0,
        epochs=20,
        seconds=200.0,
    )
    assert read_estimate(encode_json(estimate)) == estimate
    assert [epochs_within(estimate, seconds) for seconds in (1, 60, 3600)] == [1, 6, 20]


def test_what_the_trainer_does_not_know_cannot_be_improved() -> None:
    assert can_be_trained("frozen_VGG19", ())
    assert not can_be_trained("tiny", ())
