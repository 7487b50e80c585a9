"""Films of real faces, cut together so that it is known who is who: whose number each one gets."""

from collections.abc import Iterator
from itertools import islice

import cv2
import pytest

from fer_desktop.domain.frame import Frame
from fer_desktop.domain.frame_selection import FrameSelection
from fer_desktop.pipeline.analysis_run import analyze_file
from fer_desktop.sources.factory import open_file
from fer_desktop.vision.analyzer import Analyzer
from fer_desktop.vision.detection.detector import MediaPipeFaceDetector
from tests.helpers.data import shared_data
from tests.helpers.people_films import OTHERS, Film, films, judge


@pytest.fixture(scope="module")
def detector() -> Iterator[MediaPipeFaceDetector]:
    shared_data()
    detector = MediaPipeFaceDetector()
    yield detector
    detector.close()


def film(name: str) -> Film:
    return next(one for one in films(OTHERS[:2]) if one.name == name)


@pytest.mark.parametrize(
    ("name", "back", "new"),
    [
        ("cut to another person at the same place", 0, 2),
        ("cut away and back", 1, 2),
        ("leaves and comes back", 1, 1),
        ("leaves, another one comes in", 0, 2),
    ],
)
def test_whose_number_a_face_gets(
    name: str, back: int, new: int, detector: MediaPipeFaceDetector
) -> None:
    verdict = judge(film(name), detector.detect)
    assert (verdict.back, verdict.new) == (back, new)
    assert verdict.judged == back + new
    assert verdict.broken == 0


def test_three_people_keep_their_numbers(detector: MediaPipeFaceDetector) -> None:
    source = open_file(shared_data() / "media" / "videos" / "composite_three_people.mp4")
    analyses = analyze_file(source, Analyzer(detector), selection=FrameSelection(6))
    ids = [[face.face_id for face in analysis.faces] for _, analysis in islice(analyses, 36)]
    assert len(ids) == 36
    assert all(found == [1, 2, 3] for found in ids)


def test_a_cut_to_somebody_before_the_same_wall_starts_a_new_face(
    detector: MediaPipeFaceDetector,
) -> None:
    videos = shared_data() / "media" / "videos"
    analyzer = Analyzer(detector)
    ids = []
    for name in ("liveportrait_d18", "liveportrait_d19", "liveportrait_d18"):
        source = open_file(videos / f"{name}.mp4")
        source.open()
        for _ in range(10):
            frame = source.read()
            assert frame is not None
            pixels = cv2.resize(frame.pixels, (480, 480))
            index = len(ids)
            (face,) = analyzer.analyze(Frame(index, index * 33_333, 0, pixels)).faces
            ids.append(face.face_id)
        source.close()
    assert ids == [1] * 10 + [2] * 10 + [1] * 10
