"""The application's detector tells how pictures frame their faces; without it that is said."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.helpers.data import astronaut
from tests.helpers.faces import FACE_BOX, save
from trainer.cli import main
from trainer.contract.found_faces import FoundFace, FoundFaces, PictureFaces
from trainer.data.dataset import Dataset
from trainer.errors import DataError
from trainer.reports import face_framing as framing
from trainer.reports.face_framing import face_framing

SIDE = 160


def framed(half_px: int) -> NDArray[np.uint8]:
    """Return the portrait's face in a square of twice that, RGB."""
    left, top, right, bottom = FACE_BOX
    x, y = (left + right) // 2, (top + bottom) // 2
    around = cv2.copyMakeBorder(astronaut(), *(200,) * 4, cv2.BORDER_REPLICATE)
    x, y = x + 200, y + 200
    cut = around[y - half_px : y + half_px, x - half_px : x + half_px, ::-1]
    return np.asarray(cv2.resize(cut, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def dataset(pictures: dict[str, NDArray[np.uint8]]) -> Dataset:
    count = len(pictures)
    return Dataset(
        images=np.stack(list(pictures.values())),
        targets=np.ones((count, 1), np.float32),
        splits=np.zeros(count, np.int8),
        labels=("happy",),
        copies=np.arange(count),
        names=tuple(pictures),
    )


def test_pictures_are_told_by_how_they_frame_their_faces() -> None:
    two = np.hstack([framed(90)[:, 40:120], framed(90)[:, 40:120]])
    pictures = {
        "well framed": framed(58),
        "much around it": framed(130),
        "nobody": np.full((SIDE, SIDE, 3), 120, np.uint8),
        "two": np.asarray(cv2.resize(two, (SIDE, SIDE)), np.uint8),
    }
    data = dataset(pictures)
    found = face_framing(data, np.arange(len(pictures)))
    assert found["looked_at"] == 4
    assert found["none"]["names"] == ["nobody"]
    assert found["several"]["names"] == ["two"]
    assert found["loose"]["names"] == ["much around it"]
    assert found["tight"]["count"] == 0
    assert 0.2 < found["face_width"]["min"] < framing.LOOSE_BELOW < found["face_width"]["max"]


def test_a_face_that_is_larger_than_its_picture_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As the detector would tell it: most such faces it does not find at all."""
    face = FoundFace(70.0, 70.0, 180.0, 180.0, 0.9)
    outside = FoundFace(0.0, 0.0, 40.0, 40.0, 0.9)
    told = FoundFaces(
        (PictureFaces("0000000.png", (face, outside)),)  # what is around it does not count
    )
    monkeypatch.setattr(framing, "ask_application", lambda *_: told)
    found = face_framing(dataset({"tight": framed(58)}), np.arange(1))
    assert found["tight"]["names"] == ["tight"]
    assert found["several"]["count"] == 0


def test_an_inspection_without_the_application_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(*_: object) -> None:
        raise DataError("the pictures cannot be searched for faces: it said nothing")

    for at in range(12):
        picture = framed(50 + 2 * at)
        save(tmp_path / "faces" / ("happy", "sad")[at % 2] / f"{at}.png", picture)
    monkeypatch.setattr(framing, "ask_application", missing)
    words = ["inspect", "--data", str(tmp_path / "faces"), "--thorough"]
    assert main([*words, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert "framing" not in facts
    assert any("How faces are framed was not looked at" in note for note in facts["notes"])

    monkeypatch.setattr(
        framing,
        "ask_application",
        lambda *_: FoundFaces(tuple(PictureFaces(f"{at:07}.png", ()) for at in range(12))),
    )
    page = tmp_path / "page.html"
    assert main([*words, "--html", str(page)]) == 0
    assert "Pictures in which no face is found: 12 of 12" in capsys.readouterr().out
    assert "<h2>Pictures in which no face is found</h2>" in page.read_text(encoding="utf-8")
