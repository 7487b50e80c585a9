"""The user's choices survive restarts, and a broken file never stops the application."""

import json
from pathlib import Path

import pytest

from fer_desktop.errors import SettingsError
from fer_desktop.settings import (
    RECENT_MAX,
    Settings,
    aside,
    bounds,
    load_settings,
    save_settings,
)

pytestmark = pytest.mark.unit


def test_choices_come_back(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "settings.json"
    chosen = Settings(
        theme="dark",
        smoothing_ms=0,
        min_detection_score=0.7,
        recent_files=("/a b/é😀.mp4", "\udcff.png"),
    )
    save_settings(chosen, path)
    assert load_settings(path) == (chosen, None)


def test_first_start_has_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.json") == (Settings(), None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", '"pink"'),
        ("theme", "[]"),
        ("source_kind", "3"),
        ("smoothing_ms", '"fast"'),
        ("smoothing_ms", "true"),
        ("smoothing_ms", "300.5"),
        ("smoothing_ms", "1e999"),
        ("mirror", "1"),
        ("mirror", '"yes"'),
        ("recent_files", '"one.mp4"'),
        ("recent_files", "[1, 2]"),
        ("recent_files", "[" * 200 + "]" * 200),
        ("recent_urls", json.dumps(["rtsp://a"] * 11)),
        ("min_detection_score", "NaN"),
        ("min_detection_score", "-Infinity"),
        ("min_detection_score", '"0.5"'),
        ("model", "null"),
        ("model", '"a\\u0000b"'),
        ("export_dir", json.dumps("x" * 20_000)),
        ("window_state", "{}"),
    ],
)
def test_unfit_value_falls_back_alone(tmp_path: Path, field: str, value: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(f'{{"{field}": {value}, "show_boxes": false, "unknown": 3}}')
    settings, error = load_settings(path)
    assert settings == Settings(show_boxes=False)
    assert error is not None
    assert field in error.message
    assert aside(path).name in error.hint
    assert aside(path).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("digits", [6, 400])
def test_numbers_are_kept_in_bounds(tmp_path: Path, digits: int) -> None:
    path = tmp_path / "settings.json"
    large = "9" * digits
    path.write_text(
        f'{{"smoothing_ms": {large}, "min_detection_score": -1, "timeline_span_s": -{large}}}'
    )
    loaded, error = load_settings(path)
    assert error is None
    assert loaded.smoothing_ms == bounds("smoothing_ms")[1]
    assert loaded.min_detection_score == bounds("min_detection_score")[0]
    assert loaded.timeline_span_s == bounds("timeline_span_s")[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b"\xff\xfe\x00",
        b'{"theme": "\xff"}',
        b'{"smoothing_ms": ' + b"9" * 5_000 + b"}",
        b'{"later": ' + b"[" * 100_000,
        b'{"theme": "dark"',
        b" " * (9 << 20),
    ],
    ids=range(9),
)
def test_a_broken_file_is_told_and_kept_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings, error = load_settings(path)
    assert settings == Settings()
    assert error is not None
    assert str(path) in error.message
    assert aside(path).name in error.hint
    assert aside(path).read_bytes() == content
    save_settings(settings, path)
    assert load_settings(path) == (Settings(), None)
    assert aside(path).read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    settings, error = load_settings(tmp_path / "settings.json")
    assert settings == Settings()
    assert error is not None
    save_settings(settings, tmp_path / "settings.json")


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


def test_passwords_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    old = Settings(
        source_kind="stream",
        source_uri="rtsp://me:s3cret@host/live",
        recent_urls=("rtsp://me:s3cret@host/live", "rtsp://me@host/live", "http://h/?pwd=s3cret"),
    )
    assert old.secrets() == ("rtsp://me:s3cret@host/live", "http://h/?pwd=s3cret")
    save_settings(old, path)
    assert "s3cret" not in path.read_text()
    kept, error = load_settings(path)
    assert (kept, error) == (old.without_secrets(), None)
    assert kept.source_uri == "rtsp://me@host/live"
    assert kept.recent_urls == ("rtsp://me@host/live", "http://h/?pwd=")
    assert kept.secrets() == ()
    assert kept.with_recent_url("http://h/?pwd=other").recent_urls[0] == "http://h/?pwd="


@pytest.mark.parametrize(
    "content",
    [
        '{"theme": "pink", "recent_urls": ["rtsp://me:s3@cret@host/live", "http://h/?pwd=s3cret"]}',
        '{"recent_urls": ["rtsp://me:s3cret@host/live"], ',
    ],
)
def test_what_is_kept_aside_holds_no_password(content: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content)
    load_settings(path)
    kept = aside(path).read_text()
    assert "rtsp://me@host/live" in kept
    assert "cret" not in kept
