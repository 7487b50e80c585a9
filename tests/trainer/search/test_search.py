"""A search over real trainings: it chooses, goes on, prunes, and repeats."""

import json
import threading
from pathlib import Path

import optuna
import pytest

from tests.trainer.conftest import TINY_RECIPE, FolderMaker
from trainer.cli import main
from trainer.config import TrainConfig
from trainer.contract.progress import EpochDone, Event
from trainer.fit.epochs import Controls, Stopped
from trainer.search.findings import findings
from trainer.search.searching import _keep_best, search
from trainer.search.space import parse_space
from trainer.search.storage import Place, open_study
from trainer.search.trials import SearchJob

pytestmark = pytest.mark.usefixtures("tiny_systems")


def _job(
    data: Path, out: Path, vary: str = "learning_rate,batch_size=4|8", **place: str
) -> SearchJob:
    config = TrainConfig(system="tiny", data=data, out=out, precision="float32", recipe=TINY_RECIPE)
    return SearchJob(
        place=Place(
            folder=out, name="s", epochs=2, **{"sampler": "tpe", "pruner": "none", **place}
        ),
        base=config,
        objective="validation accuracy",
        unseen=(),
        space=parse_space(vary, TINY_RECIPE),
    )


def _controls(report: list[Event]) -> Controls:
    return Controls(resume=False, report=report.append, cancelled=threading.Event())


