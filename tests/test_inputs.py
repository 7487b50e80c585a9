"""Which files are analysed, what their results are called, and which go together."""

import os
import sys
from pathlib import Path

import pytest

from fer_desktop.cli.inputs import InputChoice, find_inputs
from fer_desktop.cli.many.grouping import grouped
from fer_desktop.cli.many.jobs import Input, ModelIdentity
from fer_desktop.cli.output_stems import output_stems
from fer_desktop.errors import ModelError
from fer_desktop.models.catalogue import resolve_model
from trainer.contract.preset import read_preset

pytestmark = pytest.mark.unit


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with subfolders, and one beside it."""
    for name in ("study/a.mp4", "study/B.png", "study/note.txt", "study/sub/c.mp4", "other/d.mp4"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "study"


def names(found: list[tuple[Path, object]], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path, refusal in found if refusal is None]


def test_subfolders_are_searched_where_that_is_wanted(study: Path) -> None:
    assert names(find_inputs([study], InputChoice()), study) == ["a.mp4", "B.png"]
    everything = find_inputs([study, study / "a.mp4"], InputChoice(recursive=True))
    assert names(everything, study) == ["a.mp4", "B.png", "sub/c.mp4", "a.mp4"]


def test_patterns_choose(study: Path) -> None:
    videos = InputChoice(recursive=True, include=("*.mp4",))
    assert names(find_inputs([study], videos), study) == ["a.mp4", "sub/c.mp4"]
    without = InputChoice(recursive=True, exclude=("sub/*",))
    assert names(find_inputs([study], without), study) == ["a.mp4", "B.png"]
    found = find_inputs([study / "**" / "*.mp4"], InputChoice())
    assert names(found, study) == ["a.mp4", "sub/c.mp4"]
    ((path, refusal),) = find_inputs([study], InputChoice(include=("*.avi",)))
    assert path == study
    assert "--include" in str(refusal)
    ((path, refusal),) = find_inputs([study / "*.avi"], InputChoice())
    assert (path, refusal) == (study / "*.avi", None), "told of by whoever opens it"


def test_what_an_earlier_run_has_drawn_is_not_analysed(study: Path) -> None:
    results = study / "results"
    results.mkdir()
    (results / "a.annotated.mp4").touch()
    choice = InputChoice(recursive=True, results=study / "sub" / ".." / "results")
    assert names(find_inputs([study], choice), study) == ["a.mp4", "B.png", "sub/c.mp4"]
    assert names(find_inputs([results], choice), study) == ["results/a.annotated.mp4"], "is named"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_links_do_not_lead_out_of_a_folder(study: Path) -> None:
    (study / "out.mp4").symlink_to(study.parent / "other" / "d.mp4")
    (study / "in.mp4").symlink_to(study / "a.mp4")
    (study / "sub" / "loop").symlink_to(study)
    (study / "beside").symlink_to(study.parent / "other")
    found = names(find_inputs([study], InputChoice(recursive=True)), study)
    assert found == ["a.mp4", "B.png", "in.mp4", "sub/c.mp4"]


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="such a user may read everything"
)
def test_a_folder_that_cannot_be_read_is_named(study: Path) -> None:
    (study / "sub").chmod(0)
    try:
        found = find_inputs([study], InputChoice(recursive=True))
    finally:
        (study / "sub").chmod(0o700)
    assert names(found, study) == ["a.mp4", "B.png"]
    assert ["sub cannot be read" in str(refusal) for _, refusal in found if refusal] == [True]


def test_results_keep_the_names_that_they_have(tmp_path: Path) -> None:
    files = [Path(f"{folder}/clip.mp4") for folder in "abc"]
    assert output_stems(files, tmp_path) == ["clip", "clip-2", "clip-3"]
    assert output_stems(files, tmp_path, {files[1]: "clip-2"}) == ["clip", "clip-2", "clip-3"]
    former = {files[0]: "clip", files[2]: "clip-2"}
    assert output_stems(files, tmp_path, former) == ["clip", "clip-3", "clip-2"]


def test_results_are_not_called_what_the_tables_of_all_files_are(tmp_path: Path) -> None:
    files = [Path("films/summary.mp4"), Path("films/All.mp4"), Path("films/a.mp4")]
    tables = [tmp_path / "summary.csv", tmp_path / "." / "all.csv", tmp_path / "else" / "a.csv"]
    assert output_stems(files, tmp_path, tables=tables) == ["summary-2", "All-2", "a"]


def some(count: int, suffix: str, size: int = 10_000) -> list[Input]:
    return [Input("", f"{n}{suffix}", f"{n}", n, size + n) for n in range(count)]


def test_small_pictures_go_together_and_the_largest_video_comes_first() -> None:
    videos, pictures = some(3, ".mp4"), some(100_000, ".jpg")
    jobs = grouped([*videos[:1], *pictures, *videos[1:]], 4)
    assert jobs[:3] == [(video,) for video in reversed(videos)]
    assert [one for job in jobs[3:] for one in job] == pictures
    assert len(jobs) < 600
    assert {len(job) for job in jobs[3:]} <= {199, 200}
    assert [len(job) for job in grouped(some(10, ".png"), 64)] == [1] * 10
    assert [len(job) for job in grouped(some(10_000, ".png"), 64)].count(39) > 200
    assert len(grouped(some(10, ".png", 5 << 20), 1)) == 10, "large ones are jobs of their own"
    assert grouped([], 2) == []


def test_a_model_is_known_by_its_weights_wherever_it_lies(tmp_path: Path) -> None:
    sent = resolve_model("")
    sha256 = read_preset(sent).sha256
    folders = (str(tmp_path / "elsewhere"), str(sent))
    assert ModelIdentity("mine", sha256, folders).find() == sent
    assert ModelIdentity(sent.name, sha256, ()).find() == sent, "an installed one"
    with pytest.raises(ModelError, match="The model mine is not there, or has other weights"):
        ModelIdentity("mine", "0" * 64, folders).find()
