"""What speaks for a label is found where it is, and nowhere else."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.contract.evidence import (
    Ask,
    Evidence,
    NotWanted,
    find_evidence,
    hiding,
    mean_evidence,
)
from trainer.contract.evidence_colors import evidence_pixels

pytestmark = pytest.mark.unit

SIZE = 32
HALF = SIZE // 2
QUADRANTS = {
    "upper left": np.s_[:HALF, :HALF],
    "upper right": np.s_[:HALF, HALF:],
    "lower left": np.s_[HALF:, :HALF],
    "lower right": np.s_[HALF:, HALF:],
}


def noise(channels: int = 1, seed: int = 3) -> NDArray[np.uint8]:
    """Return a picture with detail everywhere, which blurring takes away."""
    return np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, channels), np.uint8)


def looking_at(place: tuple[slice, slice]) -> Ask:
    """Return a model whose first label is likelier the more detail there is in one place."""

    def ask(crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        contrast = crops[:, place[0], place[1]].astype(np.float64).std(axis=(1, 2, 3))
        first = 1 / (1 + np.exp(-(contrast - 40) / 8))
        return np.stack([first, 1 - first], axis=1)

    return ask


@pytest.mark.parametrize("name", QUADRANTS)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_map_lies_where_the_model_looks(name: str, channels: int) -> None:
    place = QUADRANTS[name]
    found = find_evidence(noise(channels), looking_at(place))
    speaks_for = np.maximum(found.map(0, SIZE), 0)
    assert speaks_for[place].sum() / speaks_for.sum() > 0.75  # of any map: a quarter
    (across, down, is_for), *_ = found.peaks(0)
    assert is_for
    inside = np.zeros((SIZE, SIZE), bool)
    inside[place] = True
    assert inside[int(down * SIZE), int(across * SIZE)]


def test_what_speaks_for_one_of_two_labels_speaks_against_the_other() -> None:
    found = find_evidence(noise(), looking_at(QUADRANTS["lower left"]))
    np.testing.assert_allclose(found.parts[0], -found.parts[1], atol=1e-9)
    assert [is_for for *_, is_for in found.peaks(1)] == [False]


def test_hiding_what_the_map_shows_changes_the_answer() -> None:
    found = find_evidence(noise(), looking_at(QUADRANTS["upper right"]))
    assert found.probabilities[0] > 0.9
    assert found.without_for[0] < 0.4
    assert found.without_random[0] > 0.8
    assert found.without_against[1] == pytest.approx(1 - found.without_for[0], abs=0.1)


def test_a_model_that_looks_nowhere_has_a_pale_map() -> None:
    found = find_evidence(noise(), lambda crops: np.full((len(crops), 3), 1 / 3))
    assert np.abs(found.map(1, SIZE)).max() < 1e-9
    assert found.peaks(1) == []
    assert evidence_pixels(found.map(1, SIZE), found.full(1))[..., 3].max() == 0


def test_the_same_face_has_the_same_map() -> None:
    ask = looking_at(QUADRANTS["upper left"])
    first, second = (find_evidence(noise(), ask) for _ in range(2))
    np.testing.assert_array_equal(first.parts, second.parts)


def test_it_stops_when_nobody_waits_any_more() -> None:
    asked = []

    def ask(crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        asked.append(len(crops))
        return np.full((len(crops), 2), 0.5)

    with pytest.raises(NotWanted):
        find_evidence(noise(), ask, lambda: len(asked) < 2)
    assert asked == [16, 16]


def test_the_mean_of_maps_is_a_map() -> None:
    found = [
        find_evidence(noise(seed=seed), looking_at(QUADRANTS["lower right"])) for seed in (1, 2)
    ]
    mean = mean_evidence(found)
    assert isinstance(mean, Evidence)
    np.testing.assert_allclose(mean.parts, (found[0].parts + found[1].parts) / 2)


def test_a_fifth_is_hidden() -> None:
    mask = hiding(np.arange(100.0).reshape(10, 10))
    assert (mask == 0).sum() == 20
    assert (mask[8:] == 0).all()


def test_colours_say_for_and_against() -> None:
    pixels = evidence_pixels(np.array([[2.0, -2.0, 0.0]]), 2.0)
    vermilion, blue, nothing = pixels[0]
    assert vermilion[0] > vermilion[2]
    assert blue[2] > blue[0]
    assert nothing[3] == 0
    assert vermilion[3] == blue[3] > 150
