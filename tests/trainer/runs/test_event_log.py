import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from trainer.errors import RunError
from trainer.runs.event_log import LOG_FOLDER, log_epoch

FIRST = {"epoch": 1, "loss": 2.0, "val_loss": 2.5, "learning_rate": 0.1}
SECOND = {"epoch": 2, "loss": 1.0, "val_loss": 1.5, "learning_rate": 0.05}


def _read(folder: Path, split: str) -> list[tuple[int, dict[str, float]]]:
    (file,) = (folder / LOG_FOLDER / split).iterdir()
    events = [event for event in EventFileLoader(str(file)).Load() if event.summary.value]
    return [
        (event.step, {value.tag: value.tensor.float_val[0] for value in event.summary.value})
        for event in events
    ]


def test_tensorboard_reads_every_epoch_of_both_splits(tmp_path: Path) -> None:
    for figures in (FIRST, SECOND):
        log_epoch(tmp_path, figures)
    assert [step for step, _ in _read(tmp_path, "train")] == [1, 2]
    assert _read(tmp_path, "validation") == [(1, {"epoch_loss": 2.5}), (2, {"epoch_loss": 1.5})]
    last = _read(tmp_path, "train")[-1][1]
    assert last == pytest.approx({"epoch_loss": 1.0, "epoch_learning_rate": 0.05})


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(RunError, match=r"tfevents.*No space left on device.*checkpoint is kept"):
        log_epoch(tmp_path, FIRST)
