import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from trainer.contract.preset import read_preset


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_training_runs_on_kerass_other_backends(
    backend: str, faces_csv: Path, tmp_path: Path
) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    out = tmp_path / "run"
    command = [sys.executable, "-m", "trainer", "train", "--system", "study_d_cnn_1"]
    command += ["--labels", "angry,disgust,fear", "--data", str(faces_csv), "--out", str(out)]
    command += ["--ema", "0.9", "--flip", "--shift", "0.1", "--mixup", "0.2", "--batch-size", "12"]
    for more in (["--epochs", "1"], ["--resume"]):
        done = subprocess.run(
            command + more,
            env={
                **os.environ,
                "KERAS_BACKEND": backend,
                "FER_TRAINER_CACHE": str(tmp_path / "cache"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert read_preset(out).labels == ("angry", "disgust", "fear")


def test_training_is_spread_over_several_accelerators(faces_csv: Path, tmp_path: Path) -> None:
    if find_spec("jax") is None:
        pytest.skip("jax is not installed")
    out = tmp_path / "run"
    # Two devices that share this processor stand for two accelerators.
    program = (
        "import sys, trainer.devices, trainer.cli;"
        "trainer.devices.accelerators = lambda: ['cpu:0', 'cpu:1'];"
        "sys.exit(trainer.cli.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "train", "--system", "study_d_cnn_1"]
    command += ["--labels", "angry,disgust,fear", "--data", str(faces_csv), "--out", str(out)]
    done = subprocess.run(
        [*command, "--epochs", "1", "--batch-size", "7", "--precision", "float32"],
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
            "FER_TRAINER_CACHE": str(tmp_path / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2 GPU" in done.stderr
    assert read_preset(out).labels == ("angry", "disgust", "fear")
