from pathlib import Path

import numpy as np
import pytest

from tests.helpers.models import make_model_folder
from tests.trainer.conftest import SIDE, face, write_csv
from trainer.cli import main
from trainer.config import DataSource
from trainer.data.readers import load_dataset
from trainer.errors import RunError
from trainer.fit.distillation import taught
from trainer.presets.model_folder import load_model_folder
from trainer.runs.run_folder import read_run

LABELS = ("angry", "disgust", "fear")
TWO = "angry,fear"
TRAIN = ["train", "--system", "tiny", "--labels", TWO, "--precision", "float32", "--data"]


def test_training_targets_are_part_truth_and_part_answer(faces_csv: Path, tmp_path: Path) -> None:
    # The model's own order of labels is not the dataset's.
    teacher = make_model_folder(tmp_path / "teacher", ("fear", "angry", "disgust"), size_px=SIDE)
    source = DataSource(path=faces_csv)
    dataset = load_dataset(source, labels=LABELS, size_px=SIDE, color="gray")
    rows = dataset.rows("train")
    answers = load_model_folder(teacher).probabilities(dataset, rows, flip=True)
    learned = taught(dataset, teacher, 0.25, flip=True)
    wanted = 0.75 * dataset.targets[rows] + 0.25 * answers
    np.testing.assert_allclose(learned.targets[rows], wanted, atol=1e-6)
    others = np.setdiff1d(np.arange(len(dataset.targets)), rows)
    np.testing.assert_array_equal(learned.targets[others], dataset.targets[others])


@pytest.mark.parametrize(
    ("labels", "size_px", "message"),
    [
        (("angry", "fear"), SIDE, "does not predict disgust"),
        (LABELS, 48, "sees 48 pixels"),
    ],
)
def test_a_teacher_that_does_not_fit_is_refused(
    faces_csv: Path, tmp_path: Path, labels: tuple[str, ...], size_px: int, message: str
) -> None:
    teacher = make_model_folder(tmp_path / "teacher", labels, size_px=size_px)
    dataset = load_dataset(DataSource(path=faces_csv), labels=LABELS, size_px=SIDE, color="gray")
    with pytest.raises(RunError, match=message):
        taught(dataset, teacher, 0.5, flip=False)


@pytest.mark.usefixtures("tiny_systems")
def test_a_student_learns_from_its_teacher_what_its_labels_hide(
    faces_csv: Path, tmp_path: Path
) -> None:
    teacher, student = tmp_path / "teacher", tmp_path / "student"
    assert main([*TRAIN, str(faces_csv), "--epochs", "15", "--out", str(teacher)]) == 0
    # Every training label is wrong: only the teacher can have told what the faces show.
    usages = ["Training"] * 8 + ["PublicTest"] * 4 + ["PrivateTest"] * 4
    wrong = write_csv(
        tmp_path / "wrong.csv",
        [
            (2 - label if usage == "Training" else label, face(label, seed), usage)
            for seed, usage in enumerate(usages)
            for label in (0, 2)
        ],
    )
    lesson = ["--teacher", str(teacher), "--teacher-share", "1"]
    assert main([*TRAIN, str(wrong), *lesson, "--epochs", "20", "--out", str(student)]) == 0
    run = read_run(student)
    assert run.facts["teacher"]["name"] == "teacher"
    assert "--teacher models/teacher --teacher-share 1.0" in run.command
    card = (student / "MODEL_CARD.md").read_text()
    assert "Taught by `teacher`" in card
    assert "100% of the targets" in card
    answers = load_model_folder(student)
    dataset = load_dataset(
        DataSource(path=wrong), labels=("angry", "fear"), size_px=SIDE, color="gray"
    )
    rows = dataset.rows("test")
    angry = answers.probabilities(dataset, rows)[:, 0]
    truth = dataset.truth(rows)
    # By its labels alone it would say so of the others.
    assert angry[truth == 0].min() > angry[truth == 1].max()
