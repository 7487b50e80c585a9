import csv
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.trainer.conftest import TINY_RECIPE
from trainer.cli.system_list import choose_systems
from trainer.config import TrainConfig
from trainer.contract.progress import EpochDone, Event
from trainer.errors import RunError, UnknownSystemError
from trainer.fit.epochs import Controls
from trainer.reports.comparison import Row, as_markdown, compare, stopped

pytestmark = pytest.mark.usefixtures("tiny_systems")


def _compare(
    names: list[str], data: Path, out: Path, *, epochs: int = 1, only_finished: bool = False
) -> tuple[list[Row], list[Event]]:
    events: list[Event] = []

    def configure(name: str) -> TrainConfig:
        return TrainConfig(
            system=name,
            data=data,
            out=out,
            precision="float32",
            weights="missing.h5",
            recipe=replace(TINY_RECIPE, epochs=epochs),
        )

    controls = Controls(resume=False, report=events.append, cancelled=threading.Event())
    rows = compare(names, configure, out, controls, only_finished=only_finished)
    return rows, events


def test_a_comparison_goes_on_where_it_was_and_says_what_failed(
    faces_csv: Path, tmp_path: Path
) -> None:
    out = tmp_path / "comparison"
    first, events = _compare(["tiny"], faces_csv, out)
    assert any(isinstance(event, EpochDone) for event in events)
    rows, events = _compare(["tiny", "study_d_vgg16"], faces_csv, out)
    assert not any(isinstance(event, EpochDone) for event in events)
    assert replace(rows[0], ms_per_face=0.0) == replace(first[0], ms_per_face=0.0)
    assert rows[0].n == 12
    assert rows[0].epochs == 1
    assert "missing.h5 do not exist" in rows[1].problem

    stored = json.loads((out / "comparison.json").read_text())
    assert [row["system"] for row in stored] == ["tiny", "study_d_vgg16"]
    with (out / "comparison.csv").open() as file:
        assert next(csv.DictReader(file))["accuracy"] == str(rows[0].accuracy)
    table = (out / "comparison.md").read_text()
    assert table == as_markdown(rows)
    assert "not trained: the weights missing.h5" in table
    assert "0.5 on its test folder, four labels" in table
    assert (out / "comparison.png").read_bytes().startswith(b"\x89PNG")


def test_one_table_has_one_protocol(faces_csv: Path, tmp_path: Path) -> None:
    _compare(["tiny"], faces_csv, tmp_path)
    table = (tmp_path / "comparison.md").read_text()
    with pytest.raises(RunError, match=r"begun with other settings, .*--system tiny .*--epochs 1"):
        _compare(["tiny"], faces_csv, tmp_path, epochs=2)
    assert (tmp_path / "comparison.md").read_text() == table
    assert "not trained" not in table


def test_where_a_comparison_was_stopped_is_told(faces_csv: Path, tmp_path: Path) -> None:
    _compare(["tiny"], faces_csv, tmp_path)
    event = stopped(["tiny", "tiny_fear"], tmp_path)
    assert (event.done, event.system) == (0, "tiny_fear")
    assert event.way == "the same command goes on with it"
    assert stopped(["tiny"], tmp_path).system == ""


def test_the_table_of_what_is_finished_trains_nothing(faces_csv: Path, tmp_path: Path) -> None:
    _compare(["tiny"], faces_csv, tmp_path)
    rows, events = _compare(["tiny", "tiny_fear"], faces_csv, tmp_path, only_finished=True)
    assert rows[0].n == 12
    assert rows[1].problem == "its run is not finished."
    assert not any(isinstance(event, EpochDone) for event in events)


def test_names_are_checked_before_anything_is_trained(faces_csv: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownSystemError, match="no system 'nix'"):
        _compare(["tiny", "nix"], faces_csv, tmp_path / "out")
    with pytest.raises(RunError, match="named twice"):
        _compare(["tiny", "tiny"], faces_csv, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_systems_are_chosen_by_name_study_or_kind() -> None:
    assert choose_systems("tiny, study_a_cnn_1,tiny") == ("tiny", "study_a_cnn_1")
    assert len(choose_systems("A")) == 6
    scratch = choose_systems("scratch")
    assert "study_e_stacking" in scratch
    assert "study_a_vgg16" not in scratch
    assert set(scratch) < set(choose_systems("all"))
    for text in ("F", ","):
        with pytest.raises(UnknownSystemError):
            choose_systems(text)
