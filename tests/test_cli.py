"""The command line keeps its promises: outputs, exit status, one line a failure, no traceback."""

import argparse
import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_desktop import __version__, cli
from fer_desktop.cli import analyze
from fer_desktop.cli.networks import Networks
from fer_desktop.cli.output_stems import output_stems
from fer_desktop.errors import ModelError
from fer_desktop.log import set_up_logging
from fer_desktop.recording.session_format import UsedModel
from fer_desktop.vision.analyzer import Analyzer
from tests.helpers.clips import (
    cut_short,
    write_clip,
    write_clip_with_sound,
    write_sound,
)
from tests.helpers.data import astronaut
from tests.helpers.fakes import FakeClassifier, FakeDetector, RousedClassifier
from tests.helpers.models import make_model_folder

_ROOT = Path(__file__).resolve().parents[1]
_SIZE_PX = (320, 240)


def _no_window(args: argparse.Namespace) -> int:
    raise AssertionError("no window was asked for")


def _run(*argv: object) -> int:
    return cli.main([str(item) for item in argv], _no_window)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _numbered_clip(path: Path, frames: int = 10) -> Path:
    from tests.helpers.clips import numbered

    return write_clip(path, (numbered(number, _SIZE_PX) for number in range(frames)))


@pytest.fixture(autouse=True)
def _close_log() -> Iterator[None]:
    yield
    set_up_logging(None)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put fakes behind the ports: one face, whose probabilities are known."""
    folder = tmp_path / "a model"
    folder.mkdir()

    def get(self: object) -> object:
        classifier = FakeClassifier()
        return Analyzer(FakeDetector(), classifier), UsedModel(
            classifier.preset, 0, "litert", "CPU"
        )

    monkeypatch.setattr(Networks, "get", get)
    return folder


def test_a_clip_becomes_a_table_with_a_row_for_every_frame(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = _numbered_clip(tmp_path / "une clé ☺ 1.mp4")
    out = tmp_path / "new" / "folder"
    assert _run("analyze", clip, "--out", out, "--model", model, "--json", "--chart") == 0

    rows = _read(out / "une clé ☺ 1.csv")
    assert [int(row["frame_index"]) for row in rows] == list(range(10))
    assert [float(row["time_s"]) for row in rows] == pytest.approx(
        [index / 30 for index in range(10)], abs=1e-5
    )
    assert rows[0]["wall_time_utc"] == ""
    meta = json.loads((out / "une clé ☺ 1.meta.json").read_text(encoding="utf-8"))
    assert meta["frame_count"] == 10
    assert meta["source"]["kind"] == "video"
    assert (meta["engine"], meta["device"]) == ("litert", "CPU")
    assert meta["settings"] == {
        "smoothing_ms": 300,
        "min_detection_score": 0.5,
        "face_search": "auto",
        "measures": [],
    }
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert report["file"] == str(clip)
    assert report["csv"] == str(out / "une clé ☺ 1.csv")
    assert (report["frames"], report["frames_with_faces"], report["faces"]) == (10, 10, 1)
    assert report["fps"] == pytest.approx(10 / report["seconds"], rel=0.1)
    assert len(said.err.splitlines()) == 1
    assert sorted(path.name for path in out.iterdir()) == [
        "une clé ☺ 1.csv",
        "une clé ☺ 1.meta.json",
        "une clé ☺ 1.timeline.png",
    ]


def test_the_same_file_gives_the_same_table_again(tmp_path: Path, model: Path) -> None:
    clip = _numbered_clip(tmp_path / "a.mp4")
    assert _run("analyze", clip, "--out", tmp_path, "--model", model) == 0
    first = (tmp_path / "a.csv").read_bytes()
    arguments = ("analyze", clip, "--out", tmp_path, "--model", model, "--annotated", "--chart")
    assert _run(*arguments) == 0, "results of an earlier run are replaced"
    assert (tmp_path / "a.csv").read_bytes() == first


def test_videos_and_images_are_annotated(tmp_path: Path, model: Path) -> None:
    import av

    clip = _numbered_clip(tmp_path / "a.mp4")
    photo = tmp_path / "b.jpg"
    Image.fromarray(astronaut()[:, :, ::-1]).save(photo)
    out = tmp_path / "out"
    assert _run("analyze", clip, photo, "--out", out, "--model", model, "--annotated") == 0
    with av.open(str(out / "a.annotated.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10
    with Image.open(out / "b.annotated.png") as image:
        assert image.size == (512, 512)
        assert np.abs(np.asarray(image).astype(int) - astronaut()[:, :, ::-1]).max() > 100
    assert len(_read(out / "b.csv")) == 1


def test_animations_and_pages_are_read_picture_by_picture(tmp_path: Path, model: Path) -> None:
    import av

    first, *others = [Image.new("RGB", _SIZE_PX, (60 * number, 0, 0)) for number in range(4)]
    clip, pages = tmp_path / "a.webp", tmp_path / "b.tif"
    first.save(clip, save_all=True, append_images=others, duration=[100, 300, 50, 200])
    first.save(pages, save_all=True, append_images=others)
    out = tmp_path / "out"
    assert _run("analyze", clip, pages, "--out", out, "--model", model, "--annotated") == 0
    times_s = {name: [float(row["time_s"]) for row in _read(out / f"{name}.csv")] for name in "ab"}
    assert times_s == {"a": [0, 0.1, 0.4, 0.45], "b": [0, 1, 2, 3]}
    for name in "ab":
        with av.open(str(out / f"{name}.annotated.mp4")) as container:
            assert sum(1 for _ in container.decode(video=0)) == 4


def test_faces_are_read_against_the_seconds_in_which_they_are_neutral(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def get(self: object) -> object:
        classifier = RousedClassifier()
        model = UsedModel(classifier.preset, 0)
        return Analyzer(FakeDetector(), classifier, smoothing_ms=0), model

    monkeypatch.setattr(Networks, "get", get)
    monkeypatch.setattr(analyze, "resolve_model", Path)
    clip = _numbered_clip(tmp_path / "a.mp4", 60)
    _run("analyze", clip, "--out", tmp_path, "--json", "--calibrate", "0-1.5")
    assert json.loads(capsys.readouterr().out)["calibrated"] == [1]
    rows = _read(tmp_path / "a.csv")
    assert len(rows) == 60
    assert rows[0]["emotion"] == "neutral"
    last = rows[-1]
    assert float(last["p_neutral"]) == pytest.approx(0.51, abs=0.01)
    assert last["emotion"] == "angry"
    assert float(last["corrected_angry"]) == float(last["confidence"])
    meta = json.loads((tmp_path / "a.meta.json").read_text(encoding="utf-8"))
    (said,) = meta["calibrations"]
    assert (said["face_id"], said["origin"], said["from_frame"]) == (1, "interval", 0)
    assert said["evidence_s"] == pytest.approx(1.48, abs=0.1)


def test_faces_that_are_not_neutral_keep_their_scores_and_are_named(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = _numbered_clip(tmp_path / "a.mp4", 40)  # its labels come in turn
    for interval, reason in (("0-1.5", "face 1 is not calibrated: The"), ("7-9", "no face")):
        out = tmp_path / interval
        assert _run("analyze", clip, "--out", out, "--model", model, "--calibrate", interval) == 0
        assert reason in capsys.readouterr().err
        rows = _read(out / "a.csv")
        assert len(rows) == 40
        assert "corrected_happy" not in rows[0]
        assert json.loads((out / "a.meta.json").read_text())["calibrations"] == []


def test_each_failure_is_a_line_and_the_others_are_written(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.mp4").write_text("this is no film\n" * 100)
    (tmp_path / "folder").mkdir()
    bad = ["missing.mp4", "empty.png", "text.mp4", "folder", "sound.mp4"]
    write_sound(tmp_path / "sound.mp4")
    good = _numbered_clip(tmp_path / "good.mp4")
    files = [*(tmp_path / name for name in bad), good]
    out = tmp_path / "out"
    assert _run("analyze", *files, "--out", out, "--model", model, "--json") == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["file"] == str(good)
    lines = said.err.splitlines()
    assert len(lines) == len(bad) + 1
    for name, line in zip(bad, lines, strict=False):
        assert line.startswith(f"fer-desktop: {tmp_path / name}: ")
        assert "Traceback" not in line
    assert sorted(os.listdir(out)) == ["good.csv", "good.meta.json"]


def test_what_comes_before_a_damage_is_written(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"movflags": "frag_keyframe+empty_moov", "flush_packets": "1"}
    clip = write_clip(
        tmp_path / "cut.mp4", 60, codec_options={"g": "5", "bf": "0"}, container_options=options
    )
    cut_short(clip)
    assert _run("analyze", clip, "--out", tmp_path, "--model", model, "--json") == 1
    assert 10 < len(_read(tmp_path / "cut.csv")) < 60
    said = capsys.readouterr()
    assert "damaged" in json.loads(said.out)["problem"]
    assert f"{clip}: cut.mp4 is damaged" in said.err
    assert "problem" in json.loads((tmp_path / "cut.meta.json").read_text(encoding="utf-8"))


def test_fewer_frames_of_a_stretch_are_analysed(tmp_path: Path, model: Path) -> None:
    clip = _numbered_clip(tmp_path / "a.mp4", 40)
    options = ("--model", model, "--every", "3", "--from", "0.3", "--to", "1")
    assert _run("analyze", clip, "--out", tmp_path / "part", *options) == 0
    assert _run("analyze", clip, "--out", tmp_path / "all", "--model", model) == 0
    rows = {row["frame_index"]: row for row in _read(tmp_path / "all" / "a.csv")}
    part = _read(tmp_path / "part" / "a.csv")
    wanted = [index for index in range(0, 40, 3) if 0.3 <= index / 30 <= 1]
    assert [int(row["frame_index"]) for row in part] == wanted
    for row in part:
        whole = rows[row["frame_index"]]
        assert [row[name] for name in ("time_s", "x_px", "width_px")] == [
            whole[name] for name in ("time_s", "x_px", "width_px")
        ]
    settings = json.loads((tmp_path / "part" / "a.meta.json").read_text())["settings"]
    assert (settings["every"], settings["from_s"], settings["to_s"]) == (3, 0.3, 1.0)


def test_a_stretch_without_a_frame_is_told(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = _numbered_clip(tmp_path / "a.mp4", 30)
    out = tmp_path / "out"
    assert _run("analyze", clip, "--out", out, "--model", model, "--from", "60") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "a.mp4 has no frame in the part that was chosen; it is 1 s long." in line
    assert os.listdir(out) == []


def test_frames_without_a_face_have_rows_where_they_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = _numbered_clip(tmp_path / "a.mp4", 4)

    def get(self: object) -> object:
        classifier = FakeClassifier()
        box = (20, 20, 60, 60)
        analyzer = Analyzer(FakeDetector([(), (box,), (), (box, (90, 20, 130, 60))]), classifier)
        return analyzer, UsedModel(classifier.preset, 0)

    monkeypatch.setattr(Networks, "get", get)
    for name, options in (("plain", ()), ("full", ("--empty-rows",))):
        folder = tmp_path / "a model"
        folder.mkdir(exist_ok=True)
        assert _run("analyze", clip, "--out", tmp_path / name, "--model", folder, *options) == 0
    plain, full = (_read(tmp_path / name / "a.csv") for name in ("plain", "full"))
    assert [row["frame_index"] for row in full] == ["0", "1", "2", "3", "3"]
    assert [row for row in full if row["face_id"]] == plain
    assert set(full[2].values()) == {"2", "0.066667", ""}


def test_a_folder_stands_for_what_is_in_it(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "study"
    (folder / "below").mkdir(parents=True)
    for name in ("b.mp4", "A.mp4", "below/c.mp4"):
        _numbered_clip(folder / name, 2)
    (folder / "notes.txt").write_text("no video")
    assert _run("analyze", folder, "--out", tmp_path / "out", "--model", model, "--json") == 0
    files = [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()]
    assert files == [str(folder / "A.mp4"), str(folder / "b.mp4")]


@pytest.mark.skipif(sys.platform == "win32", reason="special files of POSIX")
def test_only_ordinary_files_are_opened(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "link.png").symlink_to(tmp_path / "pipe.mp4")
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket.mp4"))
    bad = {
        tmp_path / "pipe.mp4": "pipe.mp4 is a pipe, not a file.",
        tmp_path / "link.png": "link.png is a pipe, not a file.",
        tmp_path / "socket.mp4": "socket.mp4 is a socket, not a file.",
        Path("/dev/zero"): "zero is a device, not a file.",
        tmp_path / "empty": "There is no image or video in the folder empty.",
        tmp_path / "loop.mp4": "it is a symbolic link that points back to itself.",
        tmp_path / "file" / "a.mp4": "a part of its path is a file, not a folder.",
        tmp_path / ("x" * 300): "its name is too long.",
    }
    good = _numbered_clip(tmp_path / "good.mp4")
    out = tmp_path / "out"
    assert _run("analyze", *bad, good, "--out", out, "--model", model) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(bad) + 1
    for (path, message), line in zip(bad.items(), lines, strict=False):
        assert line.startswith(f"fer-desktop: {path}: ")
        assert message in line
    assert sorted(os.listdir(out)) == ["good.csv", "good.meta.json"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", [b"b\xffd \xc3\xa9.mp4", b"two\nlines\x1b[2J\t.mp4"])
def test_every_name_that_a_file_can_have_will_do(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str], name: bytes
) -> None:
    clip = _numbered_clip(tmp_path / "a.mp4").rename(tmp_path / os.fsdecode(name))
    photo = tmp_path / os.fsdecode(name.replace(b".mp4", b".png"))
    Image.new("RGB", _SIZE_PX).save(photo)
    out = tmp_path / os.fsdecode(name)[:3] / "out"
    options = ("--out", out, "--model", model, "--json", "--chart", "--annotated")
    assert _run("analyze", clip, photo, *options) == 0
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 2
    assert "\x1b" not in said.err
    reports = [json.loads(line) for line in said.out.splitlines()]
    assert [report["file"] for report in reports] == [str(clip), str(photo)]
    assert len(os.listdir(out)) == 8
    meta = Path(reports[0]["csv"]).with_suffix(".meta.json")
    assert json.loads(meta.read_text(encoding="utf-8"))["source"]["name"] == clip.name
    clip.write_text("no film any more")
    assert _run("analyze", clip, *options) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_library_that_fails_is_a_line_as_well(
    tmp_path: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def recognize_badly(self: Analyzer, *args: object, **options: object) -> None:
        raise ZeroDivisionError("strange\nfile")

    monkeypatch.setattr(Analyzer, "recognize", recognize_badly)
    clip = _numbered_clip(tmp_path / "a.mp4")
    assert _run("analyze", clip, "--out", tmp_path / "out", "--model", model, "--annotated") == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "a.mp4" in said
    assert "Traceback" not in said
    assert os.listdir(tmp_path / "out") == []


def test_an_unusable_output_folder_is_told(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = _numbered_clip(tmp_path / "a.mp4")
    (tmp_path / "file").touch()
    assert _run("analyze", clip, "--out", tmp_path / "file", "--model", model) == 1
    assert "a file is in its place" in capsys.readouterr().err
    (tmp_path / "a.csv").mkdir()
    assert _run("analyze", clip, "--out", tmp_path, "--model", model) == 1
    assert "a.csv is a folder" in capsys.readouterr().err


def test_a_model_that_cannot_be_used_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = _numbered_clip(tmp_path / "a.mp4")
    assert _run("analyze", clip, "--out", tmp_path, "--model", "no such model") == 1
    assert "There is no model 'no such model'" in capsys.readouterr().err

    def get(self: object) -> object:
        raise ModelError("The model is damaged.")

    monkeypatch.setattr(Networks, "get", get)
    assert _run("analyze", clip, clip, "--out", tmp_path, "--model", tmp_path) == 1
    assert capsys.readouterr().err == "fer-desktop: The model is damaged.\n"


def test_inputs_with_one_stem_get_distinct_results(tmp_path: Path) -> None:
    files = [Path("a/clip.mp4"), Path("b/CLIP.png"), Path("clip-2.mp4"), Path("c/clip.mp4")]
    assert output_stems(files, tmp_path) == ["clip", "CLIP-2", "clip-2-2", "clip-3"]
    photos = [tmp_path / "a.png", tmp_path / "a.annotated.png"]
    assert output_stems(photos, tmp_path) == ["a-2", "a.annotated"], "an input is never replaced"
    long = output_stems([Path(f"{'é' * 125}{number}.mp4") for number in range(3)], tmp_path)
    assert len(set(long)) == 3
    assert all(len(f"{stem}.annotated.mp4".encode()) <= 255 for stem in long)


def test_one_picture_has_the_same_faces_as_a_still_and_as_a_video(tmp_path: Path) -> None:
    """Small faces: two hundred pixels of a portrait are shrunk to forty, in a wide picture."""
    import cv2

    wide = np.full((480, 960, 3), 128, np.uint8)
    for left in (60, 400, 760):
        wide[200:300, left : left + 100] = cv2.resize(astronaut(), (100, 100))
    photo, clip = tmp_path / "photo.png", tmp_path / "clip.mkv"
    Image.fromarray(np.ascontiguousarray(wide[:, :, ::-1])).save(photo)
    write_clip(clip, [wide], codec="ffv1", pixel_format="bgr0")
    model = make_model_folder(tmp_path / "tiny")
    counts = {}
    for faces in ("auto", "small", "large"):
        out = tmp_path / faces
        arguments = ("analyze", photo, clip, "--out", out, "--model", model, "--faces", faces)
        assert _run(*arguments) == 0
        boxes = [
            [(row["x_px"], row["y_px"], row["width_px"]) for row in _read(out / name)]
            for name in ("photo.csv", "clip.csv")
        ]
        counts[faces] = [len(found) for found in boxes]
        assert (boxes[0] == boxes[1]) == (faces != "auto")
    assert counts["small"] == [3, 3]
    assert counts["auto"] == [3, counts["large"][1]]
    assert counts["large"][1] < 3


@pytest.mark.parametrize(
    "argv",
    [
        ["analyze", "a.mp4", "--out", "x", "--faces", "tiny"],
        ["analyze", "a.mp4", "--out", "x", "--engine", "abacus"],
        ["--engine", "abacus"],
        ["analyze", "a.mp4"],
        ["analyze", "--out", "x"],
        ["analyze", "a.mp4", "--out", "x", "--smoothing-ms", "-1"],
        ["analyze", "a.mp4", "--out", "x", "--min-score", "nan"],
        ["--camera", "0", "--open", "a.mp4"],
        ["--camera", "0", "models"],
        ["analyze", "a.mp4", "--out", "x", "--every", "0"],
        ["analyze", "a.mp4", "--out", "x", "--every", "1.5"],
        ["analyze", "a.mp4", "--out", "x", "--from", "-1"],
        ["analyze", "a.mp4", "--out", "x", "--to", "nan"],
        ["analyze", "a.mp4", "--out", "x", "--from", "5", "--to", "5"],
        ["analyze", "a.mp4", "--out", "x", "--calibrate", "3"],
        ["analyze", "a.mp4", "--out", "x", "--calibrate", "5-2"],
        ["analyze", "a.mp4", "--out", "x", "--calibrate", "nan-inf"],
        ["--nonsense"],
        ["nonsense"],
    ],
)
def test_wrong_usage_has_status_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(argv, _no_window)
    assert raised.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_without_a_command_the_window_opens() -> None:
    opened: list[argparse.Namespace] = []

    def open_window(args: argparse.Namespace) -> int:
        opened.append(args)
        return 7

    assert cli.main(["--camera", "HD Webcam", "--model", "fer7"], open_window) == 7
    assert (opened[0].camera, opened[0].open, opened[0].model) == ("HD Webcam", None, "fer7")
    assert [opened[0].temp_profile, opened[0].smoke_test, opened[0].verbose] == [False] * 3


def test_models_are_listed(
    profile: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from fer_desktop.models import catalogue as models

    monkeypatch.setattr(models, "bundled_models_dir", lambda: profile / "none")
    assert _run("models") == 0
    assert capsys.readouterr().out == "No model is installed.\n"
    folder = profile / "models" / "my model"
    make_model_folder(folder, ("happy", "sad"))
    damaged = profile / "models" / "zz"
    damaged.mkdir()
    (damaged / "preset.json").write_text("{}")
    assert _run("models") == 0
    head, mine, broken = capsys.readouterr().out.splitlines()
    assert head.split() == ["NAME", "LABELS", "FOLDER"]
    assert mine.split() == ["my", "model", "default", "happy,", "sad", *str(folder).split()]
    assert "unusable: " in broken
    assert _run("models", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(item["name"], item["default"], item["labels"]) for item in listed] == [
        ("my model", True, ["happy", "sad"]),
        ("zz", False, None),
    ]


def test_cameras_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from fer_desktop.sources import camera

    monkeypatch.setattr(camera, "list_cameras", lambda: [camera.Camera(2, "Webcam é", 200)])
    assert _run("cameras") == 0
    assert capsys.readouterr().out == "INDEX  NAME\n2      Webcam é\n"
    assert _run("cameras", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [{"index": 2, "name": "Webcam é", "backend": 200}]
    monkeypatch.setattr(camera, "list_cameras", list)
    assert _run("cameras") == 0
    assert capsys.readouterr().out == "No camera was found.\n"


def test_real_networks_read_a_real_face_the_same_each_time(tmp_path: Path) -> None:
    face = astronaut()
    shifts = range(0, 24, 2)
    clip = write_clip(
        tmp_path / "astronaut.mp4",
        (np.ascontiguousarray(np.roll(face, shift, axis=1)) for shift in shifts),
    )
    model = make_model_folder(tmp_path / "tiny")
    tables = []
    for name in ("first", "second"):
        assert _run("analyze", clip, "--out", tmp_path / name, "--model", model) == 0
        tables.append((tmp_path / name / "astronaut.csv").read_bytes())
    assert tables[0] == tables[1]
    rows = _read(tmp_path / "first" / "astronaut.csv")
    assert len(rows) == len(shifts)
    assert {row["face_id"] for row in rows} == {"1"}
    for row in rows:
        probabilities = [float(value) for name, value in row.items() if name.startswith("p_")]
        assert sum(probabilities) == pytest.approx(1.0, abs=1e-6)
        assert 150 < float(row["x_px"]) < 250


def _environment(profile: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_ROOT), "FER_DESKTOP_PROFILE": str(profile)}


def test_a_process_answers_at_once_and_with_its_status(profile: Path, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "fer_desktop"]
    environment = _environment(profile)
    version = subprocess.run([*program, "--version"], capture_output=True, env=environment)
    assert version.stdout.decode().strip() == f"fer-desktop {__version__}"
    failed = subprocess.run(
        [*program, "analyze", "missing.mp4", "--out", "out", "--json"],
        capture_output=True,
        env=environment,
        cwd=tmp_path,
    )
    assert failed.returncode == 1
    assert failed.stdout == b""
    assert failed.stderr.decode().splitlines() == [
        "fer-desktop: missing.mp4: There is no file missing.mp4. Check its name."
    ]


_SLOW = """
import signal, time
from fer_desktop.__main__ import main
from fer_desktop.cli import analyze
from fer_desktop.cli.networks import Networks
from fer_desktop.recording.session_format import UsedModel
from fer_desktop.vision.analyzer import Analyzer
from tests.helpers.fakes import FakeClassifier, FakeDetector

