"""Pictures are known again by small numbers, whatever was done to them, and others are not."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.helpers.data import shared_data
from tests.helpers.faces import texture
from trainer.data.fingerprints import (
    MOST_DIFFERENT,
    WORDS,
    fingerprints,
    known_pictures,
    no_prints,
)

Picture = NDArray[np.uint8]


def resized(picture: Picture, side: int) -> Picture:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def squeezed(picture: Picture, quality: int) -> Picture:
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "the same": lambda picture: picture,
    "mirrored": lambda picture: np.ascontiguousarray(picture[:, ::-1]),
    "larger": lambda picture: resized(picture, 96),
    "smaller": lambda picture: resized(picture, 32),
    "compressed": lambda picture: squeezed(picture, 50),
    "lighter": lambda picture: (picture * 0.8 + 30).astype(np.uint8),
    "mirrored, larger, compressed": lambda picture: squeezed(resized(picture[:, ::-1], 112), 75),
}


def stacked(pictures: list[Picture]) -> Picture:
    return np.stack(pictures)[..., np.newaxis]


@pytest.mark.parametrize("change", CHANGES)
def test_a_picture_is_known_again_whatever_was_done_to_it(change: str) -> None:
    known = fingerprints(stacked([texture(seed) for seed in range(60)]), np.arange(60))
    again = stacked([CHANGES[change](texture(seed)) for seed in range(60)])
    assert known_pictures(again, np.arange(60), known).all()


def test_other_pictures_are_not_known() -> None:
    known = fingerprints(stacked([texture(seed) for seed in range(300)]), np.arange(300))
    others = stacked([texture(1000 + seed) for seed in range(300)])
    assert not known_pictures(others, np.arange(300), known).any()


def test_colour_and_rows_do_not_matter() -> None:
    gray = stacked([texture(seed) for seed in range(8)])
    known = fingerprints(np.repeat(gray, 3, axis=-1), np.array([2, 5]))
    assert known.shape == (2, WORDS)
    assert np.flatnonzero(known_pictures(gray, np.arange(8), known)).tolist() == [2, 5]


def test_pictures_of_one_colour_are_like_nothing() -> None:
    flat = np.full((3, 48, 48, 1), 7, np.uint8)
    known = fingerprints(flat, np.arange(3))
    assert not known.any()
    assert not known_pictures(flat, np.arange(3), known).any()


def test_nothing_is_known_of_nothing() -> None:
    images = stacked([texture(0)])
    known = fingerprints(images, np.arange(1))
    assert not known_pictures(images, np.arange(1), no_prints()).any()
    assert len(known_pictures(images, np.array([], np.int64), known)) == 0
    assert fingerprints(images, np.array([], np.int64)).shape == (0, WORDS)


def test_faces_of_other_collections_are_not_known() -> None:
    """The rates of ``trainer/FINGERPRINTS.md`` hold on a part of the faces they come from."""
    learned, unseen = _learned(3_000), _unseen(120)
    known = fingerprints(learned, np.arange(len(learned)))
    assert not known_pictures(unseen, np.arange(len(unseen)), known).any()
    some = np.arange(0, len(learned), 15)
    for change in ("mirrored", "compressed", "mirrored, larger, compressed"):
        again = stacked([CHANGES[change](learned[at, ..., 0]) for at in some])
        assert known_pictures(again, np.arange(len(some)), known).mean() > 0.99, change
    assert MOST_DIFFERENT < 32 * WORDS


def _learned(count: int) -> Picture:
    script = shared_data() / "fer2013" / "unpack.py"
    spec = importlib.util.spec_from_file_location("unpack", script)
    assert spec is not None
    assert spec.loader is not None
    unpack = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(unpack)
    faces = (image for _, _, image in unpack.read_rows())
    found = [image for image, _ in zip(faces, range(count), strict=False) if image.std() > 0]
    return stacked(found)


def _unseen(count: int) -> Picture:
    folder: Path = shared_data() / "unseen"
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".png"))
    chosen = files[:: max(1, len(files) // count)]
    return stacked([resized(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), 48) for path in chosen])
