import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from trainer.contract.preset import read_preset

ROOT = Path(__file__).resolve().parents[3]


# What training promises on TensorFlow must hold on Keras' other backends as well.
_PROMISES = (
    "test_training.py::test_a_tiny_dataset_is_learned_end_to_end",
    "test_training.py::test_a_resumed_run_equals_an_uninterrupted_one",
    "test_training.py::test_the_seed_decides",
    "test_training.py::test_a_training_pauses_and_goes_on",
    "test_training.py::test_a_frozen_backbone_is_computed_once",
    "test_training.py::test_an_ensemble_is_one_model",
    "test_probe.py::test_a_few_steps_tell_what_a_training_takes_and_leave_nothing",
)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_training_keeps_its_promises_on_other_backends(backend: str) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + [str(Path(__file__).with_name(name)) for name in _PROMISES],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_training_is_spread_over_several_accelerators(faces_csv: Path, tmp_path: Path) -> None:
    if find_spec("jax") is None:
        pytest.skip("jax is not installed")
    out = tmp_path / "run"
    # Two devices that share this processor stand for two accelerators.
    program = (
        "import sys, trainer.runs.devices, trainer.cli;"
        "trainer.runs.devices.accelerators = lambda: ['cpu:0', 'cpu:1'];"
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
