"""The user's choices survive restarts, and a broken file never stops the application."""

import json
from pathlib import Path

import pytest

from fer_desktop.errors import SettingsError
from fer_desktop.settings import RECENT_MAX, Settings, bounds, load_settings, save_settings


def test_choices_come_back(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "settings.json"
    chosen = Settings(
        theme="dark", smoothing_ms=0, min_detection_score=0.7, recent_files=("/a b/é😀.mp4",)
    )
    save_settings(chosen, path)
    assert load_settings(path) == chosen


def test_first_start_has_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.json") == Settings()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "pink"),
        ("smoothing_ms", "fast"),
        ("smoothing_ms", True),
        ("mirror", 1),
        ("recent_files", "one.mp4"),
        ("recent_files", [1, 2]),
        ("min_detection_score", float("nan")),
        ("model", None),
    ],
)
def test_unfit_value_falls_back_alone(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({field: value, "show_boxes": False, "unknown": 3}))
    assert load_settings(path) == Settings(show_boxes=False)


def test_numbers_are_kept_in_bounds(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"smoothing_ms": 999999, "min_detection_score": -1, "timeline_span_s": 0}')
    loaded = load_settings(path)
    assert loaded.smoothing_ms == bounds("smoothing_ms")[1]
    assert loaded.min_detection_score == bounds("min_detection_score")[0]
    assert loaded.timeline_span_s == bounds("timeline_span_s")[0]


@pytest.mark.parametrize("content", [b"", b"not json", b"[1, 2]", b"\xff\xfe\x00"])
def test_broken_file_is_said_not_raised_as_a_bug(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="settings file"):
        load_settings(path)


def test_unwritable_folder_is_said(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    with pytest.raises(SettingsError, match="cannot be saved"):
        save_settings(Settings(), blocker / "settings.json")


def test_recent_entries_are_unique_and_bounded() -> None:
    settings = Settings()
    for number in range(RECENT_MAX + 3):
        settings = settings.with_recent_file(f"{number}.mp4")
    settings = settings.with_recent_file("7.mp4").with_recent_url("rtsp://a")
    assert settings.recent_files[0] == "7.mp4"
    assert len(settings.recent_files) == len(set(settings.recent_files)) == RECENT_MAX
    assert settings.recent_urls == ("rtsp://a",)
