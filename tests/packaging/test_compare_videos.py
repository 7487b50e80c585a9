from pathlib import Path

import numpy as np
import pytest

from tests.helpers.brightness import make_brightness_model
from tests.helpers.clips import write_clip
from tests.helpers.data import astronaut
from tests.packaging.conftest import Script


def test_each_model_has_a_row_for_each_video(
    script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dark = (astronaut() * 0.4).astype(np.uint8)
    write_clip(tmp_path / "bright.mp4", [astronaut()] * 4)
    write_clip(tmp_path / "dark.mp4", [dark] * 3)
    models = [
        make_brightness_model(tmp_path / "plain"),
        make_brightness_model(tmp_path / "doubtful", sharpness=1, unsure_below=0.99),
    ]
    words = [word for model in models for word in ("--model", model)]
    script("compare_videos", *words, tmp_path / "bright.mp4", tmp_path / "dark.mp4")
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in capsys.readouterr().out.splitlines()
    ]
    assert rows[0] == ["video", "model", "faces in frames", "angry", "happy", "of these unsure"]
    assert rows[2:] == [
        ["bright.mp4", "`plain`", "4", "0", "100", "0"],
        ["bright.mp4", "`doubtful`", "4", "0", "100", "100"],
        ["dark.mp4", "`plain`", "3", "100", "0", "0"],
        ["dark.mp4", "`doubtful`", "3", "100", "0", "100"],
    ]


def test_a_video_that_is_none_is_one_line(script: Script, tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"nothing")
    model = make_brightness_model(tmp_path / "model")
    with pytest.raises(SystemExit, match=r"compare_videos: .*no\.mp4"):
        script("compare_videos", "--model", model, tmp_path / "no.mp4")
