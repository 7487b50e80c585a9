"""Labels of single pictures put right by a table; pictures and splits stay as they are."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.cli import main
from trainer.config import DataSource, TrainConfig, config_from_dict
from trainer.data.readers import load_dataset
from trainer.errors import DataError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for label in ("happy", "sad"):
        folder = tmp_path / "data" / label
        folder.mkdir(parents=True)
        for number in range(20):
            pixels = random.integers(0, 256, (48, 48), np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return tmp_path / "data"


def fixes(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("name", "label"), *rows])
    return path


def test_a_label_is_put_right_and_a_picture_left_out(data: Path, tmp_path: Path) -> None:
    table = fixes(
        tmp_path / "fixes.csv",
        [("happy/03.png", "sadness"), ("sad/07.png", ""), ("sad/99.png", "happy")],
    )
    plain = load_dataset(DataSource(path=data))
    fixed = load_dataset(DataSource(path=data, fixes=table))
    rows = {name: at for at, name in enumerate(fixed.names)}
    moved, gone = rows["happy/03.png"], rows["sad/07.png"]
    assert fixed.labels[fixed.targets[moved].argmax()] == "sad"
    assert fixed.splits[gone] == -1
    others = [at for at in range(40) if at not in (moved, gone)]
    assert (fixed.splits[others] == plain.splits[others]).all()
    assert fixed.splits[moved] == plain.splits[moved]
    assert (fixed.targets[others] == plain.targets[others]).all()
    assert "1 label corrected and 1 picture left out by the table of fixes." in fixed.notes
    assert "The table of fixes names 1 picture that the dataset does not have." in fixed.notes


@pytest.mark.parametrize(
    ("rows", "reason"), [([("happy/03.png", "odd")], "no label 'odd'"), (None, "no column")]
)
def test_a_table_that_cannot_be_used_is_refused(
    data: Path, tmp_path: Path, rows: list[tuple[str, str]] | None, reason: str
) -> None:
    table = tmp_path / "fixes.csv"
    if rows is None:
        table.write_text("one,two\n1,2\n")
    else:
        fixes(table, rows)
    with pytest.raises(DataError, match=reason):
        load_dataset(DataSource(path=data, fixes=table))
    votes = DataSource(path=data, fixes=table, votes=table)
    with pytest.raises(DataError, match="cannot be used together"):
        load_dataset(votes)


def test_inspect_names_the_faces_of_its_sheets(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = fixes(tmp_path / "fixes.csv", [("happy/03.png", "sad"), ("sad/07.png", "")])
    words = ["inspect", "--data", str(data), "--fixes", str(table), "--json"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["sheet_names"]["happy"] == [
        f"happy/{number:02}.png" for number in range(20) if number != 3
    ]
    assert "happy/03.png" in facts["sheet_names"]["sad"]
    assert "sad/07.png" not in facts["sheet_names"]["sad"]
    assert sum(counts["sad"] for counts in facts["counts"].values()) == 20
    assert any("1 label corrected" in note for note in facts["notes"])


def test_fixes_are_settings_of_a_run(tmp_path: Path) -> None:
    config = TrainConfig(system="vgg", data=tmp_path, out=tmp_path, fixes=tmp_path / "a.csv")
    assert config.source.fixes == tmp_path / "a.csv"
    assert config_from_dict(config.to_dict()) == config
    old = {key: value for key, value in config.to_dict().items() if key != "fixes"}
    assert config_from_dict(old).fixes is None
