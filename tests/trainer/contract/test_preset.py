"""A model folder is described completely, and a damaged description is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trainer.contract.crop import CropGeometry
from trainer.contract.preset import (
    KERAS,
    LITERT,
    LITERT_FILE,
    MODEL_FILE,
    PRESET_FILE,
    ModelFile,
    Preset,
    PresetError,
    file_sha256,
    preset_to_json,
    read_preset,
    read_verified,
    verify_checksum,
)

pytestmark = pytest.mark.unit


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
        ({"labels": ["happy", "happy"]}, "'happy' occurs twice"),
        ({"labels": ["happy", "Happy"]}, "look alike"),
        ({"labels": ["happy", "h\u0430ppy"]}, "look alike"),  # a Cyrillic letter
        ({"labels": ["happy", "happ\uff59"]}, "look alike"),  # a wide one
        ({"labels": ["happy", "hap\u200dpy"]}, "look alike"),
        ({"labels": ["happy", " "]}, "is empty"),
        ({"labels": ["happy", "sad\nDelete all"]}, "invisible characters"),
        ({"labels": ["happy", "\u202edas"]}, "invisible characters"),
        ({"labels": ["happy", "sad\x00"]}, "invisible characters"),
        ({"labels": ["happy", "x" * 5_000]}, "more than 64 characters"),
        ({"labels": ["happy", 3]}, r"labels\[1\]: expected text, got a whole number"),
        (
            {"labels": [f"label {n}" for n in range(200)]},
            "labels: expected a list of length <= 100",
        ),
        ({"labels": 7}, "labels: expected a list"),
        ({"name": "a\nb"}, "name"),
        ({"name": 3}, "name: expected text"),
        ({"color": "cmyk"}, "color"),
        ({"input_size_px": "big"}, "input_size_px: expected a whole number, got text"),
        ({"input_size_px": 4}, "input_size_px: expected a whole number >= 16"),
        ({"input_size_px": 10**400}, "input_size_px: expected a whole number <= 1024"),
        ({"temperature": 0}, "temperature"),
        ({"temperature": 1e300}, "temperature"),
        ({"temperature": float("nan")}, "not JSON"),
        ({"temperature": float("inf")}, "not JSON"),
        ({"unsure_below": 2}, "unsure_below"),
        ({"sha256": "abc"}, "sha256"),
        ({"crop": {"scale": 99}}, "crop: crop scale must lie between"),
        ({"crop": {"scale": "1"}}, "crop.scale: expected a number"),
        ({"crop": 3}, "crop: expected an object"),
        ({"description": "x" * 100_000}, "description"),
        ({"files": {"keras": {"file": "other.keras", "sha256": "0" * 64}}}, "another keras file"),
        ({"files": {"keras": {"file": MODEL_FILE, "sha256": "0" * 64}}}, "another keras file"),
        ({"files": {"litert": {"file": "../x.tflite", "sha256": "0" * 64}}}, "files"),
        ({"files": {"litert": {"file": "", "sha256": "0" * 64}}}, "files"),
        ({"files": {"litert": {"file": "model.tflite"}}}, "lacks 'sha256'"),
        ({"files": {"litert": "model.tflite"}}, "expected an object"),
        ({"files": ["model.tflite"]}, "files: expected an object"),
        ({"format_version": 99}, "version 99 is not supported"),
        ({"format_version": 99, "labels": 7}, "version 99 is not supported"),
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


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"format_version": 1, "name": "\xff"}',
        b'{"format_version": 1e999}',
        b'{"format_version": ' + b"9" * 5_000 + b"}",
        b'{"format_version": ' + b"[" * 100_000,
        b'{"later": ' + b'{"a":' * 100_000,
        b" " * (2 << 20),
    ],
    ids=range(11),
)
def test_unreadable_description_is_refused(tmp_path: Path, content: bytes) -> None:
    make_folder(tmp_path / "model")
    (tmp_path / "model" / PRESET_FILE).write_bytes(content)
    with pytest.raises(PresetError, match=PRESET_FILE):
        read_preset(tmp_path / "model")


def test_upper_case_digits_of_a_checksum_are_the_same(tmp_path: Path) -> None:
    preset = make_folder(tmp_path / "model")
    make_folder(tmp_path / "other", sha256=preset.sha256.upper())
    verify_checksum(tmp_path / "other", read_preset(tmp_path / "other"))


def test_what_an_editor_puts_before_the_text_does_no_harm(tmp_path: Path) -> None:
    preset = make_folder(tmp_path / "model")
    file = tmp_path / "model" / PRESET_FILE
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_preset(tmp_path / "model") == preset


def test_a_preset_that_would_not_be_read_is_not_written(tmp_path: Path) -> None:
    preset = make_folder(tmp_path / "model")
    with pytest.raises(PresetError, match="temperature"):
        preset_to_json(replace(preset, temperature=0.0))


def test_file_in_place_of_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("x")
    with pytest.raises(PresetError, match="not a folder"):
        read_preset(tmp_path / "model")


def test_exchanged_weights_are_noticed(tmp_path: Path) -> None:
    preset = make_folder(tmp_path / "model")
    (tmp_path / "model" / MODEL_FILE).write_bytes(b"other weights")
    with pytest.raises(PresetError, match="does not match its checksum"):
        verify_checksum(tmp_path / "model", preset)


def test_a_network_may_lie_there_in_several_formats(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    preset = make_folder(folder)
    assert read_preset(folder).files == {}  # as older versions wrote it
    (folder / LITERT_FILE).write_bytes(b"the same")
    entry = ModelFile(LITERT_FILE, file_sha256(folder / LITERT_FILE))
    keras = ModelFile(MODEL_FILE, preset.sha256)
    make_folder(
        tmp_path / "newer",
        files={
            "litert": {"file": LITERT_FILE, "sha256": entry.sha256.upper()},
            "keras": {"file": MODEL_FILE, "sha256": preset.sha256.upper()},
            "of a later version": {"file": "model.next", "sha256": "0" * 64},
        },
    )
    newer = read_preset(tmp_path / "newer")
    assert newer.file_in(LITERT) == entry
    assert newer.file_in(KERAS) == preset.file_in(KERAS) == keras
    assert preset.file_in(LITERT) is None
    assert read_verified(folder, entry, 100) == b"the same"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"another", "checksum"), (b"x" * 101, "larger than"), (None, "cannot be read")],
)
def test_a_file_that_is_not_the_named_one_is_refused(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    file = tmp_path / LITERT_FILE
    file.write_bytes(b"the same")
    entry = ModelFile(LITERT_FILE, file_sha256(file))
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(PresetError, match=message):
        read_verified(tmp_path, entry, 100)
