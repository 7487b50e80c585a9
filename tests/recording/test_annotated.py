"""Overlays read on any picture; videos keep their times and sizes."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_desktop.domain.overlay_layout import Area
from fer_desktop.domain.palette import color_for, rgb
from fer_desktop.errors import StorageError
from fer_desktop.recording import overlay_painting
from fer_desktop.recording.annotated import (
    AnnotatedVideoWriter,
    annotated_video,
    write_annotated_image,
)
from fer_desktop.recording.overlay_painting import draw_overlay, face_text
from tests.recording.samples import face, frame, picture, rest, scores

HAPPY = face(1, raw=scores(0.875, 0.0625, 0.0625))
UNSURE = face(2, raw=scores(0.25, 0.35, 0.4), is_unsure=True, box=(400.0, 200.0, 500.0, 300.0))


def _decoded(path: Path) -> list[tuple[float, NDArray[np.uint8]]]:
    import av

    with av.open(str(path)) as container:
        return [
            (image.time, image.to_ndarray(format="bgr24")) for image in container.decode(video=0)
        ]


def _has_color(pixels: NDArray[Any], label: str) -> bool:
    return bool((pixels == rgb(color_for(label))[::-1]).all(axis=2).any())


def test_a_face_has_its_box_and_label_in_the_colour_of_its_expression() -> None:
    pixels = picture(0).pixels
    drawn = draw_overlay(pixels, frame(0, HAPPY, UNSURE))
    assert (pixels == 16).all(), "the picture itself is left alone"
    top_edge = drawn[80, 110:210]
    assert _has_color(top_edge[np.newaxis], "happy")
    assert _has_color(drawn[50:78, 100:125], "happy"), "the chip above the box"
    assert not _has_color(drawn, "neutral"), "an unsure face is dimmed"
    assert (drawn[190:310, 390:510] != 16).any()
    assert (draw_overlay(pixels, frame(0)) == pixels).all()


def test_texts_say_label_and_confidence_or_the_two_likeliest() -> None:
    assert face_text(HAPPY) == "happy  88 %"
    assert face_text(UNSURE) == "unsure: neutral / sad"
    assert face_text(face(3)) == ""
    calibrated = replace(HAPPY, baseline=rest(0.1, 0.2, 0.7))
    assert face_text(calibrated) == "happy  88 %", "it wears a sign instead, as in the window"
    signed = draw_overlay(picture(0).pixels, frame(0, calibrated))
    assert (signed != draw_overlay(picture(0).pixels, frame(0, HAPPY))).any()


@pytest.mark.parametrize("background", [0, 128, 255])
def test_the_label_reads_on_any_picture(background: int) -> None:
    pixels = np.full((480, 640, 3), background, np.uint8)
    label = draw_overlay(pixels, frame(0, HAPPY))[56:78, 125:200]
    light, dark = label.max(axis=2) > 220, label.max(axis=2) < 80
    assert light.mean() > 0.05
    assert dark.mean() > 0.4


def test_accents_and_other_alphabets_are_drawn() -> None:
    def drawn(label: str) -> NDArray[np.uint8]:
        named = face(1, raw=scores(0.75, 0.25, labels=(label, "other")))
        return draw_overlay(picture(0).pixels, frame(0, named))[50:80, 122:240]

    assert (drawn("é") != drawn("e")).any()
    assert (drawn("悲") != drawn("?")).any()


def test_labels_stay_in_the_picture_and_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    tags: list[Area] = []
    monkeypatch.setattr(overlay_painting._Painter, "tag", lambda _, tag: tags.append(tag.area))
    faces = [
        face(number, raw=scores(0.5, 0.25, 0.25), box=(-30.0 + 40 * number, -5.0, 640.0, 500.0))
        for number in range(12)
    ]
    draw_overlay(picture(0).pixels, frame(0, *faces))
    assert len(tags) > 3
    for index, tag in enumerate(tags):
        assert tag.fits_into(Area(0, 0, 640, 480))
        assert not tag.hits(tags[:index])


@pytest.mark.parametrize("size", [(1, 1), (5, 2), (3000, 2000)])
def test_any_size_of_picture_can_be_drawn_on(size: tuple[int, int]) -> None:
    drawn = draw_overlay(np.zeros((size[1], size[0], 3), np.uint8), frame(0, HAPPY, UNSURE))
    assert drawn.shape == (size[1], size[0], 3)


def test_a_video_keeps_every_frame_and_its_time(tmp_path: Path) -> None:
    path = tmp_path / "é ☺.mp4"
    times_us = [2_000_000, 2_033_366, 2_050_000, 2_500_001, 2_600_000]  # variable frame rate
    with annotated_video(path) as writer:
        for index, time_us in enumerate(times_us):
            writer.write(picture(index * 8, 641, 479, time_us), frame(index))
        assert not path.exists()
    decoded = _decoded(path)
    assert [round(time * 1e6) for time, _ in decoded] == [
        time_us - 2_000_000 for time_us in times_us
    ]
    for index, (_, pixels) in enumerate(decoded):
        assert pixels.shape == (480, 642, 3)
        brightness = 16 + index * 8 * 5 % 224
        assert np.abs(pixels.astype(int) - brightness).max() <= 6
    assert os.listdir(tmp_path) == [path.name]


def test_time_that_jumps_back_goes_on_without_a_gap(tmp_path: Path) -> None:
    writer = AnnotatedVideoWriter(tmp_path / "a.mp4")
    for index, time_us in enumerate((900_000, 1_000_000, 400_000, 500_000)):
        writer.write(picture(index, 64, 48, time_us), None)
    writer.close()
    writer.close()
    times = [round(time * 1e6) for time, _ in _decoded(tmp_path / "a.mp4")]
    assert times == [0, 100_000, 200_000, 300_000]


def test_a_change_of_size_is_fitted_into_the_first(tmp_path: Path) -> None:
    writer = AnnotatedVideoWriter(tmp_path / "a.mp4")
    for index, size in enumerate(((64, 48), (1, 1), (1000, 10), (48, 64))):
        writer.write(picture(index, *size), None)
    writer.close()
    assert {pixels.shape for _, pixels in _decoded(tmp_path / "a.mp4")} == {(48, 64, 3)}


def test_a_video_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with annotated_video(tmp_path / "a.mp4") as writer:
            writer.write(picture(0), frame(0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_told_by_name(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no full disk here")
    writer = AnnotatedVideoWriter(full, final=tmp_path / "a.mp4")

    def fill() -> None:
        for index in range(1000):
            writer.write(picture(index), None)

    with pytest.raises(StorageError, match=r"a\.mp4 cannot be written: the disk is full"):
        fill()


def test_an_annotated_image_is_written_once(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "a.png"
    write_annotated_image(path, picture(0), frame(0, HAPPY))
    with Image.open(path) as image:
        assert image.size == (640, 480)
        assert _has_color(np.asarray(image)[:, :, ::-1], "happy")
    with pytest.raises(StorageError, match="already exists"):
        write_annotated_image(path, picture(0), frame(0))
