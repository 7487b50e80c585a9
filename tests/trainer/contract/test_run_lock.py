from pathlib import Path

import pytest

from trainer.contract.run_lock import RunLock, is_held

pytestmark = pytest.mark.unit


def test_one_at_a_time_holds_a_run_in_a_role(tmp_path: Path) -> None:
    trainer, window = RunLock(tmp_path, "trainer"), RunLock(tmp_path, "window")
    assert not is_held(tmp_path, "trainer")
    assert trainer.acquire()
    assert window.acquire()  # the trainer's hold is another one
    assert is_held(tmp_path, "trainer")
    assert not RunLock(tmp_path, "trainer").acquire()
    trainer.release()
    trainer.release()
    assert not is_held(tmp_path, "trainer")
    assert is_held(tmp_path, "window")
    window.release()


def test_a_run_that_cannot_be_written_counts_as_held(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert is_held(file, "window")
    with pytest.raises(OSError, match="file"):
        RunLock(file, "window").acquire()
