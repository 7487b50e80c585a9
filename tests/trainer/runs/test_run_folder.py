"""A run whose files are damaged is named with the reason, and nothing else happens."""

import json
from pathlib import Path

import numpy as np
import pytest

from trainer.config import Recipe, TrainConfig
from trainer.errors import RunError
from trainer.runs.checkpoint import CHECKPOINT_FILE, epochs_done, load_state
from trainer.runs.run_folder import RUN_FILE, Run, read_run, write_run

CONFIG = TrainConfig(
    system="study_b",
    data=Path("/faces \udcff"),
    out=Path("/run"),
    votes=Path("/votes.csv"),
    recipe=Recipe(epochs=3),
)
FACTS = {
    "faces": {"train": 3},
    "versions": {"keras": "3"},
    "machine": "CPU",
    "epoch": 2,
    "seconds": 1.5,
    "start": {"name": "fer7", "sha256": "a", "training_data": "FER2013"},
    "newer": [1],
}


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    run = Run(CONFIG, ("happy", "sad"), FACTS)
    write_run(tmp_path, run)
    assert read_run(tmp_path) == run


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("config.data", "3"),
        ("config.data", '"a\\u0000"'),
        ("config.seed", "1e999"),
        ("config.seed", "9" * 400),
        ("config.seed", "9" * 5_000),
        ("config.seed", "-1"),
        ("config.precision", '"double"'),
        ("config.newer", "1"),
        ("config.recipe", "[]"),
        ("config.recipe.batch_size", "1000000000"),
        ("config.recipe.batch_size", '"64"'),
        ("config.recipe.learning_rate", "NaN"),
        ("config.recipe.newer", "1"),
        ("config.recipe.augmentation.zoom", "2"),
        ("config.recipe.augmentation.newer", "2"),
        ("config.folds", "1000"),
        ("labels", '"happy"'),
        ("labels", "[3]"),
        ("faces", '{"train": "many"}'),
        ("seconds", "-1"),
        ("epoch", "1e999"),
        ("start", '{"name": 3}'),
        ("later", "[" * 100_000),
    ],
    ids=range(23),
)
def test_a_bad_value_is_told(tmp_path: Path, place: str, value: str) -> None:
    write_run(tmp_path, Run(CONFIG, ("happy", "sad"), FACTS))
    raw = json.loads((tmp_path / RUN_FILE).read_text())
    *path, name = place.split(".")
    owner = raw
    for part in path:
        owner = owner[part]
    owner[name] = "HERE"
    (tmp_path / RUN_FILE).write_text(json.dumps(raw).replace('"HERE"', value))
    with pytest.raises(RunError, match="is damaged") as caught:
        read_run(tmp_path)
    assert str(tmp_path / RUN_FILE) in caught.value.message
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b" " * (9 << 20)], ids=range(5))
def test_what_is_no_run_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / RUN_FILE).write_bytes(content)
    with pytest.raises(RunError, match="is damaged"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    "facts",
    [
        '{"epoch": 1e999}',
        '{"epoch": "3"}',
        '{"epoch": -1}',
        '{"history": [{"loss": NaN}]}',
        '{"history": 3}',
        "[]",
        "nonsense",
        "[" * 100_000,
    ],
    ids=range(8),
)
def test_a_checkpoint_with_a_bad_value_is_told(tmp_path: Path, facts: str) -> None:
    np.savez(tmp_path / CHECKPOINT_FILE, facts=np.array(facts), w0=np.zeros(3))
    with pytest.raises(RunError, match="is damaged"):
        load_state(tmp_path / CHECKPOINT_FILE)
    with pytest.raises(RunError, match="is damaged"):
        epochs_done(tmp_path)


def test_a_checkpoint_that_would_fill_the_memory_is_told(tmp_path: Path) -> None:
    np.savez_compressed(
        tmp_path / CHECKPOINT_FILE, facts=np.array("{}"), w0=np.zeros(20_000_000, np.uint8)
    )
    with pytest.raises(RunError, match="is damaged"):
        load_state(tmp_path / CHECKPOINT_FILE)
