"""The examples of CONTRIBUTING.md, installed as a package of their own, do what is said of them."""

import csv
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fer_desktop import api, cli
from fer_desktop.errors import ModelError
from tests.helpers.data import astronaut
from tests.helpers.models import make_model_folder, run_trials_here
from trainer.config import DataSource
from trainer.data.faces import CACHE_VARIABLE
from trainer.data.readers import load_dataset
from trainer.systems.catalogue import get_system

Install = Callable[..., None]
TEXT = (Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def extensions(package: Install) -> None:
    """Install what the page shows."""
    (metadata,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    project = tomllib.loads(metadata)["project"]
    modules = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", TEXT, re.DOTALL))
    entry_points = project["entry-points"]
    assert len(entry_points) == 6
    named = {entry.partition(":")[0] for group in entry_points.values() for entry in group.values()}
    assert named == set(modules)
    package(
        project["name"],
        entry_points,
        modules,
        version=project["version"],
        requires=project["dependencies"],
    )


@pytest.mark.conversion
def test_the_engine_gives_the_numbers_of_the_shipped_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.cli import main

    run_trials_here(monkeypatch)
    folder = make_model_folder(tmp_path / "tiny", temperature=2.0)
    with pytest.raises(ModelError, match=r"no model\.onnx"):
        api.Reader(folder, engine="onnx")
    words = ["export", "--model", str(folder), "--format", "onnx"]
    assert main([*words, "--out", str(folder / "model.onnx")]) == 0
    pictures = []
    for engine in ("onnx", "keras"):
        with api.Reader(folder, engine=engine) as reader:
            assert reader.engine == engine
            pictures.append(reader.read_picture(astronaut()).probabilities)
    np.testing.assert_allclose(*pictures, atol=1e-4)


def test_the_measure_and_the_output_take_what_is_analysed(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(astronaut()[:, :, ::-1]).save(tmp_path / "a.png")
    words = ["analyze", str(tmp_path / "a.png"), "--out", str(tmp_path / "out")]
    words += ["--measures", "face_share", "--output", f"lines:{tmp_path / 'lines.txt'}"]
    assert cli.main(words, lambda _: 1) == 0
    with (tmp_path / "out" / "a.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    area = float(row["width_px"]) * float(row["height_px"]) / 512**2
    assert float(row["face_share"]) == pytest.approx(area, rel=0.01)
    assert (tmp_path / "lines.txt").read_text() == "read by seven-expressions\n0 1 happy\n"


@pytest.mark.parametrize("target", ["noise", "noise://loud"])
def test_the_source_is_a_camera(target: str) -> None:
    with api.read_camera(target, seconds=0.2) as camera:
        frames = list(camera)
    assert frames
    assert {frame.pixels.shape for frame in frames} == {(480, 640, 3)}


def test_the_layout_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    images = np.random.default_rng(0).integers(0, 256, (40, 32, 32), np.uint8)
    labels, names = np.arange(40) % 2, np.array(["happy", "sad"])
    np.savez(tmp_path / "faces.npz", images=images, labels=labels, names=names)
    dataset = load_dataset(DataSource(path=tmp_path / "faces.npz"), size_px=32)
    assert dataset.labels == ("happy", "sad")
    np.testing.assert_array_equal(dataset.images[..., 0], images)


def test_the_system_is_built() -> None:
    network = get_system("two_layers").build(("happy", "sad", "neutral"))
    answer = np.asarray(network(np.zeros((2, 48, 48, 1), np.float32)))
    assert answer.shape == (2, 3)
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)
