import errno
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_desktop.errors import StorageError
from fer_desktop.training.collection import (
    GET_READY_S,
    CollectionPlan,
    CollectionState,
    Collector,
    check_label,
    prepare_folder,
)
from fer_desktop.training.frame_quality import FaceLook, Flaw
from fer_desktop.training.picture_folder import PicturesError

pytestmark = pytest.mark.unit

LABELS = ("happy", "wink")


def look(seed: int = 0) -> FaceLook:
    random = np.random.default_rng(seed)
    crop = random.integers(0, 256, (60, 60, 3), np.uint8)
    return FaceLook(crop, random.uniform(0, 255, (24, 24)).astype(np.float32))


class Sitting:
    """Someone in front of the camera, and a clock."""

    def __init__(self, plan: CollectionPlan) -> None:
        self.now_s = 100.0
        self.collector = Collector(plan, "stamp", self.now_s)
        self.seed = 0

    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    def show(self, shown: FaceLook | Flaw | None = None) -> CollectionState:
        self.seed += 1
        return self.collector.take(shown or look(self.seed), self.now_s)

    def take(self, count: int) -> CollectionState:
        """Sit through so many pictures."""
        state = self.collector.state
        for _ in range(count):
            self.wait(GET_READY_S)
            state = self.show()
        return state


@pytest.fixture
def plan(tmp_path: Path) -> CollectionPlan:
    folder = tmp_path / "faces"
    prepare_folder(folder)
    return CollectionPlan(folder, LABELS, rounds=3, per_round=2)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))


def test_expressions_are_asked_for_in_turn_and_in_balance(plan: CollectionPlan) -> None:
    sitting = Sitting(plan)
    asked = []
    state = sitting.collector.state
    while not state.is_done:
        asked.append((state.round, state.label, state.taken))
        assert max(state.counts.values()) - min(state.counts.values()) <= plan.per_round
        state = sitting.take(1)
    assert asked == [
        (number, label, taken) for number in (1, 2, 3) for label in LABELS for taken in (0, 1)
    ]
    assert state.counts == {"happy": 6, "wink": 6}
    assert state.total == 12


def test_a_round_is_either_learned_from_or_tested_with(plan: CollectionPlan) -> None:
    Sitting(plan).take(12)
    names = files(plan.folder)
    assert len(names) == 12
    for split, number in (("train", 1), ("test", 2), ("validation", 3)):
        of_split = [name for name in names if name.startswith(f"{split}/")]
        assert len(of_split) == 4
        assert all(f"round {number}" in name for name in of_split)
    with Image.open(plan.folder / names[0]) as picture:
        assert picture.size == (60, 60)


def test_there_is_time_to_get_ready(plan: CollectionPlan) -> None:
    sitting = Sitting(plan)
    state = sitting.show()
    assert state.newest is None
    assert state.ready_in_s == GET_READY_S
    sitting.wait(GET_READY_S - 0.5)
    assert sitting.show(Flaw.TOO_DARK).flaw is Flaw.TOO_DARK
    assert not files(plan.folder)
    sitting.wait(0.5)
    assert sitting.show().newest is not None
    assert sitting.show().newest is None  # not twice at the same moment
    sitting.wait(0.3)
    state = sitting.show()
    assert state.label == "wink"
    assert state.ready_in_s == GET_READY_S


def test_what_is_not_fit_is_not_kept(plan: CollectionPlan) -> None:
    sitting = Sitting(plan)
    sitting.wait(GET_READY_S)
    for flaw in Flaw:
        state = sitting.show(flaw)
        assert state.flaw is flaw
        assert state.total == 0
    same = look(1)
    assert sitting.show(same).flaw is None
    sitting.wait(1)
    assert sitting.show(same).flaw is Flaw.ALIKE
    assert len(files(plan.folder)) == 1


def test_redo_throws_away_the_last_pictures(plan: CollectionPlan) -> None:
    sitting = Sitting(plan)
    sitting.take(3)  # two of the first expression, one of the second
    state = sitting.collector.redo(sitting.now_s)
    assert (state.label, state.taken, state.total) == ("wink", 0, 2)
    state = sitting.collector.redo(sitting.now_s)
    assert (state.label, state.taken, state.total) == ("happy", 0, 0)
    state = sitting.collector.redo(sitting.now_s)
    assert state.label == "happy"
    assert not files(plan.folder)
    state = sitting.take(12)
    assert state.is_done
    state = sitting.collector.redo(sitting.now_s)
    assert (state.label, state.round, state.total) == ("wink", 3, 10)


def test_an_expression_can_be_skipped(plan: CollectionPlan) -> None:
    sitting = Sitting(plan)
    assert sitting.collector.skip(sitting.now_s).label == "wink"
    for _ in range(10):
        state = sitting.collector.skip(sitting.now_s)
    assert state.is_done
    assert sitting.show().total == 0


def test_pictures_of_another_day_are_kept(plan: CollectionPlan) -> None:
    Sitting(plan).take(12)
    prepare_folder(plan.folder)
    later = Collector(plan, "later", 0.0)
    later.take(look(), GET_READY_S)
    assert len(files(plan.folder)) == 13


def test_a_full_disk_asks_for_the_same_picture_again(
    plan: CollectionPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = Sitting(plan)
    sitting.take(1)
    with monkeypatch.context() as patch:

        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr(Image.Image, "save", refuse)
        sitting.wait(1)
        with pytest.raises(StorageError, match="the disk is full"):
            sitting.show()
    assert len(files(plan.folder)) == 1
    assert not [path for path in plan.folder.rglob(".*")]
    assert sitting.show().total == 2


def test_a_folder_that_was_deleted_is_not_made_again(plan: CollectionPlan) -> None:
    sitting = Sitting(plan)
    plan.folder.rmdir()
    sitting.wait(GET_READY_S)
    with pytest.raises(StorageError, match="no longer exists"):
        sitting.show()
    assert not plan.folder.exists()


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(PicturesError, match=r"something else: letter\.txt"):
        prepare_folder(tmp_path)
    with pytest.raises(StorageError, match="a file is in its place"):
        prepare_folder(tmp_path / "letter.txt")


def test_a_disk_without_room_is_said_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(StorageError, match="the disk is full"):
        prepare_folder(tmp_path / "faces")


@pytest.mark.parametrize("label", ["wink", "left wink", "très content", "looks-up"])
def test_own_labels(label: str) -> None:
    check_label(label, ("happy", "sad"))


@pytest.mark.parametrize(
    "label",
    ["", " ", "happy", "Happiness", "a/b", "a\\b", "a,b", "a:b", ".", "..", ".x", "x ", "-x", "x\n",
     "train", "Test", "rest", "fer7", "x" * 31, "con", "NUL"],
)  # fmt: skip
def test_labels_that_cannot_be(label: str) -> None:
    with pytest.raises(PicturesError):
        check_label(label, ("happy", "sad"))
