import json
from pathlib import Path

import pytest

from tests.helpers.brightness import make_brightness_model, write_picture, write_set
from tests.packaging.conftest import Script

FACES = [("angry", "angry"), ("happy", "happy"), ("neutral", "happy"), ("angry", "happy")]


def test_models_stand_side_by_side(
    script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = make_brightness_model(tmp_path / "whole", unsure_below=0.5)
    two = make_brightness_model(tmp_path / "two", ("angry", "happy"))
    words = ["--model", whole, "--model", two]
    for name in ("one", "other"):
        words += ["--set", write_set(tmp_path / name, FACES)]
    script("compare_models", *words, "--json", tmp_path / "all.json")
    reports = json.loads((tmp_path / "all.json").read_text())
    assert [report["model"] for report in reports] == ["whole", "two"]
    assert reports[0]["mean_balanced_accuracy"] == pytest.approx((0.5 + 1 + 0) / 3)
    lines = capsys.readouterr().out.splitlines()
    first, second = (
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in lines
        if line.startswith("| `whole`")
    )
    assert first[0] == "`whole`"
    assert first[1].startswith("0.500 (")
    assert first[-1] == "**0.500**"
    assert second == ["`whole`", "0.500", "0.500", "neutral 0.000", "0.500", "100%", "50%"]
    assert "- `two` knows angry, happy only: fewer faces" in lines[-1]


def test_what_is_wrong_is_one_line(
    script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = make_brightness_model(tmp_path / "model")
    with pytest.raises(SystemExit, match=r"nowhere does not exist"):
        script("compare_models", "--model", model, "--set", tmp_path / "nowhere")
    write_picture(tmp_path / "people" / "0.png", "happy")
    (tmp_path / "people" / "groups.csv").write_text("file,sex\n0.png,Male\n")
    with pytest.raises(SystemExit):
        script("compare_models", "--model", model, "--set", tmp_path / "people")
    assert "at least one set with labels is needed" in capsys.readouterr().err
