import pytest

from fer_desktop.vision.detection.merging import by_score, without_duplicates
from tests.helpers.fakes import face_at

pytestmark = pytest.mark.unit


def test_overlapping_boxes_are_one_face() -> None:
    better, worse = face_at((100, 100, 200, 200), 0.9), face_at((120, 110, 230, 220), 0.6)
    assert without_duplicates(by_score([worse, better])) == [better]


def test_a_box_inside_another_is_the_same_face() -> None:
    face, patch = face_at((100, 100, 300, 300), 0.9), face_at((110, 110, 170, 170), 0.6)
    assert without_duplicates([face, patch]) == [face]
    assert without_duplicates([patch, face]) == [patch]


def test_neighbours_stay_two() -> None:
    cheek_to_cheek = [face_at((100, 100, 200, 200)), face_at((175, 90, 275, 190))]
    assert without_duplicates(cheek_to_cheek) == cheek_to_cheek


def test_empty_boxes_do_no_harm() -> None:
    empty = face_at((50, 50, 50, 50))
    assert without_duplicates([empty, face_at((300, 300, 400, 400))])[0] == empty
