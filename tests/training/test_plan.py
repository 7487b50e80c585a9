import json
from pathlib import Path

import pytest

from fer_desktop.programs import trainer_command
from fer_desktop.training.plan import TrainingPlan
from trainer.cli.options import build_parser
from trainer.contract.checked_json import decode_json

pytestmark = pytest.mark.unit

PLAN = TrainingPlan(
    name="mine",
    data=Path("/pictures"),
    start=Path("/models/fer7"),
    labels=("-happy", "sad"),
    label_map="-rage=sad,x=",
    settings={"learning_rate": 0.5, "class_weights": True, "flip": False, "subject_pattern": "-x"},
    against=Path("/models/fer7"),
)


def test_the_trainer_understands_every_command() -> None:
    parse = build_parser().parse_args
    train = parse(PLAN.train_words(Path("/run")))
    assert (train.command, train.data, train.out) == ("train", Path("/pictures"), Path("/run"))
    assert (train.start, train.system, train.labels) == (Path("/models/fer7"), None, "-happy,sad")
    assert (train.learning_rate, train.class_weights, train.flip) == (0.5, True, False)
    assert train.label_map == "-rage=sad,x="
    assert (train.subject_pattern, train.resume, train.progress) == ("-x", True, "json")
    assert parse(PLAN.probe_words()).json
    assert parse(PLAN.settings_words()).start == Path("/models/fer7")
    evaluate = parse(PLAN.evaluate_words(Path("/run"), Path("/out"), PLAN.against))
    assert evaluate.label_map == "-rage=sad,x="
    assert (evaluate.model, evaluate.against) == (Path("/run"), PLAN.against)
    anew = TrainingPlan(name="", data=Path("/faces.csv"), votes=Path("/v.csv"), system="x")
    words = parse(anew.train_words(Path("/run")))
    assert (words.system, words.start, words.votes) == ("x", None, Path("/v.csv"))


def test_a_plan_comes_back_from_its_file() -> None:
    assert decode_json(json.dumps(PLAN.to_json()), TrainingPlan) == PLAN


def test_the_trainer_is_run_by_the_same_python() -> None:
    assert trainer_command(["systems"])[1:] == ["-m", "trainer", "systems"]
