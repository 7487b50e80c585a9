import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from trainer.contract.progress import EpochDone, decode
from trainer.errors import RunError
from trainer.runs.checkpoint import (
    CHECKPOINT_FILE,
    epochs_done,
    load_state,
    save_state,
    write_atomically,
)


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT_FILE
    weights = [np.arange(at, dtype=np.float32) for at in range(12)]
    save_state(path, weights, [np.array(3)], {"epoch": 4})
    loaded, optimizer, facts = load_state(path)
    assert [len(value) for value in loaded] == list(range(12))
    assert optimizer[0] == 3
    assert facts == {"epoch": 4}
    assert epochs_done(tmp_path) == 4
    assert epochs_done(tmp_path / "elsewhere") == 0


def test_a_full_disk_keeps_the_last_good_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"good")

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(RunError, match=r"No space left on device.*last good copy"):
            write_atomically(path, b"better")
    assert path.read_bytes() == b"good"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_missing_state_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"checkpoint\.npz does not exist"):
        load_state(tmp_path / CHECKPOINT_FILE)


def test_a_killed_training_goes_on_after_its_last_epoch(faces_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-m", "trainer", "train", "--system", "study_d_cnn_1"]
    command += ["--labels", "angry,disgust,fear", "--data", str(faces_csv), "--out", str(out)]
    command += ["--progress", "json", "--precision", "float32"]
    settings = {
        "env": {**os.environ, "FER_TRAINER_CACHE": str(tmp_path / "cache")},
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "text": True,
    }
    with subprocess.Popen([*command, "--epochs", "300"], **settings) as process:  # type: ignore[call-overload]
        for line in process.stdout:
            if isinstance(decode(line), EpochDone):
                process.kill()
                break
    done = epochs_done(out)
    assert done >= 1
    run = json.loads((out / "run.json").read_text())
    run["config"]["recipe"]["epochs"] = done + 1
    (out / "run.json").write_text(json.dumps(run))
    again = subprocess.run([*command, "--resume"], check=True, **settings)  # type: ignore[call-overload]
    epochs = [event for event in map(decode, again.stdout.splitlines()) if event is not None]
    assert [event.epoch for event in epochs if isinstance(event, EpochDone)] == [done + 1]
