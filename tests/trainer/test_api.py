"""The functions for notebooks give the numbers of the commands, and the lesson runs."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trainer.conftest import FolderMaker, face, write_csv
from trainer import api
from trainer.cli import main
from trainer.errors import TrainerError

pytest.importorskip("pandas")
LESSON = Path(__file__).resolve().parents[2] / "docs" / "study_a_in_ten_minutes.md"


def test_a_dataset_is_a_table(face_folder: FolderMaker) -> None:
    faces = api.load_dataset(face_folder("rage", "sad", count=10), label_map="rage=angry")
    assert faces.labels == ("angry", "sad")
    assert faces.counts().to_numpy().sum() == 20
    assert list(faces.faces().columns) == ["file", "label", "split", "person"]
    assert "Read as angry: rage." in faces.notes


@pytest.mark.usefixtures("tiny_systems")
def test_training_and_measuring_give_the_numbers_of_the_commands(
    faces_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = api.train(
        faces_csv,
        system="tiny",
        out=tmp_path / "run",
        epochs=2,
        precision="float32",
        progress=False,
    )
    assert len(run.epochs) == len(run.history) == 2
    assert run.metrics["n"] == 12
    assert capsys.readouterr() == ("", "")
    again = api.train(faces_csv, out=run.folder, resume=True, epochs=3, progress=False)
    assert (len(again.epochs), len(again.history)) == (1, 3)

    found = api.evaluate(again, faces_csv)
    assert main(["evaluate", "--model", str(run.folder), "--data", str(faces_csv), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert found.accuracy == printed["accuracy"]
    assert found.confusion.to_numpy().tolist() == printed["confusion"]
    table = found.faces
    assert (table["truth"] == table["predicted"]).mean() == pytest.approx(found.accuracy)
    assert found.recall.set_index("label").loc["fear", "faces"] == 4

    picture = tmp_path / "face.png"
    Image.fromarray(face(0, 0, side=40)).save(picture)
    answers = api.predict(run, [picture, tmp_path / "gone.png"])
    assert answers["emotion"][0] in found.figures["labels"]
    assert "is missing" in answers["problem"][1]
    assert np.isnan(answers["confidence"][1])

    rows = api.compare(
        ["tiny"], faces_csv, out=tmp_path / "all", epochs=1, precision="float32", progress=False
    )
    assert rows["n"].tolist() == [12]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epohcs": 3}, "no setting 'epohcs'.*Did you mean epochs?"),
        ({"epochs": "many"}, "cannot be used: recipe.epochs"),
        ({"batch_size": 0}, "cannot be used: recipe.batch_size"),
    ],
)
@pytest.mark.usefixtures("tiny_systems")
def test_settings_that_are_none_are_told(
    faces_csv: Path, tmp_path: Path, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(TrainerError, match=message):
        api.train(faces_csv, system="tiny", out=tmp_path / "run", **settings)


def test_the_lesson_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", LESSON.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 6
    rows = [
        (label, face(at, seed), usage)
        for at, label in enumerate((3, 4, 5, 6, 0))
        for seed, usage in enumerate(["Training"] * 6 + ["PublicTest"] * 2 + ["PrivateTest"] * 2)
    ]
    write_csv(tmp_path / "fer2013.csv", rows)
    Image.fromarray(face(0, 0, side=48)).save(tmp_path / "face.png")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        # One epoch shows that it runs.
        exec(block.replace("epochs=3", "epochs=1"), names)
    assert (tmp_path / "runs" / "lesson" / "model.keras").is_file()
    found = names["found"]
    assert isinstance(found, api.Found)
    assert found.figures["n"] == 8
