import numpy as np
import pytest

from fer_desktop.vision.detection.blaze_face import AnswerReader

pytestmark = pytest.mark.unit

SIDE = 128
# Anchors of the coarse grid: six in each of its 8 x 8 cells, behind two in each of 16 x 16.
COARSE = 2 * 16 * 16


def cell(row: int, column: int, number: int = 0) -> int:
    return COARSE + 6 * (8 * row + column) + number


def answers(faces: dict[int, tuple[float, tuple[float, float], float]]) -> tuple[np.ndarray, ...]:
    """Return places and logits where some anchors see faces: score, shift and side in pixels."""
    reader = AnswerReader(SIDE, 0.5, 0.3)
    places, logits = (np.zeros(shape, np.float32) for shape in reader.shapes)
    logits -= 20
    for anchor, (score, shift, side) in faces.items():
        logits[0, anchor] = np.log(score / (1 - score))
        places[0, anchor, :4] = *shift, side, side
        places[0, anchor, 4:] = shift * 6
    return places, logits


def read(faces: dict[int, tuple[float, tuple[float, float], float]]) -> list:
    return AnswerReader(SIDE, 0.5, 0.3).faces(*answers(faces))


@pytest.mark.parametrize(("side", "anchors"), [(128, 896), (192, 2304)])
def test_both_networks_have_their_anchors(side: int, anchors: int) -> None:
    assert AnswerReader(side, 0.5, 0.3).shapes == ((1, anchors, 16), (1, anchors, 1))


def test_a_network_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="160"):
        AnswerReader(160, 0.5, 0.3)


def test_a_face_lies_where_its_anchor_says() -> None:
    ((score, place),) = read({cell(2, 5): (0.9, (4.0, -8.0), 32.0)})
    x, y = (5 + 0.5) / 8 + 4 / SIDE, (2 + 0.5) / 8 - 8 / SIDE
    assert score == pytest.approx(0.9)
    assert place[:4] == pytest.approx([x - 0.125, y - 0.125, x + 0.125, y + 0.125])
    assert place[4:] == pytest.approx([x, y] * 6)


@pytest.mark.parametrize("score", [0.4999, 0.49, 0.01])
def test_weak_answers_are_dropped(score: float) -> None:
    assert read({cell(2, 5): (score, (0.0, 0.0), 32.0)}) == []


def test_an_answer_just_strong_enough_is_kept() -> None:
    assert len(read({cell(2, 5): (0.5001, (0.0, 0.0), 32.0)})) == 1


def test_logits_beyond_what_a_float_tells_are_certain() -> None:
    places, logits = answers({cell(2, 5): (0.9, (0.0, 0.0), 32.0)})
    logits[0, cell(2, 5)] = 1e6
    ((score, _),) = AnswerReader(SIDE, 0.5, 0.3).faces(places, logits)
    assert score == 1.0


def test_answers_about_one_face_are_averaged_by_their_scores() -> None:
    ((score, place),) = read(
        {cell(3, 3): (0.6, (0.0, 0.0), 32.0), cell(3, 3, 1): (0.9, (5.0, 0.0), 32.0)}
    )
    assert score == pytest.approx(0.9)
    assert place[0] == pytest.approx(3.5 / 8 - 0.125 + 5 / SIDE * 0.9 / 1.5)


def test_faces_beside_each_other_stay_two_and_the_surest_comes_first() -> None:
    first, second = read({cell(1, 1): (0.7, (0.0, 0.0), 32.0), cell(1, 4): (0.8, (0.0, 0.0), 32.0)})
    assert (first[0], second[0]) == pytest.approx((0.8, 0.7))


def test_boxes_without_area_or_inside_out_do_not_disturb() -> None:
    found = read(
        {
            cell(1, 1): (0.9, (0.0, 0.0), 0.0),
            cell(4, 4): (0.95, (0.0, 0.0), -8.0),
            cell(6, 6): (0.8, (0.0, 0.0), 16.0),
        }
    )
    assert [round(score, 2) for score, _ in found] == [0.9, 0.8]
