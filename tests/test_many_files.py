"""``analyze --workers`` and ``--scheduler``: the tables of a plain run, whatever happens."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from fer_desktop import cli
from fer_desktop.cli.many.run import STATE
from tests.helpers.clips import write_clip
from tests.helpers.cluster import Cluster
from tests.helpers.data import astronaut
from trainer.contract import cluster_clients
from trainer.contract.run_lock import RunLock

pytest.importorskip("distributed")

_ROOT = Path(__file__).resolve().parents[1]
# Workers run this first: a video that kills whoever opens it, and one that takes long.
_STRANGE = """
import os, time
from fer_desktop.cli import file_run
def open_file(path, *rest, opened=file_run.open_file):
    if path.stem.startswith("poison"):
        os._exit(13)
    if path.stem.startswith("slow"):
        time.sleep(0.4)
    return opened(path, *rest)
file_run.open_file = open_file
"""
_FULL_DISK = """
from fer_desktop.cli import file_run
from fer_desktop.errors import StorageError
def write(self, frame, analysis):
    raise StorageError("The disk is full.")
file_run.TableOutput.write = write
"""
_WITHOUT_US = """
import sys
sys.modules["trainer"] = None
"""
_OTHER_VERSIONS = """
from trainer.contract import cluster_work
cluster_work.version = lambda name: "0.1"
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    cluster = Cluster(folder)
    strange = folder / "strange.py"
    strange.write_text(_STRANGE)
    for _ in range(2):
        cluster.worker(nanny=True, preload=strange)
    yield cluster
    cluster.end()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", [astronaut()] * 3)


@pytest.fixture
def folder(tmp_path: Path, clip: Path) -> Path:
    """A folder with three videos, a picture and a file that is no video."""
    folder = tmp_path / "study"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.mp4", "=b.mp4", "sub/a.mp4"):
        shutil.copy(clip, folder / name)
    Image.fromarray(astronaut()[:256, 100:356, ::-1]).save(folder / "c.png")
    (folder / "broken.mp4").write_bytes(b"no film")
    return folder


def run(*words: object) -> int:
    return cli.main(["analyze", *map(str, words)], lambda _: 1)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def tables(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob("*.csv") if path.stem != "summary"}