def test_the_best_recipe_is_a_run_whose_command_gives_the_same_figure(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = face_folder("angry", "disgust", "fear", count=12), tmp_path / "search"
    words = ["search", "--system", "tiny", "--data", str(data), "--out", str(out)]
    words += ["--precision", "float32", "--pruner", "none", "--vary", "learning_rate,batch_size"]
    assert main([*words, "--trials", "3"]) == 0
    first = capsys.readouterr().out.splitlines()
    assert "best validation balanced accuracy" in first[0]
    found = json.loads((out / "search.json").read_text())
    assert [trial["state"] for trial in found["trials"]] == ["complete"] * 3
    best = found["best"]
    assert best["value"] == max(trial["value"] for trial in found["trials"])
    assert best["command"] == first[-1]

    # Its command, in a folder of its own.
    again = first[-1].split()
    again[again.index("--out") + 1] = str(tmp_path / "again")
    assert main(again[1:]) == 0
    figures = json.loads((tmp_path / "again" / "metrics.json").read_text())
    assert figures["validation"]["balanced_accuracy"] == best["value"]
    kept = [path.parent.name for path in out.glob("*/model.keras")]
    assert sorted(kept) == ["best", best["run"]]
    assert (out / "best" / "run.json").read_bytes() == (out / best["run"] / "run.json").read_bytes()

    page = (out / "search.html").read_text()
    assert page.count("data:image/png") >= 3
    assert best["command"].split("--out")[0].split("--data")[0] in page
    assert main([*words, "--trials", "4"]) == 0  # it goes on
    assert len(json.loads((out / "search.json").read_text())["trials"]) == 4
    capsys.readouterr()
    assert main([*words, "--trials", "4", "--epochs", "3"]) == 1
    assert "was begun with another command" in capsys.readouterr().err


def test_an_interrupted_trial_is_made_again(face_folder: FolderMaker, tmp_path: Path) -> None:
    data, out = face_folder("angry", "disgust", "fear", count=8), tmp_path / "search"
    job = _job(data, out)
    events: list[Event] = []
    controls = _controls(events)

    def stop(event: Event) -> None:
        if isinstance(event, EpochDone):
            controls.cancelled.set()

    with pytest.raises(Stopped):
        search(
            job,
            Controls(resume=False, report=stop, cancelled=controls.cancelled),
            trials=2,
            workers=None,
        )
    study = open_study(job.place)
    asked = study.trials[0].params
    # Another one whose process was killed.
    killed = study.ask()
    killed_settings = {"learning_rate": killed.suggest_float("learning_rate", 1e-3, 1e-1, log=True)}
    found = search(job, _controls(events), trials=3, workers=None)
    complete = [trial.settings for trial in found.trials if trial.state == "complete"]
    assert asked in complete
    assert any(killed_settings.items() <= settings.items() for settings in complete)
    assert len(complete) == 3
    assert [trial.state for trial in found.trials].count("interrupted") == 2


def test_hopeless_trials_end_early_and_diverged_ones_count(
    face_folder: FolderMaker, tmp_path: Path
) -> None:
    data, out = face_folder("angry", "disgust", "fear", count=8), tmp_path / "search"
    job = _job(data, out, "learning_rate=0.001..900000", pruner="median", sampler="random")
    out.mkdir()
    study = open_study(job.place)
    for _ in range(6):  # what the median pruner needs to judge by: all of them were perfect
        trial = optuna.trial.create_trial(
            params={"learning_rate": 0.01},
            distributions={
                "learning_rate": optuna.distributions.FloatDistribution(0.001, 900000, log=True)
            },
            value=1.0,
            intermediate_values={1: 1.0, 2: 1.0},
        )
        study.add_trial(trial)
    found = search(job, _controls([]), trials=9, workers=None)
    states = [trial.state for trial in found.trials[6:]]
    assert len(states) == 3
    assert set(states) <= {"pruned", "diverged", "complete"}
    assert "pruned" in states
    pruned = next(trial for trial in found.trials if trial.state == "pruned")
    assert pruned.epochs == 1
    assert pruned.value is None


@pytest.mark.unit
def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    out = tmp_path / "50 %20 or #2"
    out.mkdir()
    open_study(_job(tmp_path, out).place)
    assert [path.name for path in out.iterdir()] == ["search.db"]


@pytest.mark.unit
def test_a_database_of_others_leads_to_no_other_folder(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    out = tmp_path / "search"
    for folder in (precious, out / "trial_0000"):
        folder.mkdir(parents=True)
        (folder / "checkpoint.h5").touch()
        (folder / "model.keras").touch()
    job = _job(tmp_path, out)
    study = open_study(job.place)
    for value in (0.5, 0.6):
        trial = study.ask({"learning_rate": optuna.distributions.FloatDistribution(0.1, 1)})
        trial.set_user_attr("run", "../precious")
        study.tell(trial, value)
    _keep_best(study, out)
    found = findings(study, job, "")
    assert (precious / "model.keras").exists()
    assert not (out / "trial_0000" / "model.keras").exists()
    assert [each.run for each in found.trials] == ["trial_0000", "trial_0001"]


def test_unseen_faces_can_be_the_judge(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = face_folder("angry", "disgust", "fear", count=8)
    words = ["search", "--system", "tiny", "--data", str(data), "--out", str(tmp_path / "s")]
    words += ["--precision", "float32", "--trials", "1", "--vary", "learning_rate"]
    with pytest.raises(SystemExit):
        main([*words, "--objective", "unseen balanced accuracy"])
    assert "--unseen PATH belong together" in capsys.readouterr().err
    unseen = ["--objective", "unseen balanced accuracy", "--unseen", str(data)]
    assert main([*words, *unseen]) == 0
    found = json.loads((tmp_path / "s" / "search.json").read_text())
    assert found["objective"] == "unseen balanced accuracy"
    assert 0 <= found["best"]["value"] <= 1


def test_a_database_that_cannot_be_had_is_told(
    face_folder: FolderMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = face_folder("angry", "disgust", "fear", count=8)
    words = ["search", "--system", "tiny", "--data", str(data), "--out", str(tmp_path / "s")]
    for url in (f"sqlite:///{tmp_path}/missing/x.db", "nonsense", "postgresql://u:secret@h/x"):
        assert main([*words, "--storage", url]) == 1
        said = capsys.readouterr().err
        assert "cannot be opened" in said
        assert "secret" not in said
    (tmp_path / "s" / "search.db").write_bytes(b"not a database" * 100)
    assert main(words) == 1
    assert "Choose another --out" in capsys.readouterr().err