class SlowDetector(FakeDetector):
    def detect(self, *args, **options):
        print("analysing", flush=True)
        time.sleep(0.2)
        return super().detect(*args, **options)

classifier = FakeClassifier()
model = UsedModel(classifier.preset, 0)
Networks.get = lambda self: (Analyzer(SlowDetector(), classifier), model)
# A suite that runs in the background is told to ignore Ctrl-C, and so would be this process.
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="homes are found otherwise")
def test_of_a_home_that_cannot_be_written_no_library_complains(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.touch()
    clip = _numbered_clip(tmp_path / "a.mp4", 2)
    arguments = ["analyze", clip, "--out", tmp_path / "out", "--model", tmp_path, "--chart"]
    ended = subprocess.run(
        [sys.executable, "-c", _SLOW, *map(str, arguments)],
        env={"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
    )
    (done,) = ended.stderr.splitlines()
    assert done.startswith("a.mp4: 2 frames")
    assert ended.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "status", "said"),
    [
        ("SIGINT", 130, "interrupted"),
        ("SIGTERM", 143, "terminated"),
        ("SIGHUP", 129, "terminated"),
    ],
)
def test_a_signal_leaves_no_half_file(
    profile: Path, tmp_path: Path, number: str, status: int, said: str
) -> None:
    process, out = _slow_analysis(profile, tmp_path)
    process.send_signal(getattr(signal, number))
    _, error = process.communicate(timeout=60)
    assert process.returncode == status
    assert error == f"fer-desktop: {said}\n"
    assert os.listdir(out) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_next_run_removes_what_a_killed_one_has_left(
    profile: Path, tmp_path: Path, model: Path
) -> None:
    process, out = _slow_analysis(profile, tmp_path)
    process.kill()
    process.communicate()
    assert len(os.listdir(out)) == 2
    assert _run("analyze", tmp_path / "a.mp4", "--out", out, "--model", model) == 0
    assert sorted(os.listdir(out)) == ["a.csv", "a.meta.json"]


