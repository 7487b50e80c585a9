"""Where boxes, labels and bars stand, with text of known size."""

from dataclasses import replace

import pytest

from fer_desktop.domain.emotion import FaceAnalysis
from fer_desktop.domain.overlay_layout import Area, OverlayLayout, OverlayParts, Wording, lay_out
from tests.helpers.overlay import FixedMeasure
from tests.recording.samples import face, rest, scores

PICTURE = Area(0, 0, 640, 480)
WORDS = Wording(lambda shown: f"it is {shown.face_id}", str.upper)
ALL = OverlayParts(bars=True)
MEASURE = FixedMeasure(size_px=16)
SCORES = scores(0.5, 0.25, 0.25)


def placed(*boxes: tuple[float, float, float, float]) -> list[tuple[FaceAnalysis, Area]]:
    return [
        (face(number, raw=SCORES, box=box), Area(box[0], box[1], box[2] - box[0], box[3] - box[1]))
        for number, box in enumerate(boxes, 1)
    ]


def laid_out(
    *boxes: tuple[float, float, float, float], selected: int | None = None
) -> OverlayLayout:
    return lay_out(placed(*boxes), ALL, MEASURE, WORDS, PICTURE, selected)


def test_a_label_stands_above_its_box_and_bars_beside_it() -> None:
    layout = laid_out((200, 200, 300, 300))
    (box,), (tag,), (panel,) = layout.boxes, layout.tags, layout.panels
    assert box.area == Area(200, 200, 100, 100)
    assert (tag.number, tag.words) == ("1", "it is 1")
    assert tag.area.left == 200
    assert 190 < tag.area.bottom < 200
    assert tag.chip.left == tag.area.left
    assert tag.chip.right < tag.words_left < tag.area.right
    assert panel.area.left > 300
    assert [row.name for row in panel.rows] == ["HAPPY", "SAD", "NEUTRAL"]
    first, second, _ = panel.rows
    assert first.bar.width == pytest.approx(2 * second.bar.width)
    assert first.line.right <= first.bar.left
    assert all(row.bar.fits_into(panel.area) for row in panel.rows)


def test_a_name_stands_in_place_of_the_number_as_far_as_there_is_room() -> None:
    name = "somebody of whom there is much to say"
    ((shown, area),) = placed((200, 200, 300, 300))
    named = replace(shown, name=name, person=5)
    layout = lay_out([(named, area)], ALL, MEASURE, WORDS, PICTURE)
    (tag,) = layout.tags
    assert tag.number == "somebody of who…"
    assert tag.chip.width < tag.area.width < PICTURE.width / 2


def test_parts_are_left_out() -> None:
    faces = placed((200, 200, 300, 300))
    bare = lay_out(faces, OverlayParts(boxes=False, labels=False), MEASURE, WORDS, PICTURE)
    assert (bare.boxes, bare.tags, bare.panels) == ((), (), ())


def test_nothing_leaves_the_picture_or_covers_what_it_must_not() -> None:
    boxes = [(x, y, x + 70.0, y + 70.0) for x in (0.0, 290.0, 569.0) for y in (0.0, 205.0, 409.0)]
    layout = laid_out(*boxes)
    written = [tag.area for tag in layout.tags]
    bars = [panel.area for panel in layout.panels]
    assert len(written) == len(boxes)
    assert bars
    for at, area in enumerate(written + bars):
        assert area.fits_into(PICTURE)
        assert not area.hits((written + bars)[:at])
    for bar in bars:
        assert not bar.hits(box.area for box in layout.boxes)


def test_a_number_alone_is_written_where_words_would_cover_another_face() -> None:
    # The faces above and at both sides leave room for a number only.
    boxes = (100, 100, 140, 140), (100, 40, 140, 85), (142, 40, 400, 200), (0, 40, 98, 200)
    layout = laid_out(*boxes)
    words = {tag.number: tag.words for tag in layout.tags}
    assert words["1"] == ""
    chosen = laid_out(*boxes, selected=1)
    first = chosen.tags[0]
    assert (first.number, first.words) == ("1", "it is 1"), "named whatever is behind"
    strokes = {box.face.face_id: box.stroke for box in chosen.boxes}
    assert strokes[1] > strokes[2] == strokes[3]


def test_a_calibrated_face_has_room_for_its_sign() -> None:
    box = (200.0, 200.0, 300.0, 300.0)
    calm = face(1, raw=SCORES, box=box, baseline=rest(0.1, 0.2, 0.7))
    (tag,) = lay_out([(calm, Area(200, 200, 100, 100))], ALL, MEASURE, WORDS, PICTURE).tags
    (plain,) = laid_out(box).tags
    assert tag.mark is not None
    assert plain.mark is None
    assert tag.chip.right < tag.mark.left < tag.mark.right < tag.words_left
    assert tag.area.width > plain.area.width
