import json
from pathlib import Path

import keras
import pytest

from tests.trainer.conftest import TINY_RECIPE
from trainer.cli import main
from trainer.config import TrainConfig
from trainer.errors import DataError
from trainer.fit import probe as probing
from trainer.fit.probe import Estimate, probe
from trainer.systems.catalogue import get_system

pytestmark = pytest.mark.usefixtures("tiny_systems")
LABELS = ("angry", "disgust", "fear")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "_ENOUGH_S", 0.05)


def _probe(data: Path, system: str, out: Path) -> Estimate:
    return probe(
        TrainConfig(
            system=system,
            data=data,
            out=out,
            labels=",".join(LABELS),
            precision="float32",
            recipe=TINY_RECIPE,
        )
    )


def test_a_few_steps_tell_what_a_training_takes_and_leave_nothing(
    faces_csv: Path, tmp_path: Path
) -> None:
    found = _probe(faces_csv, "tiny", tmp_path / "run")
    assert found.system == "tiny"
    assert found.parameters == get_system("tiny").build(LABELS).count_params()
    assert (found.faces, found.steps_per_epoch, found.epochs) == (24, 3, 2)
    assert 0 < found.seconds_per_epoch < 5
    assert found.seconds == pytest.approx(2 * found.seconds_per_epoch)
    assert not (tmp_path / "run").exists()


def test_an_ensemble_takes_what_its_networks_take(faces_csv: Path, tmp_path: Path) -> None:
    found = _probe(faces_csv, "tiny_stacking", tmp_path)
    single = get_system("tiny_angry").build(("angry", "rest"))
    assert found.parameters == 3 * single.count_params()
    assert found.steps_per_epoch == 3 * 3 * 3


def test_the_features_of_a_frozen_backbone_are_counted_once(
    faces_csv: Path, tmp_path: Path
) -> None:
    found = _probe(faces_csv, "study_a_vgg16", tmp_path)
    assert found.seconds > found.seconds_per_epoch * found.epochs


def test_a_program_is_told_in_json(faces_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["probe", "--system", "tiny", "--data", str(faces_csv), "--batch-size", "4"]
    assert main([*command, "--json", "--precision", "mixed_bfloat16"]) == 0
    assert keras.config.dtype_policy().name == "float32"
    found = json.loads(capsys.readouterr().out)
    assert (found["steps_per_epoch"], found["faces"]) == (6, 24)
    assert main(command) == 0
    assert "24 training faces" in capsys.readouterr().out


def test_what_cannot_be_trained_cannot_be_probed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        _probe(tmp_path / "none", "tiny", tmp_path)