@pytest.mark.slow
def test_workers_write_the_tables_of_a_plain_run(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, many = tmp_path / "plain", tmp_path / "many"
    words = (folder, "--recursive", "--measures", "head_roll", "--json")
    assert run(*words, "--out", plain, "--together", tmp_path / "plain.csv") == 1
    said = capsys.readouterr()
    assert run(*words, "--out", many, "--together", tmp_path / "many.csv", "--workers", 2) == 1
    said_by_many = capsys.readouterr()
    assert tables(many) == tables(plain)
    assert sorted(tables(many)) == ["=b.csv", "a-2.csv", "a.csv", "c.csv"]
    assert (tmp_path / "many.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()
    assert (many / "a.meta.json").is_file()
    for text in (said.err, said_by_many.err):
        assert "broken.mp4 is not a video or image" in text

    def reports(text: str) -> list[tuple[str, int]]:
        return sorted((one["file"], one["rows"]) for one in map(json.loads, text.splitlines()))

    assert reports(said_by_many.out) == reports(said.out)
    summary = {row["file"]: row for row in rows(many / "summary.csv")}
    assert len(summary) == 5
    assert summary[str(folder / "broken.mp4")]["state"] == "failed"
    whole = summary[str(folder / "a.mp4")]
    assert (whole["state"], whole["frames"], whole["faces"]) == ("done", "3", "1")
    shares = [float(cell) for name, cell in whole.items() if name.startswith("share_")]
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert not [
        child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())
    ]


def test_what_is_done_is_skipped_unless_content_or_settings_change(
    cluster: Cluster, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.mp4").unlink()
    out = tmp_path / "out"
    words = (folder, "--out", out, "--scheduler", cluster.address)
    assert run(*words) == 0
    assert "done already" not in capsys.readouterr().err
    assert run(*words) == 0
    assert "3 files of 3 are done already" in capsys.readouterr().err
    whole = (out / "a.csv").read_bytes()
    assert run(folder / "a.mp4", "--out", out, "--every", 2) == 0, "another table takes its place"
    assert run(*words) == 0
    assert "2 files of 3 are done already" in capsys.readouterr().err
    assert (out / "a.csv").read_bytes() == whole
    write_clip(folder / "a.mp4", [astronaut()] * 2)
    (out / "c.csv").unlink()
    assert run(*words) == 0
    assert "1 file of 3 is done already" in capsys.readouterr().err
    assert len(rows(out / "a.csv")) == 2
    assert (out / "c.csv").is_file()
    assert run(*words, "--smoothing-ms", 0) == 0
    assert "done already" not in capsys.readouterr().err


def test_a_table_of_all_is_a_folder_of_parquet_files(
    cluster: Cluster, folder: Path, tmp_path: Path
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    (folder / "broken.mp4").unlink()
    words = (folder, "--recursive", "--out", tmp_path / "out", "--scheduler", cluster.address)
    assert run(*words, "--format", "parquet", "--together", tmp_path / "all") == 0
    table = parquet.read_table(tmp_path / "all")
    assert table.num_rows == 3 * 3 + 1
    assert len(set(table.column("file").to_pylist())) == 4
    assert parquet.read_table(tmp_path / "out" / "summary.parquet").num_rows == 4


def test_a_file_that_kills_its_worker_is_set_aside_and_named(
    cluster: Cluster, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, out = tmp_path / "files", tmp_path / "out"
    files.mkdir()
    shutil.copy(clip, files / "clip.mp4")
    good = [f"p{number:02}" for number in range(15)]
    for name in (*good, "poison"):  # so many that two go together
        Image.fromarray(astronaut()[:64, :64, ::-1]).save(files / f"{name}.png")
    assert run(files, "--out", out, "--scheduler", cluster.address) == 1
    said = capsys.readouterr().err
    assert [line for line in said.splitlines() if line.startswith("fer-desktop: ")] == [
        f"fer-desktop: {files / 'poison.png'}: Its worker ended without a word, twice:"
        " it is set aside."
    ]
    assert sorted(tables(out)) == ["clip.csv", *(f"{name}.csv" for name in good)]
    states = {Path(row["file"]).stem: row["state"] for row in rows(out / "summary.csv")}
    assert [name for name, state in states.items() if state == "failed"] == ["poison"]


def test_workers_with_other_versions_are_named(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.py"
    other.write_text(_OTHER_VERSIONS)
    cluster = Cluster(tmp_path)
    try:
        worker = cluster.worker(preload=other)
        assert run(clip, "--out", tmp_path / "out", "--scheduler", cluster.address) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "has other versions: fer-desktop 0.1 instead of" in line
        worker.kill()
        worker.wait()
        other.write_text(_WITHOUT_US)
        cluster.worker(preload=other)
        assert run(clip, "--out", tmp_path / "out", "--scheduler", cluster.address) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "cannot do the work" in line
        assert "trainer" in line
    finally:
        cluster.end()


def test_what_one_worker_has_no_room_for_another_does(
    cluster: Cluster, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos, full = tmp_path / "videos", tmp_path / "full.py"
    videos.mkdir()
    for number in range(8):
        shutil.copy(clip, videos / f"{number}.mp4")
    full.write_text(_FULL_DISK)
    worker = cluster.worker(preload=full)
    try:
        assert run(videos, "--out", tmp_path / "out", "--scheduler", cluster.address) == 0
    finally:
        worker.kill()
        worker.wait()
    assert len(tables(tmp_path / "out")) == 8
    assert "full" not in capsys.readouterr().err


def test_a_folder_takes_one_run_at_a_time(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / STATE).mkdir()
    lock = RunLock(tmp_path / STATE, "analysis")
    assert lock.acquire()
    try:
        assert run(clip, "--out", tmp_path, "--workers", 2) == 1
    finally:
        lock.release()
    assert "Another run writes its results to" in capsys.readouterr().err


def test_nobody_at_the_scheduler_s_address(
    tmp_path: Path,
    clip: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_clients, "_CONNECT_S", 1)
    assert run(clip, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("fer-desktop: No Dask scheduler answers at tcp://127.0.0.1:9.")


def test_nothing_to_do_needs_no_workers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", "--out", tmp_path / "out", "--workers", 2) == 1
    assert "no image or video in the folder empty" in capsys.readouterr().err


def test_results_that_have_nowhere_to_go_end_the_run(
    cluster: Cluster, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos, out = tmp_path / "videos", tmp_path / "out"
    videos.mkdir()
    for number in range(12):
        shutil.copy(clip, videos / f"slow{number}.mp4")

    def take_away() -> None:
        while not list(out.glob("*.csv")):
            time.sleep(0.02)
        out.rename(tmp_path / "gone")

    thread = threading.Thread(target=take_away)
    thread.start()
    assert run(videos, "--out", out, "--scheduler", cluster.address) == 1
    thread.join()
    lines = capsys.readouterr().err.splitlines()
    assert f"The folder {out} is not there any more" in lines[-1]
    assert "the same command goes on" in lines[-1]
    assert len(list((tmp_path / "gone").glob("*.csv"))) < 12


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupted_run_leaves_no_process_and_goes_on(
    profile: Path, cluster: Cluster, clip: Path, tmp_path: Path
) -> None:
    videos, out = tmp_path / "videos", tmp_path / "out"
    videos.mkdir()
    for number in range(30):
        shutil.copy(clip, videos / f"{number}.mp4")
    words = [sys.executable, "-m", "fer_desktop", "analyze", str(videos), "--out", str(out)]
    process = subprocess.Popen(
        [*words, "--workers", "1"], cwd=_ROOT, stderr=subprocess.PIPE, text=True
    )
    while not list(out.glob("*.csv")):
        time.sleep(0.02)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert "are left; the same command goes on with them" in said
    assert said.splitlines()[-1] == "fer-desktop: terminated"
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.csv")}
    assert 0 < len(before) < 30
    assert run(videos, "--out", out, "--scheduler", cluster.address) == 0
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.csv")}
    assert len(after) == 31  # the summary as well
    repeated = [name for name, time_ns in before.items() if after[name] != time_ns]
    # The one that was being read, and one whose end had not been heard of.
    assert len(repeated) <= 2
    assert len(set(tables(out).values())) == 1
    assert not (out / STATE / "attempts").exists()