def _slow_analysis(profile: Path, folder: Path) -> tuple["subprocess.Popen[str]", Path]:
    """Start an analysis that is in the middle of its work, and takes long."""
    clip = _numbered_clip(folder / "a.mp4", 60)
    out = folder / "out"
    arguments = ["analyze", str(clip), "--out", str(out), "--model", str(folder), "--annotated"]
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW, *arguments],
        env=_environment(profile),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    while len(list(out.glob("*"))) < 2:  # table and video are begun with the first frame
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    return process, out


def test_a_window_that_cannot_open_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from fer_desktop import __main__, app

    def run_app(args: argparse.Namespace) -> int:
        raise ImportError("libEGL.so.1: cannot open shared object file", name="PySide6.QtGui")

    monkeypatch.setattr(app, "run_app", run_app)
    monkeypatch.setattr(sys, "argv", ["fer-desktop"])
    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr("logging.shutdown", lambda: None)
    monkeypatch.setattr(__main__, "give_up_parts", lambda: None)  # this process writes on
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "libEGL.so.1" in said


def test_videos_without_labels_are_written_too(tmp_path: Path, model: Path) -> None:
    clip = write_clip_with_sound(tmp_path / "talk.mp4", 45)
    portrait = tmp_path / "face.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)).save(
        portrait
    )
    out = tmp_path / "out"
    videos = ("--video", "clean", "--video", "blurred")
    assert _run("analyze", clip, portrait, "--out", out, *videos) == 0
    import av

    streams = {}
    for name in ("talk.clean.mp4", "talk.blurred.mp4"):
        with av.open(str(out / name)) as container:
            frames = sum(1 for _ in container.decode(video=0))
            streams[name] = (frames, len(container.streams.audio))
    assert streams == {"talk.clean.mp4": (45, 1), "talk.blurred.mp4": (45, 0)}
    assert sorted(path.name for path in out.glob("face.*.png")) == ["face.blurred.png"]
    with Image.open(out / "face.blurred.png") as made, Image.open(portrait) as former:
        differs = (np.asarray(made) != np.asarray(former)).any(axis=2)
    assert differs[100:180, 120:200].mean() > 0.9
    assert not differs[:20].any()


def test_a_sound_that_cannot_be_read_is_told(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_desktop.errors import StorageError
    from fer_desktop.recording import recorded_video

    def fail(*_: object) -> bool:
        raise StorageError("The sound of talk.mp4 cannot be taken along: it is damaged.")

    monkeypatch.setattr(recorded_video, "add_sound", fail)
    clip = _numbered_clip(tmp_path / "talk.mp4")
    assert _run("analyze", clip, "--out", tmp_path / "out", "--video", "clean") == 1
    assert "The sound of talk.mp4 cannot be taken along" in capsys.readouterr().err
    assert (tmp_path / "out" / "talk.clean.mp4").is_file()
    assert (tmp_path / "out" / "talk.csv").is_file()
