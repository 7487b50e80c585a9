"""What is put right about training pictures is kept apart from them."""

from pathlib import Path

import pytest

from fer_desktop import paths
from fer_desktop.errors import StorageError
from fer_desktop.training.label_fixes import REMOVED, LabelFixes
from fer_desktop.training.plan import TrainingPlan
from fer_desktop.training.runs import create_run

pytestmark = pytest.mark.unit


def test_fixes_are_found_again_for_the_same_pictures(tmp_path: Path) -> None:
    fixes = LabelFixes(tmp_path)
    assert fixes.file is None
    fixes.set("happy/1, 2.png", "sad")
    fixes.set("happy/é.png", REMOVED)
    assert LabelFixes(tmp_path).labels == {"happy/1, 2.png": "sad", "happy/é.png": ""}
    assert LabelFixes(tmp_path / "other").labels == {}
    fixes.set("happy/é.png", None)
    assert LabelFixes(tmp_path).labels == {"happy/1, 2.png": "sad"}
    fixes.clear()
    assert LabelFixes(tmp_path).file is None
    assert not list(tmp_path.iterdir())  # the pictures' own folder


def test_what_cannot_be_written_is_told_and_taken_back(tmp_path: Path) -> None:
    fixes = LabelFixes(tmp_path)
    paths.label_fixes_dir().parent.mkdir(parents=True, exist_ok=True)
    paths.label_fixes_dir().write_text("a file in its place")
    with pytest.raises(StorageError):
        fixes.set("a.png", "sad")
    assert fixes.labels == {}


def test_a_run_keeps_the_fixes_that_it_began_with(tmp_path: Path) -> None:
    fixes = LabelFixes(tmp_path)
    fixes.set("a.png", "sad")
    run = create_run(TrainingPlan(name="mine", data=tmp_path, system="vgg", fixes=fixes.file))
    fixes.set("a.png", "happy")
    words = run.plan.train_words(run.folder)
    kept = Path(words[words.index("--fixes") + 1])
    assert kept.is_relative_to(run.folder)
    assert kept.read_text().splitlines() == ["name,label", "a.png,sad"]
