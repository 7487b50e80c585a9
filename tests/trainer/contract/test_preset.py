"""A model folder is described completely, and a damaged description is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from trainer.contract.crop import CropGeometry
from trainer.contract.preset import (
    MODEL_FILE,
    PRESET_FILE,
    Preset,
    PresetError,
    file_sha256,
    preset_to_json,
    read_preset,
    verify_checksum,
)


def make_folder(folder: Path, **changes: Any) -> Preset:
    folder.mkdir(parents=True)
    (folder / MODEL_FILE).write_bytes(b"weights")
    preset = Preset(
        name=folder.name,
        labels=("happy", "sad"),
        input_size_px=48,
        color="gray",
        sha256=file_sha256(folder / MODEL_FILE),
        system="test",
        training_data="none",
        licence="MIT",
        temperature=1.3,
        unsure_below=0.4,
        crop=CropGeometry(scale=1.2, shift_up=0.1, max_tilt_deg=180),
    )
    raw = json.loads(preset_to_json(preset)) | changes
    (folder / PRESET_FILE).write_text(
        json.dumps({key: value for key, value in raw.items() if value is not None}),
        encoding="utf-8",
    )
    return preset


def test_what_was_written_is_read(tmp_path: Path) -> None:
    preset = make_folder(tmp_path / "größe 😀", a_newer_field=1)
    assert read_preset(tmp_path / "größe 😀") == preset
    verify_checksum(tmp_path / "größe 😀", preset)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": None}, "lacks 'labels'"),
        ({"labels": ["happy"]}, "at least two"),
        ({"labels": ["happy", "happy"]}, "different names"),
        ({"labels": ["happy", " "]}, "must be names"),
        ({"labels": 7}, "wrong form"),
        ({"color": "cmyk"}, "color"),
        ({"input_size_px": "big"}, "wrong form"),
        ({"input_size_px": 4}, "between 16 and 1024"),
        ({"temperature": 0}, "temperature"),
        ({"unsure_below": 2}, "unsure_below"),
        ({"sha256": "abc"}, "sha256"),
        ({"crop": {"scale": 99}}, "scale"),
        ({"crop": 3}, "wrong form"),
        ({"format_version": 99}, "version 99 is not supported"),
    ],
)
def test_damaged_description_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    make_folder(tmp_path / "model", **changes)
    with pytest.raises(PresetError, match=message):
        read_preset(tmp_path / "model")


@pytest.mark.parametrize("name", [MODEL_FILE, PRESET_FILE])
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    make_folder(tmp_path / "model")
    (tmp_path / "model" / name).unlink()
    with pytest.raises(PresetError, match=f"lacks {name}"):
        read_preset(tmp_path / "model")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"])
def test_unreadable_description_is_refused(tmp_path: Path, content: bytes) -> None:
    make_folder(tmp_path / "model")
    (tmp_path / "model" / PRESET_FILE).write_bytes(content)
    with pytest.raises(PresetError, match=PRESET_FILE):
        read_preset(tmp_path / "model")


def test_file_in_place_of_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("x")
    with pytest.raises(PresetError, match="not a folder"):
        read_preset(tmp_path / "model")


def test_exchanged_weights_are_noticed(tmp_path: Path) -> None:
    preset = make_folder(tmp_path / "model")
    (tmp_path / "model" / MODEL_FILE).write_bytes(b"other weights")
    with pytest.raises(PresetError, match="does not match its checksum"):
        verify_checksum(tmp_path / "model", preset)
