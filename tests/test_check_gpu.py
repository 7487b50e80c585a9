"""The check of a graphics card compares with the processor, and fails where they differ."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from trainer.cli import main
from trainer.contract.offers import Estimate

SCRIPT = Path(__file__).parents[1] / "packaging" / "check_gpu.py"


@pytest.fixture
def check_gpu(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_gpu", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["check_gpu", "--backends", "tensorflow,no_such_backend"])
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    return module


@pytest.mark.parametrize(
    ("answer", "row", "status"),
    [(0.7, 0.6, 0), (0.7, 0.602, 1), (0.702, 0.6, 1), (float("nan"), 0.6, 1)],
)
def test_a_card_that_answers_otherwise_fails(
    check_gpu: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: float,
    row: float,
    status: int,
) -> None:
    def classified(_: object, engine: str) -> dict[str, Any]:
        is_card = engine == "keras"
        device = "GPU: Card 9" if is_card else "CPU"
        answers = [[answer if is_card else 0.7, 0.3]]
        return {"device": device, "answers": answers, "ms": [1.0, 2.0, 3.0, 4.0]}

    def analyze(_: Path, engine: str, __: Path) -> list[list[float]]:
        return [[row if engine == "keras" else 0.6, 0.4]]

    monkeypatch.setattr(check_gpu, "_classified", classified)
    monkeypatch.setattr(check_gpu, "analyze", analyze)
    assert check_gpu.main() == status
    said = capsys.readouterr().out
    assert "GPU: Card 9" in said
    assert "not installed" in said


def test_the_classifier_is_timed_for_every_number_of_faces(
    check_gpu: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_gpu, "RUNS", 1)
    found = check_gpu.classify(check_gpu.resolve_model(""), "litert")
    assert found["device"] == "CPU"
    assert len(found["ms"]) == 4
    assert len(found["answers"]) == 64


def test_what_the_trainer_says_of_its_speed_is_understood(
    check_gpu: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    estimate = Estimate(
        system="residual_se",
        parameters=1,
        faces=3_000,
        steps_per_epoch=1,
        seconds_per_epoch=20,
        epochs=1,
        seconds=20,
    )
    monkeypatch.setattr("trainer.fit.probe.probe", lambda _: estimate)

    def run(module: str, *words: object) -> str:
        assert module == "trainer"
        assert main([str(word) for word in words]) == 0
        return capsys.readouterr().out

    monkeypatch.setattr(check_gpu, "_run", run)
    assert check_gpu.training(Path("fer2013.csv")) == "150"
