import pytest

from fer_desktop.domain.emotion import FaceAnalysis, FrameAnalysis
from fer_desktop.domain.face import BoundingBox, Detection
from fer_desktop.domain.main_face import MainFace

pytestmark = pytest.mark.unit

SECOND = 1_000_000


def seen(seconds: float, *face_ids: int) -> FrameAnalysis:
    detection = Detection(BoundingBox(0, 0, 1, 1), 0.9)
    faces = tuple(FaceAnalysis(face_id, detection, None, None) for face_id in face_ids)
    return FrameAnalysis(0, round(seconds * SECOND), None, 640, 480, faces)


def followed(main: MainFace, *analyses: FrameAnalysis) -> list[int | None]:
    found = []
    for analysis in analyses:
        main.take(analysis)
        found.append(main.face_id)
    return found


def test_the_first_face_is_the_main_one_until_it_is_gone() -> None:
    frames = (seen(0), seen(1, 2), seen(2, 1, 2), seen(4, 1), seen(4.9, 1), seen(5.1, 1, 3))
    assert followed(MainFace(), *frames) == [None, 2, 2, 2, 2, 1]


def test_a_face_that_comes_back_in_time_is_still_the_main_one() -> None:
    frames = (seen(0, 2), seen(2.9, 1), seen(2.95, 1, 2), seen(5.9, 1), seen(6, 1))
    assert followed(MainFace(), *frames) == [2, 2, 2, 2, 1]


def test_the_chosen_face_is_the_main_one_and_a_gone_one_stays_where_nobody_comes() -> None:
    main = MainFace()
    followed(main, seen(0, 1, 2))
    main.choose(2)
    assert followed(main, seen(1, 1, 2), seen(3, 1), seen(60)) == [2, 2, 2]


def test_a_video_that_is_played_again_moves_on_too() -> None:
    assert followed(MainFace(), seen(60, 9), seen(0, 1)) == [9, 1]
